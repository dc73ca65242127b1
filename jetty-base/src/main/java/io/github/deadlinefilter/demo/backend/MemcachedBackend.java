package io.github.deadlinefilter.demo.backend;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.infinispan.configuration.parsing.ConfigurationBuilderHolder;
import org.infinispan.manager.DefaultCacheManager;
import org.infinispan.server.memcached.MemcachedServer;
import org.infinispan.server.memcached.configuration.MemcachedServerConfigurationBuilder;

/** The memcached: Infinispan's server for that protocol, empty at the start. */
final class MemcachedBackend implements AutoCloseable {
  private static final String CACHE = "demo";
  private static final int IO_THREADS = 2;

  // Held, because a logger that nobody holds forgets its level.
  private static final Logger INFINISPAN = Logger.getLogger("org.infinispan");

  private final DefaultCacheManager caches;
  private final MemcachedServer server = new MemcachedServer();

  /** Listens on a free port of loopback. */
  MemcachedBackend() throws IOException {
    INFINISPAN.setLevel(Level.WARNING);
    var configuration = new ConfigurationBuilderHolder();
    configuration.getGlobalConfigurationBuilder().nonClusteredDefault().defaultCacheName(CACHE);
    configuration.newConfigurationBuilder(CACHE).memory().maxCount(10_000);
    caches = new DefaultCacheManager(configuration, /* start= */ true);
    server.start(
        new MemcachedServerConfigurationBuilder()
            .host(InetAddress.getLoopbackAddress().getHostAddress())
            .port(0)
            .defaultCacheName(CACHE)
            .ioThreads(IO_THREADS)
            .build(),
        caches);
  }

  InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort());
  }

  @Override
  public void close() throws IOException {
    server.stop();
    caches.close();
  }
}
