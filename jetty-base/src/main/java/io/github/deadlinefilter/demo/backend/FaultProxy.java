package io.github.deadlinefilter.demo.backend;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * A TCP proxy on loopback that passes everything on to one backend, as badly as its {@link Fault}
 * says: the portable stand-in for {@code tc netem}. A new fault counts for open connections too,
 * from the next piece on.
 *
 * <p>One thread, and at most {@value #MOST_CONNECTIONS} connections; one more is reset. {@link
 * #inject}, {@link #fault}, {@link #traffic} and {@link #close} are called from any thread.
 */
final class FaultProxy implements AutoCloseable {
  static final int MOST_CONNECTIONS = 256;

  private static final int PIECE_BYTES = 16 * 1024;

  private final String name;
  private final InetSocketAddress backend;
  private final Supplier<ReplyHold> holds;
  private final RunLog log;
  private final Selector selector;
  private final ServerSocketChannel server;
  private final InetSocketAddress address;
  private final Thread thread;

  private volatile Fault fault = Fault.NONE;
  private volatile Traffic traffic = Traffic.NONE;
  private volatile boolean closed;

  // Only on the proxy's thread.
  private final List<ProxiedConnection> connections = new ArrayList<>();
  private final ByteBuffer scratch = ByteBuffer.allocate(PIECE_BYTES);

  /**
   * Listens on loopback and starts to pass on.
   *
   * @param port 0 for any free one
   * @param log is told for which runs of the page the backend is asked, and until when
   * @throws java.net.BindException if the port is taken
   */
  FaultProxy(
      String name, int port, InetSocketAddress backend, Supplier<ReplyHold> holds, RunLog log)
      throws IOException {
    this.name = name;
    this.backend = backend;
    this.holds = holds;
    this.log = log;
    server = ServerSocketChannel.open();
    try {
      server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      server.configureBlocking(false);
      address = (InetSocketAddress) server.getLocalAddress();
      selector = Selector.open();
      server.register(selector, SelectionKey.OP_ACCEPT);
    } catch (IOException e) {
      server.close();
      throw e;
    }
    thread = new Thread(this::run, "fault-proxy-" + name);
    thread.start();
  }

  String name() {
    return name;
  }

  InetSocketAddress address() {
    return address;
  }

  Fault fault() {
    return fault;
  }

  /** Takes the place of the fault that was there. */
  void inject(Fault next) {
    fault = next;
    selector.wakeup();
  }

  /** As it was when the proxy last had something to do. */
  Traffic traffic() {
    return traffic;
  }

  private void run() {
    try (server;
        selector) {
      long waitNanos = OneWay.NEVER;
      while (!closed) {
        await(waitNanos);
        waitNanos = moveAll();
        accept();
        traffic =
            new Traffic(
                count(ProxiedConnection::isHeldByClient), count(ProxiedConnection::isWaiting));
      }
    } catch (IOException e) {
      System.err.println("proxy " + name + " has ended: " + e);
    } finally {
      connections.forEach(ProxiedConnection::close);
    }
  }

  private void await(long nanos) throws IOException {
    selector.selectedKeys().clear();
    if (nanos == OneWay.NEVER) {
      selector.select();
    } else {
      selector.select(nanos / 1_000_000 + 1);
    }
  }

  private long moveAll() {
    Fault now = fault;
    long nanos = System.nanoTime();
    long wait = OneWay.NEVER;
    for (ProxiedConnection connection : connections) {
      wait = Math.min(wait, connection.move(nanos, now, scratch));
    }
    connections.removeIf(connection -> !connection.isOpen());
    return wait;
  }

  private int count(Predicate<ProxiedConnection> which) {
    return (int) connections.stream().filter(which).count();
  }

  private void accept() throws IOException {
    for (SocketChannel client = server.accept(); client != null; client = server.accept()) {
      if (connections.size() >= MOST_CONNECTIONS) {
        client.setOption(StandardSocketOptions.SO_LINGER, 0);
        client.close();
        continue;
      }
      try {
        connections.add(new ProxiedConnection(client, backend, holds.get(), log, selector));
      } catch (IOException e) {
        System.err.println("proxy " + name + " cannot reach its backend: " + e);
      }
    }
  }

  /** Closes the port and all connections, and waits for the thread. */
  @Override
  public void close() {
    closed = true;
    selector.wakeup();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
