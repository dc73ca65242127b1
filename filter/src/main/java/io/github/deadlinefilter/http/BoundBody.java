package io.github.deadlinefilter.http;

import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;

/**
 * A body that may be cut while it arrives: what reads it gets a {@link HttpTimeoutException} in
 * place of the rest, and the client closes the connection, or resets the stream.
 *
 * <p>Race with the client's thread: signals are given on one at a time, so that a cut which comes
 * while one is given on is given on by the thread that does that.
 */
final class BoundBody<T> implements BodySubscriber<T>, Flow.Subscription {
  private final BoundCall call;
  private final BodySubscriber<T> reader;

  // Guarded by this.
  private @Nullable CompletableFuture<T> body;
  private Flow.@Nullable Subscription source;
  private @Nullable HttpTimeoutException late;

  /** How many signals are being given on, one within the other. */
  private int giving;

  /** The reader gets nothing more. */
  private boolean done;

  BoundBody(BoundCall call, BodySubscriber<T> reader) {
    this.call = call;
    this.reader = reader;
  }

  @Override
  public CompletionStage<T> getBody() {
    CompletableFuture<T> made;
    HttpTimeoutException over;
    synchronized (this) {
      if (body != null) {
        return body;
      }
      made = new CompletableFuture<>();
      body = made;
      over = late;
    }
    reader
        .getBody()
        .whenComplete(
            (value, failure) -> {
              if (failure == null) {
                made.complete(value);
              } else {
                made.completeExceptionally(failure);
              }
            });
    if (over != null) {
      made.completeExceptionally(over);
    }
    return made;
  }

  // ---- from the client

  @Override
  public void onSubscribe(Flow.Subscription subscription) {
    boolean over;
    synchronized (this) {
      source = subscription;
      giving++;
      over = late != null;
    }
    if (over) {
      subscription.cancel();
    }
    try {
      reader.onSubscribe(this);
    } finally {
      given();
    }
  }

  @Override
  public void onNext(List<ByteBuffer> bytes) {
    synchronized (this) {
      if (done || late != null) {
        return;
      }
      giving++;
    }
    try {
      reader.onNext(bytes);
    } finally {
      given();
    }
  }

  private void given() {
    HttpTimeoutException over;
    synchronized (this) {
      giving--;
      over = late;
      if (giving > 0 || over == null || done) {
        return;
      }
      done = true;
    }
    reader.onError(over);
  }

  @Override
  public void onError(Throwable failure) {
    if (finish()) {
      call.end();
      reader.onError(call.isLate(failure) ? call.timeout(failure) : failure);
    }
  }

  @Override
  public void onComplete() {
    if (finish()) {
      call.end();
      reader.onComplete();
    }
  }

  private synchronized boolean finish() {
    boolean first = !done;
    done = true;
    return first;
  }

  // ---- from the reader

  @Override
  public void request(long n) {
    Flow.Subscription from;
    synchronized (this) {
      from = late == null ? source : null;
    }
    if (from != null) {
      from.request(n);
    }
  }

  @Override
  public void cancel() {
    Flow.Subscription from;
    synchronized (this) {
      done = true;
      from = source;
    }
    call.end();
    if (from != null) {
      from.cancel();
    }
  }

  // ---- from the deadline

  /** The time is over. */
  void cut(HttpTimeoutException over) {
    Flow.Subscription from;
    CompletableFuture<T> waiting;
    boolean tell;
    synchronized (this) {
      if (done || late != null) {
        return;
      }
      late = over;
      from = source;
      waiting = body;
      tell = giving == 0 && from != null;
      done = tell;
    }
    call.end();
    if (from != null) {
      from.cancel();
    }
    if (tell) {
      reader.onError(over);
    }
    if (waiting != null) { // also if the reader is stuck in what it got before
      waiting.completeExceptionally(over);
    }
  }
}
