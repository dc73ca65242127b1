package io.github.deadlinefilter.http;

import io.github.deadlinefilter.Deadline;
import io.github.deadlinefilter.DeadlineExceededException;
import io.github.deadlinefilter.IoCall;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * One exchange under a deadline, from its begin until its body is complete, has failed or is not
 * wanted any more.
 */
final class BoundCall {
  private final Deadline deadline;
  private final IoCall noted;
  private final Deadline.Registration registration;

  // Guarded by this.
  private @Nullable Runnable stop;
  private @Nullable BoundBody<?> body;
  private boolean cut;

  private BoundCall(Deadline deadline, HttpRequest request) {
    this.deadline = deadline;
    this.noted = deadline.io("http", target(request));
    this.registration = deadline.cutOnExpire(this::cut);
  }

  static BoundCall begin(Deadline deadline, HttpRequest request) {
    return new BoundCall(deadline, request);
  }

  /** Without the path, which has what belongs to a user. */
  private static String target(HttpRequest request) {
    URI uri = request.uri();
    String host = request.method() + " " + uri.getHost();
    return uri.getPort() < 0 ? host : host + ":" + uri.getPort();
  }

  /** The same handler, whose body is cut when the time is over. */
  <T> BodyHandler<T> bind(BodyHandler<T> handler) {
    return head -> {
      BodySubscriber<T> subscriber = handler.apply(head);
      BoundBody<T> bound = new BoundBody<>(this, subscriber);
      boolean late;
      synchronized (this) {
        body = bound;
        late = cut;
      }
      if (late) {
        bound.cut(timeout(null));
      }
      return bound;
    };
  }

  /** What ends the exchange as long as there is no body. */
  void stopBy(Runnable stop) {
    synchronized (this) {
      this.stop = stop;
      if (!cut || body != null) {
        return;
      }
    }
    stop.run();
  }

  private void cut() {
    BoundBody<?> arriving;
    Runnable stopping;
    synchronized (this) {
      cut = true;
      arriving = body;
      stopping = stop;
    }
    if (arriving != null) {
      arriving.cut(timeout(null));
    } else if (stopping != null) {
      stopping.run();
    }
  }

  synchronized boolean hasBody() {
    return body != null;
  }

  /** Nothing more comes. Idempotent. */
  void end() {
    registration.close();
    noted.close();
  }

  /** Whether {@code failure} comes from the time being over. */
  boolean isLate(Throwable failure) {
    synchronized (this) {
      if (cut) {
        return true;
      }
    }
    return failure instanceof HttpTimeoutException && deadline.isExpired();
  }

  /** What the caller gets in place of {@code failure}, if {@link #isLate}. */
  HttpTimeoutException timeout(@Nullable Throwable failure) {
    HttpTimeoutException timeout;
    if (failure instanceof HttpTimeoutException already) {
      timeout = already;
    } else {
      timeout = new HttpTimeoutException("request timed out: its deadline has passed");
      if (failure != null) {
        timeout.initCause(failure);
      }
    }
    for (Throwable known : timeout.getSuppressed()) {
      if (known instanceof DeadlineExceededException) {
        return timeout;
      }
    }
    try {
      deadline.check();
    } catch (DeadlineExceededException e) {
      timeout.addSuppressed(e);
    }
    return timeout;
  }
}
