package io.github.deadlinefilter.contract;

import java.time.Duration;

/**
 * How a container is set up.
 *
 * @param threads how many requests the container can have on a thread at a time; its acceptor and
 *     selector are not among them
 * @param virtualThreads requests on virtual threads, without a bound: needs {@link
 *     VirtualThreads#supported()}
 * @param wire what its clients speak; with {@link Wire#H2C}, HTTP/1.1 is understood beside it
 * @param idleTimeout how long the container waits for a client that neither sends nor reads
 * @param discardFacades Tomcat's switch of that name, on by default there: off, it reuses the
 *     request objects that applications hold, as Jetty always does
 * @param watchBuffers Undertow says so when one of its buffers is written to after its end
 * @param wholeErrorPages Jetty's own error pages arrive over HTTP/2. As it is, it writes each of
 *     them twice, and resets the stream of those that are not out by then
 */
public record Options(
    int threads,
    boolean virtualThreads,
    Wire wire,
    Duration idleTimeout,
    boolean discardFacades,
    boolean watchBuffers,
    boolean wholeErrorPages) {

  public static final Options DEFAULT =
      new Options(8, false, Wire.HTTP_1_1, Duration.ofSeconds(30), true, false, true);

  public Options withThreads(int number) {
    return new Options(
        number, virtualThreads, wire, idleTimeout, discardFacades, watchBuffers, wholeErrorPages);
  }

  public Options withVirtualThreads() {
    return new Options(
        threads, true, wire, idleTimeout, discardFacades, watchBuffers, wholeErrorPages);
  }

  public Options with(Wire given) {
    return new Options(
        threads, virtualThreads, given, idleTimeout, discardFacades, watchBuffers, wholeErrorPages);
  }

  public Options withIdleTimeout(Duration limit) {
    return new Options(
        threads, virtualThreads, wire, limit, discardFacades, watchBuffers, wholeErrorPages);
  }

  public Options withFacadesReused() {
    return new Options(
        threads, virtualThreads, wire, idleTimeout, false, watchBuffers, wholeErrorPages);
  }

  public Options withBuffersWatched() {
    return new Options(
        threads, virtualThreads, wire, idleTimeout, discardFacades, true, wholeErrorPages);
  }

  public Options withErrorPagesAsJettyWritesThem() {
    return new Options(
        threads, virtualThreads, wire, idleTimeout, discardFacades, watchBuffers, false);
  }
}
