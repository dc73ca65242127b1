package io.github.deadlinefilter;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Gives every request that is mapped to it a deadline: the request's chain runs on a worker, and if
 * it is not done in time the client gets a complete 503 at the deadline, whatever the application
 * is doing.
 *
 * <p>To be named in {@code web.xml}, or made by {@link #builder()} for embedded servers; in both
 * cases registered async-supported, for the dispatcher types REQUEST and ASYNC.
 *
 * <p>In each kind of worker the client is answered at the deadline, nothing of a late worker
 * reaches another request, and the worker is interrupted unless its route says otherwise. What they
 * differ in:
 *
 * <ul>
 *   <li>{@code pool}: at most {@code workers} platform threads. The container's own thread waits
 *       until the answer and no longer. What filters outside have bound to their thread is not seen
 *       inside. A blocking socket read hears no interrupt, so a stuck worker keeps its thread.
 *   <li>{@code virtual}: a virtual thread for each request, at most {@code workers} at a time. As
 *       {@code pool}, but an interrupt ends a blocking socket read by closing the socket, and a
 *       stuck worker costs some memory in place of a thread.
 *   <li>{@code container}: the container's own thread, with all that is bound to it. A worker that
 *       does not stop keeps it; the container's pool has one more thread meanwhile, up to {@code
 *       maxStuck}, where it can be asked for that (Jetty, Tomcat).
 *   <li>{@code jndi:NAME}: as {@code pool}, on threads of the application server's executor. How
 *       many there are is up to that: what it refuses is refused with {@code queue-full}, what it
 *       lets wait expires.
 *   <li>{@code auto}, the default: {@code virtual} where the JVM has it, else {@code pool}.
 * </ul>
 *
 * <p>Thread-safe, as every filter. {@link #init} throws a {@link ServletException} that names the
 * parameter, the value and what is accepted, if a setting is wrong.
 */
public final class DeadlineFilter implements Filter {
  private final Map<String, String> built;
  private final List<DeadlineListener> listeners;
  private @Nullable Parts parts;

  /** For {@code web.xml}: the settings are the filter's init-params. */
  public DeadlineFilter() {
    this(Map.of(), List.of());
  }

  DeadlineFilter(Map<String, String> built, List<DeadlineListener> listeners) {
    this.built = Map.copyOf(built);
    this.listeners = List.copyOf(listeners);
  }

  /** For embedded servers and frameworks: the same settings in code. */
  public static Builder builder() {
    return new Builder();
  }

  @Override
  public void init(FilterConfig config) throws ServletException {
    parts = Parts.of(built, listeners, config);
  }

  @Override
  public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    Parts current = parts;
    if (current == null) {
      throw new IllegalStateException("DeadlineFilter has not been initialised");
    }
    if (current.isOff()
        || !(request instanceof HttpServletRequest from)
        || !(response instanceof HttpServletResponse to)) {
      chain.doFilter(request, response);
      return;
    }
    RequestRun run = current.runs().find(from);
    if (run != null) {
      again(current, run, from, to, chain);
      return;
    }
    // Only a REQUEST dispatch begins a run: what is forwarded, included or dispatched from a
    // request without a deadline has none either.
    Route route =
        from.getDispatcherType() == DispatcherType.REQUEST
            ? current.routes().match(from.getMethod(), from.getServletPath(), from.getPathInfo())
            : null;
    if (route != null) {
      current.asked(route);
    }
    if (route == null || !route.hasLimit()) {
      chain.doFilter(request, response);
      return;
    }
    Observer observer = current.observer();
    if (observer != null) {
      observer.run(route, from, to, chain);
      return;
    }
    current.checkAsync(from);
    run = current.newRun(route, from, to);
    run.enterPass(chain, run.guardedRequest, run.guardedResponse, to);
    current.runs().started(run);
    current.pass().run(run);
  }

  /** A request that has a run: a dispatch inside it, or the next pass after an asynchronous one. */
  private static void again(
      Parts parts,
      RequestRun run,
      HttpServletRequest request,
      HttpServletResponse response,
      FilterChain chain)
      throws IOException, ServletException {
    int phase = run.phase();
    if (request.getDispatcherType() != DispatcherType.ASYNC
        || (phase != RunState.DISPATCHED && phase < RunState.EXPIRED)) {
      chain.doFilter(request, response);
    } else if (phase == RunState.DISPATCHED) {
      run.enterPass(chain, run.guard(request), run.guard(response), response);
      parts.runs().started(run);
      try {
        parts.pass().run(run);
      } finally {
        run.outside();
      }
    } else {
      parts.runs().forget(run); // answered already, and nothing is to run any more
      run.outside();
    }
  }

  /**
   * Refuses new requests, ends the others as if their deadline had come, and waits for them for a
   * few seconds at most.
   */
  @Override
  public void destroy() {
    Parts current = parts;
    if (current != null) {
      current.close();
    }
  }
}
