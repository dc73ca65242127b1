package io.github.deadlinefilter;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * What a run has to know about the head of its response beyond what the container knows: the
 * headers as they were before the application came, and a {@code sendError} that the application
 * has called.
 *
 * <p>{@code sendError} is only recorded, and made by the container thread when the chain has left:
 * it makes every container say that the response is committed while nothing is on the wire, and an
 * expiry could no longer tell whether it may still answer.
 *
 * <p>Thread-safe.
 */
final class ResponseHead {

  private record PendingError(int status, @Nullable String message) {}

  private final HttpServletResponse response;
  private final ContainerQuirks quirks;
  private static final AtomicReferenceFieldUpdater<ResponseHead, @Nullable HeaderSnapshot> BEFORE =
      AtomicReferenceFieldUpdater.newUpdater(ResponseHead.class, HeaderSnapshot.class, "before");
  private static final AtomicReferenceFieldUpdater<ResponseHead, @Nullable PendingError> ERROR =
      AtomicReferenceFieldUpdater.newUpdater(ResponseHead.class, PendingError.class, "error");

  private volatile @Nullable HeaderSnapshot before;
  private volatile @Nullable PendingError error;
  private volatile boolean errorSent;

  ResponseHead(HttpServletResponse response, ContainerQuirks quirks) {
    this.response = response;
    this.quirks = quirks;
  }

  /**
   * Keeps the headers as they are before the application's first change. Race between threads of
   * the application: each comes here before its own change, so the first snapshot is clean.
   */
  void remember() {
    if (before == null) {
      BEFORE.compareAndSet(this, null, HeaderSnapshot.of(response, quirks));
    }
  }

  /** The headers that the application has not set. To be called when the fence is closed. */
  HeaderSnapshot before() {
    HeaderSnapshot snapshot = before;
    return snapshot == null ? HeaderSnapshot.of(response, quirks) : snapshot;
  }

  /**
   * Records a sendError.
   *
   * @throws IllegalStateException if there is one already, as containers do
   */
  void record(int status, @Nullable String message) {
    if (!ERROR.compareAndSet(this, null, new PendingError(status, message))) {
      throw new IllegalStateException("The response is committed: sendError has been called");
    }
  }

  /** Whether the application's part of the response is over, because it has called sendError. */
  boolean hasError() {
    return error != null;
  }

  /** The status of the recorded sendError, else {@code other}. */
  int statusOr(int other) {
    PendingError pending = error;
    return pending == null ? other : pending.status();
  }

  /** Makes the recorded sendError, once, if there is one: where the worker is out of the way. */
  void sendError(HttpServletResponse outer) throws IOException {
    PendingError pending = error;
    if (pending == null || errorSent) {
      return;
    }
    errorSent = true;
    if (pending.message() == null) {
      outer.sendError(pending.status());
    } else {
      outer.sendError(pending.status(), pending.message());
    }
  }
}
