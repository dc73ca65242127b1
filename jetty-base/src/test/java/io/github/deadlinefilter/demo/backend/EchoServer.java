package io.github.deadlinefilter.demo.backend;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A backend that sends back what it gets, and ends a connection when its client has. */
final class EchoServer implements AutoCloseable {
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final ServerSocket server = new ServerSocket(0, 512, InetAddress.getLoopbackAddress());

  EchoServer() throws IOException {
    threads.execute(this::accept);
  }

  InetSocketAddress address() {
    return (InetSocketAddress) server.getLocalSocketAddress();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = server.accept();
        threads.execute(() -> echo(client));
      }
    } catch (IOException e) {
      return; // closed
    }
  }

  private static void echo(Socket client) {
    try (client) {
      var unused = client.getInputStream().transferTo(client.getOutputStream());
    } catch (IOException e) {
      return; // the test has seen enough
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    threads.shutdownNow();
  }
}
