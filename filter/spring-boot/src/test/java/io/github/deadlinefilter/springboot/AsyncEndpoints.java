package io.github.deadlinefilter.springboot;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.context.request.async.WebAsyncTask;

/** Endpoints whose answer comes from another thread, after they have returned. */
@RestController
@RequestMapping({"", Late.HEARING, Late.DEAF})
class AsyncEndpoints {
  private static final long SOON_MILLIS = 100;

  private final Late late;

  AsyncEndpoints(Late late) {
    this.late = late;
  }

  @GetMapping("/callable")
  Callable<Greeting> callable(HttpServletRequest request, HttpServletResponse response) {
    Late.Hold hold = late.of(request, response);
    return () -> {
      hold.here();
      return new Greeting("callable", "called");
    };
  }

  @GetMapping("/callable/failing")
  Callable<Greeting> failingCallable(HttpServletRequest request, HttpServletResponse response) {
    Late.Hold hold = late.of(request, response);
    return () -> {
      hold.here();
      throw new Refusal("not called");
    };
  }

  @GetMapping("/task")
  WebAsyncTask<Greeting> task(HttpServletRequest request, HttpServletResponse response) {
    var task = new WebAsyncTask<>(30_000L, callable(request, response));
    task.onTimeout(
        () -> {
          late.timeOut();
          return new Greeting("task", "timed out");
        });
    return task;
  }

  /**
   * Ends by its own time-out. Spring then interrupts the task, and a task that ended at once would
   * race with what the time-out answers.
   */
  @GetMapping("/task/slow")
  WebAsyncTask<Greeting> slowTask() {
    Late.Hold hold = late.of(Late.DEAF);
    var task =
        new WebAsyncTask<>(
            SOON_MILLIS,
            () -> {
              hold.here();
              return new Greeting("task", "done");
            });
    task.onTimeout(() -> new Greeting("task", "timed out by itself"));
    return task;
  }

  @GetMapping("/deferred")
  DeferredResult<Greeting> deferred(HttpServletRequest request, HttpServletResponse response) {
    Late.Hold hold = late.of(request, response);
    var result = new DeferredResult<Greeting>();
    result.onTimeout(late::timeOut);
    result.onCompletion(late::complete);
    elsewhere(
        () -> {
          hold.here();
          result.setResult(new Greeting("deferred", "from another thread"));
        });
    return result;
  }

  @GetMapping("/deferred/failing")
  DeferredResult<Greeting> failingDeferred(
      HttpServletRequest request, HttpServletResponse response) {
    Late.Hold hold = late.of(request, response);
    var result = new DeferredResult<Greeting>();
    elsewhere(
        () -> {
          hold.here();
          result.setErrorResult(new Refusal("from another thread"));
        });
    return result;
  }

  /** Ends by its own time-out, with a result for that. */
  @GetMapping("/deferred/slow")
  DeferredResult<Greeting> slowDeferred() {
    return new DeferredResult<>(SOON_MILLIS, new Greeting("deferred", "timed out by itself"));
  }

  /** Ends by its own time-out, without a result. */
  @GetMapping("/deferred/never")
  DeferredResult<Greeting> neverDeferred() {
    return new DeferredResult<>(SOON_MILLIS);
  }

  @GetMapping("/future")
  CompletableFuture<Greeting> future(HttpServletRequest request, HttpServletResponse response) {
    Late.Hold hold = late.of(request, response);
    var future = new CompletableFuture<Greeting>();
    elsewhere(
        () -> {
          hold.here();
          future.complete(new Greeting("future", "completed"));
        });
    return future;
  }

  static void elsewhere(Late.Hold task) {
    var thread =
        new Thread(
            () -> {
              try {
                task.here();
              } catch (InterruptedException e) {
                throw new IllegalStateException("nobody interrupts this thread", e);
              }
            });
    thread.setDaemon(true);
    thread.start();
  }
}
