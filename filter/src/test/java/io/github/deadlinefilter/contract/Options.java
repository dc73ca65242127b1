package io.github.deadlinefilter.contract;

import java.time.Duration;

/**
 * How a container is set up.
 *
 * @param threads how many requests the container can have on a thread at a time; its acceptor and
 *     selector are not among them
 * @param virtualThreads requests on virtual threads, without a bound: needs {@link
 *     VirtualThreads#supported()}
 * @param http2 HTTP/2 without TLS beside HTTP/1.1, on the same port
 * @param idleTimeout how long the container waits for a client that neither sends nor reads
 * @param discardFacades Tomcat's switch of that name, on by default there: off, it reuses the
 *     request objects that applications hold, as Jetty always does
 */
public record Options(
    int threads,
    boolean virtualThreads,
    boolean http2,
    Duration idleTimeout,
    boolean discardFacades) {

  public static final Options DEFAULT = new Options(8, false, false, Duration.ofSeconds(30), true);

  public Options withThreads(int number) {
    return new Options(number, virtualThreads, http2, idleTimeout, discardFacades);
  }

  public Options withVirtualThreads() {
    return new Options(threads, true, http2, idleTimeout, discardFacades);
  }

  public Options withHttp2() {
    return new Options(threads, virtualThreads, true, idleTimeout, discardFacades);
  }

  public Options withIdleTimeout(Duration limit) {
    return new Options(threads, virtualThreads, http2, limit, discardFacades);
  }

  public Options withFacadesReused() {
    return new Options(threads, virtualThreads, http2, idleTimeout, false);
  }
}
