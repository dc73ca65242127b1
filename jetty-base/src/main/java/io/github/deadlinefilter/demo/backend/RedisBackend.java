package io.github.deadlinefilter.demo.backend;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.infinispan.server.resp.RespServer;
import org.infinispan.server.resp.configuration.RespServerConfigurationBuilder;

/** The Redis: Infinispan's server for that protocol. */
final class RedisBackend implements AutoCloseable {
  private final RespServer server = new RespServer();

  /** Listens on a free port of loopback. */
  RedisBackend(Caches caches) {
    server.start(
        new RespServerConfigurationBuilder()
            .host(InetAddress.getLoopbackAddress().getHostAddress())
            .port(0)
            .ioThreads(Caches.IO_THREADS)
            .build(),
        caches.manager);
  }

  InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort());
  }

  @Override
  public void close() {
    server.stop();
  }
}
