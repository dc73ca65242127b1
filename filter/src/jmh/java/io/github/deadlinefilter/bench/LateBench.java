package io.github.deadlinefilter.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;

/**
 * How late the answers come of requests that expire one after the other while their workers are
 * deaf: from the moment that a request is sent, past its deadline and its grace.
 */
final class LateBench {
  private static final long DEADLINE = 500_000_000;
  private static final long GRACE = 5_000_000;

  /** In milliseconds: of one round, or the medians of several. */
  record Lateness(double p50, double p99, double most) {}

  private LateBench() {}

  /**
   * @param requests that are sent evenly within a second
   * @param rounds each with a server of its own, for their workers stay
   */
  static Lateness run(Contender contender, int requests, int rounds) throws IOException {
    var p50 = new Median();
    var p99 = new Median();
    var most = new Median();
    for (int round = 0; round < rounds; round++) {
      Lateness one = round(contender, requests);
      p50.add(one.p50());
      p99.add(one.p99());
      most.add(one.most());
    }
    return new Lateness(p50.get(), p99.get(), most.get());
  }

  private static Lateness round(Contender contender, int requests) throws IOException {
    try (Child child = Child.start(contender, "-Dbench.threads=2500")) {
      measure(child.port, 50); // warm
      Wrk.run(child.url("/hello"), 32, 4);
      measure(child.port, requests);
      return measure(child.port, requests);
    }
  }

  private static Lateness measure(int port, int requests) throws IOException {
    byte[] get = "GET /deaf HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    long[] late = new long[requests];
    int answered = 0;
    try (Selector selector = Selector.open()) {
      SocketChannel[] channels = new SocketChannel[requests];
      for (int i = 0; i < requests; i++) {
        channels[i] =
            SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        channels[i].setOption(StandardSocketOptions.TCP_NODELAY, true);
        channels[i].configureBlocking(false);
      }
      ByteBuffer buffer = ByteBuffer.allocate(8_192);
      long start = System.nanoTime();
      int sent = 0;
      while (answered < requests) {
        long now = System.nanoTime();
        while (sent < requests && now - start >= sent * (1_000_000_000L / requests)) {
          channels[sent].write(ByteBuffer.wrap(get));
          channels[sent].register(selector, SelectionKey.OP_READ, new long[] {now, sent});
          sent++;
          now = System.nanoTime();
        }
        if (selector.selectNow() == 0) {
          LockSupport.parkNanos(50_000);
          continue;
        }
        for (SelectionKey key : selector.selectedKeys()) {
          SocketChannel channel = (SocketChannel) key.channel();
          long[] request = (long[]) key.attachment();
          buffer.clear();
          if (channel.read(buffer) < 0 || !isLate(buffer)) {
            throw new IOException("no answer at the deadline");
          }
          if (request[0] != 0) {
            late[(int) request[1]] = System.nanoTime() - request[0] - DEADLINE - GRACE;
            request[0] = 0;
            answered++;
            channel.close();
          }
        }
        selector.selectedKeys().clear();
      }
    }
    Arrays.sort(late);
    return new Lateness(
        late[requests / 2] / 1e6, late[requests * 99 / 100] / 1e6, late[requests - 1] / 1e6);
  }

  private static boolean isLate(ByteBuffer answer) {
    return answer.position() > 12 && answer.get(9) == '5' && answer.get(11) == '3';
  }

  /** Arguments: contender, requests, rounds. */
  public static void main(String[] arguments) throws IOException {
    System.out.println(
        run(
            Contender.valueOf(arguments[0]),
            Integer.parseInt(arguments[1]),
            Integer.parseInt(arguments[2])));
  }
}
