package io.github.deadlinefilter.bench;

import com.netflix.hystrix.HystrixCommand;
import com.netflix.hystrix.HystrixCommandGroupKey;
import com.netflix.hystrix.HystrixCommandProperties;
import com.netflix.hystrix.HystrixThreadPoolProperties;
import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeException;
import dev.failsafe.FailsafeExecutor;
import dev.failsafe.Timeout;
import dev.failsafe.TimeoutExceededException;
import io.github.deadlinefilter.DeadlineFilter;
import io.github.resilience4j.bulkhead.ThreadPoolBulkhead;
import io.github.resilience4j.bulkhead.ThreadPoolBulkheadConfig;
import io.github.resilience4j.timelimiter.TimeLimiter;
import io.github.resilience4j.timelimiter.TimeLimiterConfig;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.ee10.servlets.DoSFilter;
import org.jspecify.annotations.Nullable;

/**
 * Who is measured: a filter before the same servlets, with the same deadline and at least 200
 * threads, which is more than any of them has work for.
 */
enum Contender {
  NONE("no filter") {
    @Override
    @Nullable Filter filter() {
      return null;
    }
  },
  CONTAINER("DeadlineFilter container") {
    @Override
    Filter filter() {
      return ours("container");
    }
  },
  POOL("DeadlineFilter pool") {
    @Override
    Filter filter() {
      return ours("pool");
    }
  },
  VIRTUAL("DeadlineFilter virtual") {
    @Override
    Filter filter() {
      return ours("virtual");
    }

    @Override
    boolean isHere() {
      return Runtime.version().feature() >= 21;
    }
  },
  RESILIENCE4J("Resilience4j ThreadPoolBulkhead + TimeLimiter") {
    @Override
    Filter filter() {
      ThreadPoolBulkhead bulkhead =
          ThreadPoolBulkhead.of(
              "bench",
              ThreadPoolBulkheadConfig.custom()
                  .coreThreadPoolSize(THREADS)
                  .maxThreadPoolSize(THREADS)
                  .queueCapacity(THREADS)
                  .build());
      TimeLimiter limiter =
          TimeLimiter.of(TimeLimiterConfig.custom().timeoutDuration(DEADLINE).build());
      ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1);
      timer.setRemoveOnCancelPolicy(true);
      return (request, response, chain) -> {
        try {
          limiter
              .executeCompletionStage(
                  timer,
                  () ->
                      bulkhead.executeCallable(
                          () -> {
                            chain.doFilter(request, response);
                            return true;
                          }))
              .toCompletableFuture()
              .get();
        } catch (ExecutionException e) {
          if (!(e.getCause() instanceof TimeoutException)) {
            throw new ServletException(e);
          }
          answer(response);
        } catch (InterruptedException e) {
          throw new ServletException(e);
        }
      };
    }
  },
  FAILSAFE("Failsafe Timeout, async") {
    @Override
    Filter filter() {
      FailsafeExecutor<Object> failsafe =
          Failsafe.with(Timeout.builder(DEADLINE).withInterrupt().build())
              .with(Executors.newFixedThreadPool(THREADS));
      return (request, response, chain) -> {
        try {
          failsafe.runAsync(() -> chain.doFilter(request, response)).get();
        } catch (ExecutionException | FailsafeException e) {
          if (!(e.getCause() instanceof TimeoutExceededException)) {
            throw new ServletException(e);
          }
          answer(response);
        } catch (InterruptedException e) {
          throw new ServletException(e);
        }
      };
    }
  },
  HYSTRIX("Hystrix, thread isolation") {
    @Override
    Filter filter() {
      HystrixCommand.Setter setter =
          HystrixCommand.Setter.withGroupKey(HystrixCommandGroupKey.Factory.asKey("bench"))
              .andCommandPropertiesDefaults(
                  HystrixCommandProperties.Setter()
                      .withExecutionTimeoutInMilliseconds((int) DEADLINE.toMillis())
                      .withCircuitBreakerEnabled(false))
              .andThreadPoolPropertiesDefaults(
                  HystrixThreadPoolProperties.Setter()
                      .withCoreSize(THREADS)
                      .withMaxQueueSize(THREADS)
                      .withQueueSizeRejectionThreshold(THREADS));
      return (request, response, chain) -> {
        Boolean done =
            new HystrixCommand<Boolean>(setter) {
              @Override
              protected Boolean run() throws Exception {
                chain.doFilter(request, response);
                return true;
              }

              @Override
              protected Boolean getFallback() {
                return false;
              }
            }.execute();
        if (!done) {
          answer(response);
        }
      };
    }
  },
  FUTURE_GET("Future.get with a time-out") {
    @Override
    Filter filter() {
      ExecutorService pool = Executors.newFixedThreadPool(THREADS);
      return (request, response, chain) -> {
        Future<?> future = pool.submit(() -> run(chain, request, response));
        try {
          future.get(DEADLINE.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
          future.cancel(/* mayInterruptIfRunning= */ true);
          answer(response);
        } catch (ExecutionException | InterruptedException e) {
          throw new ServletException(e);
        }
      };
    }
  },
  DOS_FILTER("Jetty DoSFilter maxRequestMs") {
    @Override
    Filter filter() {
      return new DoSFilter();
    }

    @Override
    Map<String, String> initParams() {
      return Map.of(
          "maxRequestMs", String.valueOf(DEADLINE.toMillis()),
          "maxRequestsPerSec", "200000", // for each it remembers when it was
          "throttledRequests", "1000000",
          "trackSessions", "false",
          "ipWhitelist", "0.0.0.0/0");
    }
  };

  /** So long that nothing in time comes near it. */
  static final Duration DEADLINE = Duration.ofSeconds(10);

  static final int THREADS = 200;

  final String label;

  Contender(String label) {
    this.label = label;
  }

  abstract @Nullable Filter filter();

  Map<String, String> initParams() {
    return Map.of();
  }

  boolean isHere() {
    return true;
  }

  boolean isOurs() {
    return switch (this) {
      case CONTAINER, POOL, VIRTUAL -> true;
      default -> false;
    };
  }

  /** Answers although the handler ignores everything. */
  boolean isPeer() {
    return switch (this) {
      case RESILIENCE4J, FAILSAFE, HYSTRIX, FUTURE_GET -> true;
      default -> false;
    };
  }

  private static Filter ours(String worker) {
    int most = worker.equals("virtual") ? 50_000 : worker.equals("pool") ? 5_000 : THREADS;
    return DeadlineFilter.builder()
        .set("worker", worker)
        .set("workers", String.valueOf(most))
        .set("maxStuck", String.valueOf(most))
        .deadline(DEADLINE)
        .route("/deaf = 500ms")
        .route("/held = 15s")
        .build();
  }

  private static Void run(FilterChain chain, ServletRequest request, ServletResponse response)
      throws IOException, ServletException {
    chain.doFilter(request, response);
    return null;
  }

  private static void answer(ServletResponse response) throws IOException {
    ((HttpServletResponse) response).sendError(HttpServletResponse.SC_SERVICE_UNAVAILABLE);
  }
}
