package io.github.deadlinefilter.demo.backend;

import java.io.IOException;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.infinispan.configuration.parsing.ConfigurationBuilderHolder;
import org.infinispan.manager.DefaultCacheManager;

/** What the memcached and the Redis keep their entries in: Infinispan's, empty at the start. */
final class Caches implements AutoCloseable {
  /** The memcached's. The Redis has one that it configures itself. */
  static final String MEMCACHED = "demo";

  /** The threads of a server's connections. */
  static final int IO_THREADS = 2;

  // Held, because a logger that nobody holds forgets its level.
  private static final Logger INFINISPAN = Logger.getLogger("org.infinispan");
  private static final Logger CONFIGURATION = Logger.getLogger("org.infinispan.CONFIG");

  final DefaultCacheManager manager;

  Caches() throws IOException {
    INFINISPAN.setLevel(Level.WARNING);
    CONFIGURATION.setLevel(Level.SEVERE); // warns that nothing is kept on a disk
    var configuration = new ConfigurationBuilderHolder();
    configuration.getGlobalConfigurationBuilder().nonClusteredDefault().defaultCacheName(MEMCACHED);
    configuration.newConfigurationBuilder(MEMCACHED).memory().maxCount(10_000);
    manager = new DefaultCacheManager(configuration, /* start= */ true);
  }

  @Override
  public void close() throws IOException {
    manager.close();
  }
}
