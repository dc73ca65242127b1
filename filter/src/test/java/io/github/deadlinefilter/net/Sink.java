package io.github.deadlinefilter.net;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Servers on loopback that do not answer as they should. */
final class Sink implements AutoCloseable {
  /** What is done with each connection. */
  @FunctionalInterface
  interface Service {
    void serve(Socket socket, CountDownLatch closed) throws Exception;
  }

  private final ServerSocket listening;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final List<Socket> held = new ArrayList<>();

  /** A connection has been taken. */
  final BlockingQueue<Socket> taken = new LinkedBlockingQueue<>();

  private Sink(ServerSocket listening) {
    this.listening = listening;
  }

  static ServerSocket listening() throws IOException {
    return new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  }

  static Sink of(ServerSocket listening, Service service) {
    Sink sink = new Sink(listening);
    start(
        () -> {
          while (true) {
            Socket socket = listening.accept();
            sink.taken.add(socket);
            start(() -> service.serve(socket, sink.closed));
          }
        });
    return sink;
  }

  /** Says nothing, and reads nothing. */
  static Sink silent() throws IOException {
    return of(listening(), (socket, closed) -> closed.await());
  }

  /** Sends back what it gets. */
  static Sink echo() throws IOException {
    return of(listening(), (socket, closed) -> echo(socket));
  }

  static void echo(Socket socket) throws IOException {
    InputStream in = socket.getInputStream();
    in.transferTo(socket.getOutputStream());
    socket.close();
  }

  /** A byte every few milliseconds. */
  static Sink dripping() throws IOException {
    return of(
        listening(),
        (socket, closed) -> {
          OutputStream out = socket.getOutputStream();
          while (!closed.await(5, TimeUnit.MILLISECONDS)) {
            out.write('x');
          }
        });
  }

  /** Accepts nothing, and has no place for one more that waits to be accepted. */
  static Sink full() throws IOException {
    Sink sink = new Sink(new ServerSocket(0, 1, InetAddress.getLoopbackAddress()));
    try {
      while (true) {
        Socket socket = new Socket();
        sink.held.add(socket);
        socket.connect(sink.address(), 100);
      }
    } catch (SocketTimeoutException e) {
      return sink;
    }
  }

  @FunctionalInterface
  private interface Task {
    void run() throws Exception;
  }

  private static void start(Task task) {
    Thread thread =
        new Thread(
            () -> {
              try {
                task.run();
              } catch (Exception e) {
                // The connection is closed, or the test has ended.
              }
            },
            "sink");
    thread.setDaemon(true);
    thread.start();
  }

  InetSocketAddress address() {
    return new InetSocketAddress(listening.getInetAddress(), listening.getLocalPort());
  }

  @Override
  public void close() throws IOException {
    closed.countDown();
    listening.close();
    for (Socket socket : held) {
      socket.close();
    }
  }
}
