package io.github.deadlinefilter.demo.backend;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.infinispan.server.memcached.MemcachedServer;
import org.infinispan.server.memcached.configuration.MemcachedServerConfigurationBuilder;

/** The memcached: Infinispan's server for that protocol. */
final class MemcachedBackend implements AutoCloseable {
  private final MemcachedServer server = new MemcachedServer();

  /** Listens on a free port of loopback. */
  MemcachedBackend(Caches caches) {
    server.start(
        new MemcachedServerConfigurationBuilder()
            .host(InetAddress.getLoopbackAddress().getHostAddress())
            .port(0)
            .defaultCacheName(Caches.MEMCACHED)
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
