package io.github.deadlinefilter.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.github.deadlinefilter.Deadline;
import io.github.deadlinefilter.DeadlineScope;
import io.github.deadlinefilter.Enforcement;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** An HTTP/1.1 server on loopback that does by the path what a good one does not. */
final class Peer implements AutoCloseable {
  private final ServerSocket listening;
  private final CountDownLatch closed = new CountDownLatch(1);

  /** How many connections it has taken. */
  final AtomicInteger connections = new AtomicInteger();

  /** The heads of the requests. */
  final BlockingQueue<String> heads = new LinkedBlockingQueue<>();

  /** One for each connection that its client has closed. */
  final BlockingQueue<String> gone = new LinkedBlockingQueue<>();

  Peer() throws IOException {
    listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start(this::listen);
  }

  /** Loads what a call needs. */
  static void warmUp() throws Exception {
    try (Peer peer = new Peer();
        DeadlineScope scope = Deadline.within(Duration.ofMinutes(1), Enforcement.COOPERATE)) {
      HttpClient client = DeadlineHttpClient.of(HttpClient.newHttpClient());
      HttpRequest request = HttpRequest.newBuilder(peer.uri("/hello")).build();
      client.send(request, BodyHandlers.ofString());
      scope.shorten(Duration.ZERO);
    }
  }

  private static void start(Runnable task) {
    Thread thread = new Thread(task, "peer");
    thread.setDaemon(true);
    thread.start();
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + listening.getLocalPort() + path);
  }

  private void listen() {
    try {
      while (true) {
        Socket socket = listening.accept();
        connections.incrementAndGet();
        start(() -> serve(socket));
      }
    } catch (IOException e) {
      // Closed: the test has ended.
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      socket.setTcpNoDelay(true);
      String head = head(socket.getInputStream());
      while (head != null) {
        heads.add(head);
        answer(head.split(" ", 3)[1], socket);
        head = head(socket.getInputStream());
      }
    } catch (IOException | InterruptedException e) {
      // As good as an end.
    }
    gone.add("gone");
  }

  private void answer(String path, Socket socket) throws IOException, InterruptedException {
    switch (path) {
      case "/hello" -> write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
      case "/moved" ->
          write(socket, "HTTP/1.1 302 Found\r\nLocation: /silent\r\nContent-Length: 0\r\n\r\n");
      case "/silent" -> {} // and waits for the client to go
      case "/stalled" -> write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhello\n");
      case "/drip" -> {
        write(socket, "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
        while (!closed.await(5, TimeUnit.MILLISECONDS)) {
          write(socket, "x\n");
        }
      }
      default -> throw new IllegalArgumentException(path);
    }
  }

  private static void write(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(ISO_8859_1));
  }

  /** Null at the end. */
  private static @Nullable String head(InputStream in) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = in.read();
      if (next < 0) {
        return null;
      }
      head.append((char) next);
    }
    return head.toString();
  }

  @Override
  public void close() throws IOException {
    closed.countDown();
    listening.close();
  }
}
