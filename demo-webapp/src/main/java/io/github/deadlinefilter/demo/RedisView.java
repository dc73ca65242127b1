package io.github.deadlinefilter.demo;

/** Waits for a Redis to answer a {@code BLPOP}; an interrupt ends the wait. */
public final class RedisView extends FunctionView {
  private static final long serialVersionUID = 1L;

  /** Called by the container. */
  public RedisView() {
    super("redis", new SlowRedis(SlowRedis::patiently).warmedUp());
  }
}
