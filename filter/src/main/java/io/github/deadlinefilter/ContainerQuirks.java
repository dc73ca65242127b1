package io.github.deadlinefilter;

import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;

/**
 * What a container needs beyond the specification, so that an expiry is exact. This class is the
 * portable answer: it uses the specification alone. All requests and responses given to it are the
 * container's own, below every wrapper.
 *
 * <p>Means are looked up once, at deployment, because a first reflective look-up costs milliseconds
 * that an expiry does not have. Thread-safe; called by whoever answers an expiry, while a worker
 * may be inside.
 */
class ContainerQuirks {

  static ContainerQuirks of(ServletContext context) {
    String name = context.getClass().getName();
    try {
      if (name.startsWith("org.eclipse.jetty.")) {
        return new JettyQuirks(context);
      }
      if (name.startsWith("org.apache.catalina.")) {
        return new TomcatQuirks(context);
      }
    } catch (ReflectiveOperationException | RuntimeException e) {
      System.getLogger("io.github.deadlinefilter")
          .log(
              System.Logger.Level.WARNING,
              "Cannot reach the inside of "
                  + context.getServerInfo()
                  + ": a response that has begun is cut only when its worker leaves",
              e);
      return new ContainerQuirks();
    }
    System.getLogger("io.github.deadlinefilter")
        .log(
            System.Logger.Level.INFO,
            "Unknown container {0}: running by the specification alone",
            context.getServerInfo());
    return new ContainerQuirks();
  }

  /** Whether the head of the response has left, so that no other response can be given. */
  boolean isOnWire(HttpServletResponse response) {
    return response.isCommitted();
  }

  /** Takes back what makes a container ignore a new response although nothing is on the wire. */
  void makeWritable(HttpServletResponse response) {}

  /** Takes back what a reset leaves of the application's headers. */
  void afterReset(HttpServletResponse response) {}

  /** Makes startAsync possible in spite of a servlet or filter that is not marked for it. */
  boolean forceAsync(HttpServletRequest request) {
    return false;
  }

  /**
   * Cuts a response that has begun, now, so that no client takes it for whole: closes the
   * connection of HTTP/1.x, resets the stream of HTTP/2. Must not give the request back to the
   * container: its worker may be inside. Wakes a writer that is blocked on its client.
   *
   * @return false if that is not possible here
   */
  boolean abort(HttpServletRequest request, HttpServletResponse response) {
    return false;
  }

  /** Whether a worker that is blocked in reading the body has to be woken before parking. */
  boolean mustEndInputBeforePark(HttpServletRequest request) {
    return false;
  }

  /** Gives a reader that waits for the client's bytes the end of the stream instead. */
  void endInput(HttpServletRequest request) {}

  static boolean isHttp1(HttpServletRequest request) {
    return request.getProtocol().startsWith("HTTP/1");
  }
}
