package io.github.deadlinefilter.demo;

import java.util.concurrent.TimeoutException;
import net.rubyeye.xmemcached.MemcachedClient;
import net.rubyeye.xmemcached.exception.MemcachedException;

/**
 * Waits for a memcached to answer a get. Memcached itself has no slow command, so the key asks the
 * demo's proxy in front of it to hold back the reply: {@code delay:SECONDS:demo}. A memcached
 * without that proxy answers at once.
 */
public final class CacheView extends SlowView {
  private static final long serialVersionUID = 1L;

  private final transient CacheClients clients = new CacheClients();

  @Override
  String slow() {
    return "cache";
  }

  @Override
  void work(Delay delay) throws BackendFailure, InterruptedException {
    String key = delay.isZero() ? "demo" : "delay:" + delay + ":demo";
    MemcachedClient client = clients.borrow();
    boolean sound = false;
    try {
      Object unused = client.get(key);
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
  }

  @Override
  public void destroy() {
    clients.close();
  }
}
