package io.github.deadlinefilter.demo.backend;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A client's connection and the one to the backend that belongs to it. Only on the proxy's thread.
 */
final class ProxiedConnection {
  private static final long NOTHING_ASKED = -1;

  private final SocketChannel client;
  private final SocketChannel backend;
  private final SelectionKey clientKey;
  private final SelectionKey backendKey;
  private final OneWay requests;
  private final OneWay replies;
  private final ReplyHold hold;
  private final RunLog log;
  private final RunNames names = new RunNames();
  private RunLog.@Nullable Work work;
  private long heldUntilNanos = System.nanoTime();
  private long repliedWhenAsked = NOTHING_ASKED;

  /** Starts to connect to the backend; both channels are closed if that fails at once. */
  ProxiedConnection(
      SocketChannel client,
      InetSocketAddress backendAddress,
      ReplyHold hold,
      RunLog log,
      Selector selector)
      throws IOException {
    this.client = client;
    this.hold = hold;
    this.log = log;
    backend = SocketChannel.open();
    try {
      for (SocketChannel channel : new SocketChannel[] {client, backend}) {
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      }
      boolean connected = backend.connect(backendAddress); // on loopback often at once
      clientKey = client.register(selector, connected ? SelectionKey.OP_READ : 0);
      backendKey =
          backend.register(selector, connected ? SelectionKey.OP_READ : SelectionKey.OP_CONNECT);
    } catch (IOException e) {
      backend.close();
      client.close();
      throw e;
    }
    requests = new OneWay(client, backend);
    replies = new OneWay(backend, client);
  }

  /**
   * Moves what can be moved and asks the selector for what cannot.
   *
   * @return nanoseconds until there is something to do again without the selector's word
   */
  long move(long nowNanos, Fault fault, ByteBuffer scratch) {
    try {
      if (!backend.isConnected() && !(backendKey.isConnectable() && backend.finishConnect())) {
        return OneWay.NEVER;
      }
      if (fault.blackhole()) {
        clientKey.interestOps(0);
        backendKey.interestOps(0);
        return OneWay.NEVER;
      }
      if (fault.reset()) {
        resetIfSomethingIsToPass(scratch);
        return OneWay.NEVER;
      }
      // A key that was not selected this time still shows what it was ready for the last time.
      if (requests.wantsRead() && clientKey.isReadable()) {
        ByteBuffer read = requests.read(scratch);
        if (read.hasRemaining()) {
          repliedWhenAsked = replies.written();
          noteAsked(read.duplicate(), nowNanos);
        } else if (requests.sourceEnded()) {
          noteLeft();
        }
        heldUntilNanos = OneWay.later(heldUntilNanos, nowNanos + hold.holdNanos(read.duplicate()));
        requests.enqueue(read, nowNanos, nowNanos, withoutLatency(fault));
      }
      if (replies.wantsRead() && backendKey.isReadable()) {
        ByteBuffer read = replies.read(scratch);
        if (read.hasRemaining()) {
          noteReplied(nowNanos);
        }
        replies.enqueue(read, nowNanos, heldUntilNanos, fault);
      }
      long wait =
          Math.min(
              requests.write(nowNanos, fault.bandwidth()),
              replies.write(nowNanos, fault.bandwidth()));
      if (requests.ended() && replies.ended()) {
        close();
      } else {
        clientKey.interestOps(interest(requests, replies));
        backendKey.interestOps(interest(replies, requests));
      }
      return wait;
    } catch (IOException e) {
      reset();
      return OneWay.NEVER;
    }
  }

  private void noteAsked(ByteBuffer request, long nowNanos) {
    String run = names.in(request);
    if (run != null) {
      work = log.begin(run, millis(nowNanos));
    }
  }

  /** By the clock, what is {@code nanos} of the proxy's round: both ends of a hold are of those. */
  private static long millis(long nanos) {
    return Instant.now().plusNanos(nanos - System.nanoTime()).toEpochMilli();
  }

  /** A reply that is held back stands for a backend that is slow. */
  private void noteReplied(long nowNanos) {
    if (work != null) {
      work.replied(millis(OneWay.later(heldUntilNanos, nowNanos)));
    }
  }

  private void noteLeft() {
    if (work != null) {
      work.left();
    }
  }

  // It is read to be sure: a key also shows what it was ready for the last time.
  private void resetIfSomethingIsToPass(ByteBuffer scratch) throws IOException {
    if (requests.isHolding()
        || replies.isHolding()
        || hasSomething(requests, scratch)
        || hasSomething(replies, scratch)) {
      reset();
    } else {
      clientKey.interestOps(SelectionKey.OP_READ);
      backendKey.interestOps(SelectionKey.OP_READ);
    }
  }

  private static boolean hasSomething(OneWay way, ByteBuffer scratch) throws IOException {
    return way.sourceEnded() || way.read(scratch).hasRemaining() || way.sourceEnded();
  }

  // As with a rule for what leaves the backend's host: a round trip gets longer by the latency
  // once.
  private static Fault withoutLatency(Fault fault) {
    return new Fault(Duration.ZERO, Duration.ZERO, fault.bandwidth(), false, false);
  }

  private static int interest(OneWay readFrom, OneWay writtenTo) {
    return (readFrom.wantsRead() ? SelectionKey.OP_READ : 0)
        | (writtenTo.wantsWrite() ? SelectionKey.OP_WRITE : 0);
  }

  boolean isOpen() {
    return client.isOpen();
  }

  /** Whether its client has neither closed it nor its own side of it. */
  boolean isHeldByClient() {
    return isOpen() && !requests.sourceEnded();
  }

  /** Whether its client waits for the first byte of a reply. */
  boolean isWaiting() {
    return isHeldByClient() && replies.written() == repliedWhenAsked;
  }

  /** One side has broken off: so does the other, without a proper end. */
  private void reset() {
    try {
      client.setOption(StandardSocketOptions.SO_LINGER, 0);
      backend.setOption(StandardSocketOptions.SO_LINGER, 0);
    } catch (IOException e) {
      close();
      return;
    }
    close();
  }

  void close() {
    noteLeft();
    try (client;
        backend) {
      clientKey.cancel();
      backendKey.cancel();
    } catch (IOException e) {
      return; // closed all the same
    }
  }
}
