package io.github.deadlinefilter;

/**
 * Hears what becomes of the requests that have a deadline. Each method does nothing unless it is
 * overridden.
 *
 * <p>Given to a filter in one of three ways, all of which may be used at once: by {@link
 * Builder#listener}; as the servlet context's attribute {@link #ATTRIBUTE}, set before the filter
 * is initialised, one listener or a {@link java.util.Collection} of them; or as a service of this
 * type in {@code META-INF/services}, which the application's class loader finds.
 *
 * <p>Called after the fact, on one thread of the listener's own for each filter, one event at a
 * time in the order in which they happened to a request. So a listener that blocks delays nobody
 * but itself: up to 10,000 events wait for it, then the newest are dropped, which the log says.
 * What one throws is logged, at most once a minute, and it hears of the next event all the same.
 *
 * <p>A request that is let in is {@link #started}, and then either {@link #completed}, {@link
 * #failed} or {@link #expired}; if its worker was still inside when the client was answered, {@link
 * #leftLate} follows when that has left. One that is turned away, or whose time is over before its
 * turn comes, was never started. Nothing is told of requests without a deadline, nor in {@code
 * mode=observe}.
 */
public interface DeadlineListener {
  /** The attribute of the servlet context that may hold a listener or a collection of them. */
  String ATTRIBUTE = "io.github.deadlinefilter.DeadlineListener";

  /** The application begins with a request. */
  default void started(DeadlineEvent event) {}

  /** A request ended in time. */
  default void completed(DeadlineEvent event) {}

  /**
   * A request ended in time, by an exception, which the container has been given, or because its
   * client had gone, where the container says so.
   */
  default void failed(DeadlineEvent event) {}

  /** A request was ended at its deadline, or for another of the reasons, and has been answered. */
  default void expired(DeadlineEvent event) {}

  /** A request was turned away, and has been answered. */
  default void refused(DeadlineEvent event) {}

  /** A worker that was still inside when its request was answered has left. */
  default void leftLate(DeadlineEvent event) {}
}
