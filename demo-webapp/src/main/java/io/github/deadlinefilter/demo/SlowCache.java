package io.github.deadlinefilter.demo;

import io.github.deadlinefilter.Deadline;
import io.github.deadlinefilter.IoCall;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import net.rubyeye.xmemcached.MemcachedClient;
import net.rubyeye.xmemcached.exception.MemcachedException;

/**
 * Waits for a memcached to answer a get. Memcached itself has no slow command, so the key asks the
 * demo's proxy in front of it to hold back the reply: {@code delay:SECONDS:demo}. A memcached
 * without that proxy answers at once. An interrupt ends the wait.
 */
final class SlowCache implements SlowFunction {
  private static final Duration LONGEST_REPLY = Duration.ofMinutes(2);

  private final CacheClients clients = new CacheClients();
  private final Get get;

  /** One get through one client. */
  @FunctionalInterface
  interface Get {
    void of(MemcachedClient client, String key)
        throws TimeoutException, MemcachedException, InterruptedException;
  }

  SlowCache(Get get) {
    this.get = get;
  }

  /** A get that waits for as long as its client does. */
  static void patientGet(MemcachedClient client, String key)
      throws TimeoutException, MemcachedException, InterruptedException {
    Object unused = client.get(key);
  }

  /**
   * A get that waits for as long as the deadline has left, whose interrupt ends it too. A
   * connection that still owes its reply is closed at once, and not only when the reply has come.
   */
  @SuppressWarnings("try") // the call is there to be closed
  static void getWithinDeadline(MemcachedClient client, String key)
      throws TimeoutException, MemcachedException, InterruptedException {
    Deadline deadline = Deadline.current();
    boolean sound = false;
    try (IoCall call = deadline.io("cache", "get")) {
      // A millisecond more than there is: that the time is over is for the deadline to say.
      Object unused = client.get(key, deadline.cap(LONGEST_REPLY).toMillis() + 1);
      sound = true;
    } finally {
      if (!sound) {
        CacheClients.breakOff(client);
      }
    }
  }

  @Override
  public void run(Delay delay, Runnable betweenSteps) throws BackendFailure, InterruptedException {
    String key = delay.isZero() ? delay.run() : "delay:" + delay + ":" + delay.run();
    betweenSteps.run();
    MemcachedClient client = clients.borrow();
    boolean sound = false;
    try {
      get.of(client, key);
      sound = true;
    } catch (TimeoutException | MemcachedException e) {
      throw new BackendFailure(BackendSetting.MEMCACHED, e);
    } finally {
      if (sound) {
        clients.giveBack(client);
      } else {
        clients.discard(client); // its connection still owes a reply to this request
      }
    }
    betweenSteps.run();
  }

  @Override
  public void close() {
    clients.close();
  }
}
