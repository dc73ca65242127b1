package io.github.deadlinefilter.contract;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;

/** Reads server-sent events over HTTP/1.1 as they come. Used by one thread. */
final class EventStream implements AutoCloseable {
  private static final String DATA = "data: ";

  private final Socket socket;
  private final BufferedReader lines;
  private final String head;

  EventStream(int port, String path) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(Math.toIntExact(Gate.LIMIT.toMillis()));
    lines =
        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    String request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    var all = new StringBuilder();
    String line;
    while ((line = lines.readLine()) != null && !line.isEmpty()) {
      all.append(line).append('\n');
    }
    head = all.toString();
  }

  /** The status line and the headers. */
  String head() {
    return head;
  }

  /** The data of the next event. What frames the chunks is passed over. */
  String next() throws IOException {
    String line;
    while ((line = lines.readLine()) != null) {
      if (line.startsWith(DATA)) {
        return line.substring(DATA.length());
      }
    }
    throw new IOException("the stream has ended");
  }

  /** Waits until nothing comes any more; whether the stream is whole, and was not cut. */
  boolean awaitEnd() throws IOException {
    try {
      String line;
      while ((line = lines.readLine()) != null) {
        if (line.equals("0")) { // the last chunk; no other line of a stream is that
          return true;
        }
      }
    } catch (SocketException reset) {
      // As it is, when there is something that has not been read.
    }
    return false;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
