package io.github.deadlinefilter.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** What a healthy route feels of stuck workers elsewhere. */
final class StuckBench {
  /**
   * @param p99Without microseconds, as {@code p99With}
   * @param ratio the median of the rounds' own
   */
  record Row(double p99Without, double p99With, double ratio) {}

  private StuckBench() {}

  static Row run(Contender contender, int stuck, int rounds, int seconds) throws IOException {
    List<Socket> open = new ArrayList<>();
    try (Child without = Child.start(contender);
        Child with = Child.start(contender)) {
      for (Child child : List.of(without, with)) {
        Wrk.run(child.url("/hello"), 32, 5);
      }
      // The container's own threads have become as many in both, for they cost, too.
      Wrk.run(without.url("/wait"), stuck, 2);
      Wrk.run(with.url("/wait"), stuck, 2);
      for (int i = 0; i < stuck; i++) {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), with.port);
        open.add(socket);
        socket
            .getOutputStream()
            .write("GET /deaf HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      }
      for (Socket socket : open) {
        if (socket.getInputStream().read() < 0) {
          throw new IOException("no answer");
        }
        socket.close();
      }
      if (Integer.parseInt(with.ask("inside")) != stuck) {
        throw new IOException("stuck are " + with.ask("inside"));
      }
      Thread.sleep(31_000); // until they have all been interrupted for the last time
      Median before = new Median();
      Median after = new Median();
      Median ratio = new Median();
      for (int round = 0; round < rounds; round++) {
        boolean first = round % 2 == 0; // either is asked first in turn
        Wrk early = Wrk.run((first ? without : with).url("/hello"), 32, seconds);
        Wrk late = Wrk.run((first ? with : without).url("/hello"), 32, seconds);
        Wrk base = first ? early : late;
        Wrk now = first ? late : early;
        before.add(base.p99());
        after.add(now.p99());
        ratio.add(now.p99() / base.p99());
      }
      with.ask("release");
      return new Row(before.get(), after.get(), ratio.get());
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    } finally {
      for (Socket socket : open) {
        socket.close();
      }
    }
  }

  /** Arguments: contender, stuck workers, rounds, seconds. */
  public static void main(String[] arguments) throws IOException {
    System.out.println(
        run(
            Contender.valueOf(arguments[0]),
            Integer.parseInt(arguments[1]),
            Integer.parseInt(arguments[2]),
            Integer.parseInt(arguments[3])));
  }
}
