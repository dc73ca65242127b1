package io.github.deadlinefilter.demo;

import com.google.code.yanf4j.core.Session;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import net.rubyeye.xmemcached.MemcachedClient;
import net.rubyeye.xmemcached.XMemcachedClientBuilder;
import net.rubyeye.xmemcached.utils.AddrUtil;

/**
 * Memcached clients of one connection each, lent to one request at a time: replies come in the
 * order of the commands, so on a shared connection one late reply would hold up everybody behind
 * it.
 *
 * <p>Bounded; called from any thread.
 */
final class CacheClients implements AutoCloseable {
  private static final int MOST = 64;
  private static final int MOST_IDLE = 8;
  private static final int MOST_CLOSING = 4;
  private static final long LONGEST_REPLY_MILLIS = 120_000;

  // Held, because a logger that nobody holds forgets its level.
  private static final List<Logger> QUIET =
      List.of(
          Logger.getLogger("net.rubyeye.xmemcached"), Logger.getLogger("com.google.code.yanf4j"));

  static {
    QUIET.forEach(logger -> logger.setLevel(Level.SEVERE));
  }

  private final Semaphore permits = new Semaphore(MOST);
  private final ConcurrentLinkedDeque<MemcachedClient> idle = new ConcurrentLinkedDeque<>();
  private final ExecutorService closer =
      new ThreadPoolExecutor(
          MOST_CLOSING,
          MOST_CLOSING,
          0,
          TimeUnit.SECONDS,
          new LinkedBlockingQueue<>(),
          (task, closed) -> task.run()); // a late worker that outlived the application
  private volatile boolean closed;

  /** An idle client, or a new one; waits while too many are out. */
  MemcachedClient borrow() throws BackendFailure, InterruptedException {
    permits.acquire();
    boolean lent = false;
    try {
      MemcachedClient client = idle.pollFirst();
      while (client != null && client.getAvailableServers().isEmpty()) {
        shutDown(client); // the server has closed the connection meanwhile
        client = idle.pollFirst();
      }
      if (client == null) {
        client = connect();
      }
      lent = true;
      return client;
    } finally {
      if (!lent) {
        permits.release();
      }
    }
  }

  void giveBack(MemcachedClient client) {
    if (closed || idle.size() >= MOST_IDLE) {
      shutDown(client);
    } else {
      idle.addFirst(client);
    }
    permits.release();
  }

  /**
   * For a client whose connection still owes a reply. It comes back at once, because its caller has
   * been told to stop, while closing such a connection takes seconds.
   */
  void discard(MemcachedClient client) {
    closer.execute(
        () -> {
          shutDown(client);
          permits.release();
        });
  }

  @Override
  public void close() {
    closed = true;
    for (MemcachedClient client = idle.pollFirst(); client != null; client = idle.pollFirst()) {
      shutDown(client);
    }
    closer.shutdown();
  }

  private static MemcachedClient connect() throws BackendFailure {
    String address = BackendSetting.MEMCACHED.value();
    XMemcachedClientBuilder builder;
    try {
      builder = new XMemcachedClientBuilder(AddrUtil.getAddresses(address));
    } catch (IllegalArgumentException e) {
      throw BackendSetting.MEMCACHED.unusable("is not HOST:PORT");
    }
    builder.setEnableHealSession(false); // a broken client is thrown away
    builder.setOpTimeout(LONGEST_REPLY_MILLIS);
    builder.setSelectorPoolSize(1);
    builder.getConfiguration().setReadThreadCount(0);
    builder.getConfiguration().setDispatchMessageThreadCount(0);
    try {
      MemcachedClient client = builder.build();
      client.setEnableHeartBeat(false);
      return client;
    } catch (IOException e) {
      throw new BackendFailure(BackendSetting.MEMCACHED, e);
    }
  }

  /** Closes the connection of a client that is lent; it is still to be discarded. */
  static void breakOff(MemcachedClient client) {
    client.getConnector().getSessionSet().forEach(Session::close);
  }

  private static void shutDown(MemcachedClient client) {
    try {
      client.shutdown();
    } catch (IOException e) {
      QUIET.get(0).log(Level.FINE, "a memcached client would not close", e);
    }
  }
}
