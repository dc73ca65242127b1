package io.github.deadlinefilter.demo.backend;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.concurrent.ThreadLocalRandom;

/**
 * One direction of a connection: bytes that were read, each piece with the time before which it
 * must not be written. Bounded: with a full queue nothing more is read. Only used on the proxy's
 * thread.
 */
final class OneWay {
  static final long NEVER = Long.MAX_VALUE;

  private static final int MOST_QUEUED_BYTES = 256 * 1024;
  private static final int WRITES_A_SECOND = 50; // how finely a limited bandwidth is dealt out

  private record Piece(ByteBuffer bytes, long dueNanos) {}

  private final SocketChannel from;
  private final SocketChannel to;
  private final ArrayDeque<Piece> queue = new ArrayDeque<>();
  private int queuedBytes;
  private long written;
  private long lastDueNanos = System.nanoTime();
  private long freeAtNanos = lastDueNanos;
  private boolean sourceEnded;
  private boolean ended;
  private boolean targetFull;

  OneWay(SocketChannel from, SocketChannel to) {
    this.from = from;
    this.to = to;
  }

  /** Whether the source may be read. */
  boolean wantsRead() {
    return !sourceEnded && queuedBytes < MOST_QUEUED_BYTES;
  }

  /** Whether a piece is due that the target had no room for. */
  boolean wantsWrite() {
    return targetFull;
  }

  /** Whether everything has passed, the end included. */
  boolean ended() {
    return ended;
  }

  /** Whether its source has sent its last. */
  boolean sourceEnded() {
    return sourceEnded;
  }

  /** Whether something has been read that has not been written. */
  boolean isHolding() {
    return !queue.isEmpty();
  }

  /** How many bytes have been written. */
  long written() {
    return written;
  }

  /** The bytes read, for looking at; empty at the end of the source. */
  ByteBuffer read(ByteBuffer scratch) throws IOException {
    scratch.clear();
    int count = from.read(scratch);
    sourceEnded = count < 0;
    scratch.flip();
    return scratch;
  }

  /** Queues what was read; nothing in it stands for the end. */
  void enqueue(ByteBuffer read, long nowNanos, long heldUntilNanos, Fault fault) {
    if (!read.hasRemaining() && !sourceEnded) {
      return;
    }
    long due = nowNanos + fault.latency().toNanos();
    long jitter = fault.jitter().toNanos();
    if (jitter > 0) {
      due += ThreadLocalRandom.current().nextLong(jitter + 1);
    }
    due = later(due, later(heldUntilNanos, lastDueNanos)); // never before what was sent earlier
    lastDueNanos = due;
    var copy = ByteBuffer.allocate(read.remaining()).put(read).flip();
    queuedBytes += copy.remaining();
    queue.add(new Piece(copy, due));
  }

  /**
   * Writes what is due.
   *
   * @return nanoseconds until the next piece may be written; {@link #NEVER} if there is none, or if
   *     only the target can tell
   */
  long write(long nowNanos, long bandwidth) throws IOException {
    targetFull = false;
    for (Piece piece = queue.peek(); piece != null; piece = queue.peek()) {
      ByteBuffer bytes = piece.bytes();
      long wait =
          later(piece.dueNanos(), bandwidth > 0 ? freeAtNanos : piece.dueNanos()) - nowNanos;
      if (wait > 0) {
        return wait;
      }
      int end = bytes.limit();
      if (bandwidth > 0) {
        long share = Math.max(1, bandwidth / WRITES_A_SECOND);
        bytes.limit((int) Math.min(end, bytes.position() + share));
      }
      int asked = bytes.remaining();
      int count = to.write(bytes);
      bytes.limit(end);
      queuedBytes -= count;
      written += count;
      if (bandwidth > 0) {
        freeAtNanos = later(freeAtNanos, nowNanos) + count * 1_000_000_000L / bandwidth;
      }
      if (count < asked) {
        targetFull = true;
        return NEVER;
      }
      if (!bytes.hasRemaining()) {
        queue.remove();
      }
    }
    if (sourceEnded && !ended) {
      ended = true;
      to.shutdownOutput();
    }
    return NEVER;
  }

  /** The later of two readings of the clock, which may have wrapped. */
  static long later(long a, long b) {
    return a - b > 0 ? a : b;
  }
}
