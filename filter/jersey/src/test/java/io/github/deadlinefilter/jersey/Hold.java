package io.github.deadlinefilter.jersey;

import io.github.deadlinefilter.DeadlineExceededException;
import io.github.deadlinefilter.contract.Gate;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Keeps requests where they are to be late until the test releases them all.
 *
 * <p>Thread-safe.
 */
public final class Hold {
  private final boolean deaf;
  private final Gate released = new Gate("the release of late requests");
  private final Set<String> entered = ConcurrentHashMap.newKeySet();
  private final AtomicInteger inside = new AtomicInteger();
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

  /**
   * @param deaf whether those inside ignore interrupts
   */
  public Hold(boolean deaf) {
    this.deaf = deaf;
  }

  /**
   * Waits for the release if this is where the request is to be late. Once for each: Jersey calls
   * filters and mappers again to answer what they threw.
   *
   * @param order the place and a name, different for each request that is to be late; null for the
   *     others
   */
  public void at(Place place, @Nullable String order) throws InterruptedIOException {
    if (order == null || !order.startsWith(place + " ")) {
      return;
    }
    inside.incrementAndGet();
    try {
      if (!entered.add(order)) {
        return;
      } else if (deaf) {
        released.awaitDeaf();
      } else {
        released.await();
      }
    } catch (InterruptedException e) {
      throw new InterruptedIOException("told to stop");
    } finally {
      inside.decrementAndGet();
    }
  }

  /** Work on a thread that nobody waits for has failed. */
  void failed(Throwable failure) {
    failures.add(failure);
  }

  /** What such work failed with, other than being told that its request is over. */
  List<Throwable> failures() {
    return failures.stream()
        .filter(failure -> !(failure instanceof DeadlineExceededException))
        .toList();
  }

  boolean hasSeen(String order) {
    return entered.contains(order);
  }

  int inside() {
    return inside.get();
  }

  void release() {
    released.open();
  }
}
