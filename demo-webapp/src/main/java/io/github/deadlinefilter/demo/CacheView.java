package io.github.deadlinefilter.demo;

/** Waits for a memcached to answer a get; an interrupt ends the wait. */
public final class CacheView extends FunctionView {
  private static final long serialVersionUID = 1L;

  /** Called by the container. */
  public CacheView() {
    super("cache", new SlowCache(SlowCache::patientGet));
  }
}
