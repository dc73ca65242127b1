package io.github.deadlinefilter.bench;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** One GiB down, and one up, over a plain socket, to servers whose heap is a sixteenth of that. */
final class StreamBench {
  private static final long BYTES = 1L << 30;
  private static final byte[] CHUNK = new byte[64 * 1024];

  /**
   * @param down gigabytes in a second, as {@code up}
   * @param heapMb what the server's heap has grown by meanwhile
   */
  record Row(
      Contender contender,
      double down,
      double downRatio,
      double up,
      double upRatio,
      double heapMb) {}

  private StreamBench() {}

  static List<Row> run(int rounds, List<Contender> contenders) throws IOException {
    Map<Contender, Child> children = new EnumMap<>(Contender.class);
    Map<Contender, Median[]> figures = new EnumMap<>(Contender.class);
    List<Row> rows = new ArrayList<>();
    try {
      for (Contender one : contenders) {
        Child child = Child.start(one, "-Xms64m", "-Xmx64m");
        children.put(one, child);
        figures.put(one, new Median[] {new Median(), new Median(), new Median(), new Median()});
        down(child.port);
        up(child.port);
      }
      Map<Contender, Long> heaps = new EnumMap<>(Contender.class);
      children.forEach((one, child) -> heaps.put(one, Long.parseLong(child.ask("heap"))));
      for (int round = 0; round < rounds; round++) {
        List<Contender> order = new ArrayList<>(contenders);
        Collections.rotate(order, round);
        Map<Contender, double[]> rates = new EnumMap<>(Contender.class);
        for (Contender one : order) {
          int port = Objects.requireNonNull(children.get(one)).port;
          rates.put(one, new double[] {down(port), up(port)});
        }
        double[] base = Objects.requireNonNull(rates.get(Contender.NONE));
        rates.forEach(
            (one, rate) -> {
              Median[] all = Objects.requireNonNull(figures.get(one));
              all[0].add(rate[0]);
              all[1].add(rate[0] / base[0]);
              all[2].add(rate[1]);
              all[3].add(rate[1] / base[1]);
            });
      }
      for (Contender one : contenders) {
        Median[] all = Objects.requireNonNull(figures.get(one));
        long heap =
            Long.parseLong(Objects.requireNonNull(children.get(one)).ask("heap"))
                - Objects.requireNonNull(heaps.get(one));
        rows.add(new Row(one, all[0].get(), all[1].get(), all[2].get(), all[3].get(), heap / 1e6));
      }
    } finally {
      children.values().forEach(Child::close);
    }
    return rows;
  }

  private static double down(int port) throws IOException {
    long start = System.nanoTime();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      send(socket.getOutputStream(), "GET /down?" + BYTES + " HTTP/1.1\r\nHost: x\r\n");
      InputStream input = socket.getInputStream();
      byte[] buffer = new byte[CHUNK.length];
      long read = 0;
      for (int n = input.read(buffer); n >= 0; n = input.read(buffer)) {
        read += n;
      }
      if (read < BYTES) {
        throw new IOException("only " + read + " bytes");
      }
    }
    return BYTES / (double) (System.nanoTime() - start);
  }

  private static double up(int port) throws IOException {
    long start = System.nanoTime();
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      OutputStream output = socket.getOutputStream();
      send(output, "POST /up HTTP/1.1\r\nHost: x\r\nContent-Length: " + BYTES + "\r\n");
      for (long left = BYTES; left > 0; left -= CHUNK.length) {
        output.write(CHUNK);
      }
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
      if (!answer.endsWith(String.valueOf(BYTES))) {
        throw new IOException("the server says: " + answer);
      }
    }
    return BYTES / (double) (System.nanoTime() - start);
  }

  private static void send(OutputStream output, String head) throws IOException {
    output.write((head + "Connection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
  }

  /** Arguments: rounds, contenders. */
  public static void main(String[] arguments) throws IOException {
    List<Contender> contenders =
        Arrays.stream(arguments[1].split(",", -1)).map(Contender::valueOf).toList();
    run(Integer.parseInt(arguments[0]), contenders).forEach(System.out::println);
  }
}
