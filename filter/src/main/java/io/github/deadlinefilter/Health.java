package io.github.deadlinefilter;

import jakarta.servlet.ServletContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Whether a load balancer should send requests to a filter. Thread-safe.
 *
 * <p>All of one web application stand in an attribute of it, for {@link DeadlineHealthServlet}.
 */
final class Health {
  private static final String ATTRIBUTE = "io.github.deadlinefilter.health";

  private final String filter;
  private final StuckWorkers stuck;
  private final @Nullable LastResort lastResort;
  private volatile boolean stopping;

  Health(String filter, StuckWorkers stuck, @Nullable LastResort lastResort) {
    this.filter = filter;
    this.stuck = stuck;
    this.lastResort = lastResort;
  }

  void stopping() {
    stopping = true;
  }

  /** A line for a person, that begins with {@code up} or {@code down}. */
  String line() {
    String why =
        stopping ? "stopping" : lastResort != null && lastResort.isReached() ? "stuck" : "";
    return (why.isEmpty() ? "up" : "down")
        + " "
        + filter
        + ": "
        + (why.isEmpty() ? "" : why + ", ")
        + "stuck workers: "
        + stuck.count();
  }

  // ---- the filters of one application

  /** Makes it known in {@code context}, for as long as that lives. */
  void publish(ServletContext context) {
    synchronized (context) {
      List<Health> all = new ArrayList<>(all(context));
      all.removeIf(other -> other.filter.equals(filter)); // of a deployment before this one
      all.add(this);
      context.setAttribute(ATTRIBUTE, all);
    }
  }

  /** Those that are published in {@code context}. */
  static List<Health> all(ServletContext context) {
    return context.getAttribute(ATTRIBUTE) instanceof List<?> all
        ? all.stream().map(one -> (Health) Objects.requireNonNull(one)).toList()
        : List.of();
  }
}
