package io.github.deadlinefilter.springboot;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Where the endpoints are late, until the test lets them go on. Each endpoint is there under {@link
 * #HEARING} and {@link #DEAF} once more, and first does to its response there what no client may
 * see of a late one.
 *
 * <p>Thread-safe.
 */
final class Late {
  /** An interrupt ends the wait. */
  static final String HEARING = "/hearing";

  /** An interrupt does not. */
  static final String DEAF = "/deaf";

  /** Late with a part of the answer on the wire. */
  static final String BEGUN = "/begun";

  /** The place at which one request waits, on whatever thread. */
  @FunctionalInterface
  interface Hold {
    void here() throws InterruptedException;
  }

  private static final Hold NONE = () -> {};

  private final AtomicInteger inside = new AtomicInteger();
  private final AtomicInteger timedOut = new AtomicInteger();
  private final AtomicInteger completed = new AtomicInteger();
  private volatile CountDownLatch gate = new CountDownLatch(1);

  /** To be asked on the request's own thread. */
  Hold of(HttpServletRequest request, HttpServletResponse response) {
    Hold hold = of(request.getServletPath());
    if (hold != NONE) {
      response.setHeader("X-App", "secret");
      response.addCookie(new Cookie("APP", "secret"));
      response.setContentType("application/x-app");
    }
    return hold;
  }

  /** The same for what only has a name, such as a user. */
  Hold of(String name) {
    CountDownLatch opens = gate;
    if (name.startsWith(HEARING)) {
      return () -> counted(opens::await);
    } else if (name.startsWith(DEAF) || name.startsWith(BEGUN)) {
      return () -> counted(() -> awaitDeaf(opens));
    }
    return NONE;
  }

  private void counted(Hold hold) throws InterruptedException {
    inside.incrementAndGet();
    try {
      hold.here();
    } finally {
      inside.decrementAndGet();
    }
  }

  private static void awaitDeaf(CountDownLatch opens) {
    while (true) {
      try {
        opens.await();
        return;
      } catch (InterruptedException swallowed) {
        // that is what makes it deaf
      }
    }
  }

  /** How many wait. */
  int inside() {
    return inside.get();
  }

  /** To be called where Spring says that an asynchronous request is out of time. */
  void timeOut() {
    timedOut.incrementAndGet();
  }

  /** How often it was. */
  int timedOut() {
    return timedOut.get();
  }

  /** To be called where Spring says that an asynchronous request is over. */
  void complete() {
    completed.incrementAndGet();
  }

  /** How often it was. */
  int completed() {
    return completed.get();
  }

  /** Lets all go on that wait; those that come later wait again. */
  void release() {
    CountDownLatch opens = gate;
    gate = new CountDownLatch(1);
    opens.countDown();
  }
}
