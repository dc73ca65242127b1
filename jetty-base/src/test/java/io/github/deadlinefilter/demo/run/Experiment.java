package io.github.deadlinefilter.demo.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The running demo's approaches, and what can be seen of them from outside. Any thread. */
final class Experiment {
  private static final Pattern COMPLETED =
      Pattern.compile("\\{\"completed\": (true|false), .*\\s*");
  private static final long LOOK_MILLIS = 20;

  private final HttpClient client = HttpClient.newHttpClient();
  private final RunningDemo demo;
  private final DemoMariaDb database;

  Experiment(RunningDemo demo, DemoMariaDb database) {
    this.demo = demo;
    this.database = database;
  }

  CompletableFuture<HttpResponse<String>> begin(String approach, String slow, String more) {
    URI uri = URI.create(demo.url() + "/approaches/" + approach + "?slow=" + slow + more);
    return client.sendAsync(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
  }

  HttpResponse<String> get(String approach, String slow, String more) {
    return begin(approach, slow, more).orTimeout(60, TimeUnit.SECONDS).join();
  }

  static boolean completed(HttpResponse<String> answer) {
    Matcher completed = COMPLETED.matcher(answer.body());
    if (answer.statusCode() != 200 || !completed.matches()) {
      throw new AssertionError(answer.statusCode() + " " + answer.body());
    }
    return Boolean.parseBoolean(completed.group(1));
  }

  /** Has it run, and looks on until its thread is free and its backend does nothing for it. */
  ApproachRun watch(String approach, String slow, String more) throws InterruptedException {
    await(() -> !isWorking(slow));
    return watch(begin(approach, slow, more), approach, slow, () -> {});
  }

  /**
   * As {@link #watch(String, String, String)}, over a network with {@code fault}, in the words of
   * its control.
   *
   * @param millis when it is mended, if the run has not ended before
   */
  ApproachRun watch(String approach, String slow, String more, String fault, long millis)
      throws InterruptedException {
    await(() -> !isWorking(slow));
    control("PUT", "/" + slow + "?" + fault);
    try {
      long mended = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
      Runnable mend =
          () -> {
            if (System.nanoTime() - mended >= 0) {
              control("DELETE", "/" + slow);
            }
          };
      return watch(begin(approach, slow, more), approach, slow, mend);
    } finally {
      control("DELETE", "/" + slow);
    }
  }

  private ApproachRun watch(
      CompletableFuture<HttpResponse<String>> answer, String approach, String slow, Runnable look)
      throws InterruptedException {
    long lastWorking = 0;
    boolean ended = false;
    while (!ended) {
      boolean working = isWorking(slow);
      if (working) {
        lastWorking = System.currentTimeMillis();
      }
      ended =
          !working
              && answer.isDone()
              && free(answer.join()) >= 0
              && time(answer.join(), "answered") >= 0;
      look.run();
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
    }
    HttpResponse<String> response = answer.join();
    long began = time(response, "began");
    return new ApproachRun(
        approach,
        slow,
        completed(response),
        time(response, "answered") - began,
        free(response) - began,
        Math.max(0, lastWorking - began));
  }

  /** Whether the backend has something to do for any client. */
  boolean isWorking(String slow) {
    return slow.equals("db") ? database.isSleeping() : waiting(slow) > 0;
  }

  private int waiting(String slow) {
    Matcher waiting = Pattern.compile("\"waiting\": ([0-9]+)").matcher(control("GET", "/" + slow));
    if (!waiting.find()) {
      throw new AssertionError("the control does not tell");
    }
    return Integer.parseInt(waiting.group(1));
  }

  String control(String method, String path) {
    try {
      var request =
          HttpRequest.newBuilder(URI.create(demo.control() + path))
              .method(method, HttpRequest.BodyPublishers.noBody())
              .build();
      HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
      if (answer.statusCode() != 200) {
        throw new AssertionError(answer.body());
      }
      return answer.body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** In milliseconds since 1970, -1 if not yet. */
  long free(HttpResponse<String> answer) {
    return time(answer, "free");
  }

  long time(HttpResponse<String> answer, String what) {
    String id = answer.headers().firstValue("Run-Id").orElseThrow();
    String runs = get("runs", "http", "").body();
    Matcher time =
        Pattern.compile("\\{\"id\": " + id + ",.*\"" + what + "\": (null|[0-9]+)").matcher(runs);
    if (!time.find()) {
      throw new AssertionError("run " + id + " is not in " + runs);
    }
    return time.group(1).equals("null") ? -1 : Long.parseLong(time.group(1));
  }

  interface Condition<E extends Exception> {
    boolean holds() throws E;
  }

  static <E extends Exception> void await(Condition<E> condition) throws E, InterruptedException {
    while (!condition.holds()) {
      TimeUnit.MILLISECONDS.sleep(LOOK_MILLIS);
    }
  }
}
