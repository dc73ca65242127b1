package io.github.deadlinefilter.demo;

import io.github.deadlinefilter.Deadline;
import io.github.deadlinefilter.IoCall;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.StringCodec;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Waits for a Redis to give it the first of a list that stays empty: {@code BLPOP}, which the
 * server itself answers when its timeout is over. An interrupt ends the wait.
 *
 * <p>A connection for each, because nothing behind a {@code BLPOP} is answered before it. It is
 * closed in any case, which is how a server is told that nobody waits any more.
 */
final class SlowRedis implements SlowFunction {
  private final RedisClient client = RedisClient.create();
  private final Wait wait;

  /** How a thread waits for what the client has promised. */
  interface Wait {
    <T extends @Nullable Object> T of(Future<T> future)
        throws InterruptedException, ExecutionException;
  }

  SlowRedis(Wait wait) {
    this.wait = wait;
    // With a connection that is lost the call has failed: it is not sent once more on a new one.
    client.setOptions(ClientOptions.builder().autoReconnect(false).build());
  }

  /** The first connection has much to load, which is not to be taken from a request's time. */
  SlowRedis warmedUp() {
    try {
      var unused =
          client
              .connectAsync(StringCodec.UTF8, uri())
              .thenCompose(StatefulRedisConnection::closeAsync);
    } catch (BackendFailure e) {
      return this; // as every request will be told
    }
    return this;
  }

  /** For as long as it takes: these futures have no timeout of their own. */
  static <T extends @Nullable Object> T patiently(Future<T> future)
      throws InterruptedException, ExecutionException {
    return future.get();
  }

  /** For as long as the deadline has left. */
  @SuppressWarnings("try") // the call is there to be closed
  static <T extends @Nullable Object> T withinDeadline(Future<T> future)
      throws InterruptedException, ExecutionException {
    Deadline deadline = Deadline.current();
    try (IoCall call = deadline.io("redis", "BLPOP")) {
      return deadline.await(future);
    }
  }

  @Override
  public void run(Delay delay, Runnable betweenSteps) throws BackendFailure, InterruptedException {
    RedisURI uri = uri();
    betweenSteps.run();
    try {
      var connecting = client.connectAsync(StringCodec.UTF8, uri).toCompletableFuture();
      try {
        var connection = wait.of(connecting.copy()); // who stops waiting does not stop connecting
        betweenSteps.run();
        wait.of(command(connection, delay));
      } finally {
        var unused = connecting.thenCompose(StatefulRedisConnection::closeAsync);
      }
    } catch (ExecutionException | CancellationException e) { // cancelled with its connection
      Throwable cause = e.getCause();
      throw new BackendFailure(BackendSetting.REDIS_URL, cause == null ? e : cause);
    }
    betweenSteps.run();
  }

  /** A timeout of zero would be none. */
  private static RedisFuture<?> command(
      StatefulRedisConnection<String, String> connection, Delay delay) {
    return delay.isZero()
        ? connection.async().llen(delay.run())
        : connection.async().blpop(delay.seconds().doubleValue(), delay.run());
  }

  private static RedisURI uri() throws BackendFailure {
    try {
      return RedisURI.create(BackendSetting.REDIS_URL.value());
    } catch (IllegalArgumentException e) {
      throw BackendSetting.REDIS_URL.unusable("is not a URL of a Redis");
    }
  }

  @Override
  public void close() {
    client.shutdown(Duration.ZERO, Duration.ofSeconds(1));
  }
}
