package io.github.deadlinefilter.contract;

import io.undertow.connector.ByteBufferPool;
import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.DefaultByteBufferPool;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Buffers for Undertow which notice that somebody writes to one after it was given back: each is
 * filled then, and looked at when it is its turn again, some thousand buffers later. Undertow's own
 * pool gives most of them back to the system at once, so that such a write is in anybody's memory,
 * and may end the JVM. Says so in the log, with who had given the buffer back. Thread-safe.
 */
final class WatchedBuffers implements ByteBufferPool {
  private static final System.Logger LOG = System.getLogger(WatchedBuffers.class.getName());

  /** Not 2^14, as Undertow's own: what has to fit into a frame of HTTP/2 or TLS has a head. */
  private static final int SIZE = 16 * 1024 - 20;

  /** How many rest at a time. */
  static final int REST = 4_000;

  private static final int SHOWN = 80;

  private record Resting(ByteBuffer buffer, Throwable givenBack) {}

  private final ByteBufferPool arrays = new DefaultByteBufferPool(/* direct= */ false, SIZE);
  private final Queue<Resting> resting = new ConcurrentLinkedQueue<>();
  private final AtomicInteger rest = new AtomicInteger();
  private final ByteBuffer untouched;

  WatchedBuffers() {
    ByteBuffer filled = ByteBuffer.allocateDirect(SIZE);
    while (filled.hasRemaining()) {
      filled.put((byte) '~');
    }
    untouched = filled.flip().asReadOnlyBuffer();
  }

  @Override
  public PooledByteBuffer allocate() {
    Resting next = rest.get() > REST ? resting.poll() : null;
    if (next == null) {
      return new Lent(ByteBuffer.allocateDirect(SIZE));
    }
    rest.decrementAndGet();
    look(next);
    return new Lent(next.buffer());
  }

  private void look(Resting rested) {
    ByteBuffer seen = rested.buffer().duplicate().clear();
    int at = seen.mismatch(untouched.duplicate());
    if (at >= 0) {
      byte[] written = new byte[Math.min(SHOWN, SIZE - at)];
      seen.get(at, written);
      LOG.log(
          Level.ERROR,
          "Written to after it was given back, at "
              + at
              + ": "
              + new String(written, StandardCharsets.ISO_8859_1).replaceAll("[^ -~]", "."),
          rested.givenBack());
    }
  }

  private void giveBack(ByteBuffer buffer) {
    buffer.duplicate().clear().put(untouched.duplicate());
    resting.add(new Resting(buffer, new Throwable("given back by " + Thread.currentThread())));
    rest.incrementAndGet();
  }

  @Override
  public ByteBufferPool getArrayBackedPool() {
    return arrays;
  }

  @Override
  public void close() {}

  @Override
  public int getBufferSize() {
    return SIZE;
  }

  @Override
  public boolean isDirect() {
    return true;
  }

  private final class Lent implements PooledByteBuffer {
    private final AtomicReference<@Nullable ByteBuffer> lent;

    Lent(ByteBuffer buffer) {
      lent = new AtomicReference<>(buffer.clear());
    }

    @Override
    public ByteBuffer getBuffer() {
      ByteBuffer buffer = lent.get();
      if (buffer == null) {
        throw new IllegalStateException("The buffer has been given back");
      }
      return buffer;
    }

    @Override
    public void close() {
      ByteBuffer buffer = lent.getAndSet(null);
      if (buffer != null) {
        giveBack(buffer);
      }
    }

    @Override
    public boolean isOpen() {
      return lent.get() != null;
    }
  }
}
