package io.github.deadlinefilter.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.api.Session;
import org.eclipse.jetty.http2.api.Stream;
import org.eclipse.jetty.http2.client.HTTP2Client;
import org.eclipse.jetty.http2.frames.HeadersFrame;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Promise;

/**
 * Many requests in flight at once, over a few connections of HTTP/2, in a container on virtual
 * threads: what each costs in heap, and whether all are answered at their deadline.
 */
final class InFlightBench {
  private static final int CONNECTIONS = 50;

  /**
   * @param heapNone bytes of heap for a request without a filter, as {@code heapOurs}; these and
   *     the times are medians of the rounds
   * @param answered how many had their 503, in the worst round
   * @param lastMillis when the last one had it, after the deadline as its client counts: the first
   *     expiries of that server, whose code is compiled meanwhile
   * @param againMillis the same of as many a second time
   */
  record Row(
      int requests,
      double heapNone,
      double heapOurs,
      int answered,
      double lastMillis,
      double againMillis) {}

  private InFlightBench() {}

  static Row run(int requests, int rounds) throws Exception {
    var none = new Median();
    var ours = new Median();
    var last = new Median();
    var again = new Median();
    int answered = requests;
    for (int round = 0; round < rounds; round++) {
      try (Child child = Child.start(Contender.NONE, "virtual")) {
        none.add(new Flight(child).heap(requests));
      }
      try (Child child = Child.start(Contender.VIRTUAL, "virtual")) {
        Flight flight = new Flight(child);
        ours.add(flight.heap(requests));
        last.add(flight.lastNanos() / 1e6);
        answered = Math.min(answered, flight.answered.get());
        flight.heap(requests);
        again.add(flight.lastNanos() / 1e6);
        answered = Math.min(answered, flight.answered.get());
      }
    }
    return new Row(requests, none.get(), ours.get(), answered, last.get(), again.get());
  }

  /** The client's side. */
  private static final class Flight {
    /** Of the route {@code /held}: long enough to look at the heap meanwhile. */
    private static final long DEADLINE = TimeUnit.SECONDS.toNanos(15);

    final AtomicInteger answered = new AtomicInteger();
    private final Child child;
    private final List<Long> late = new ArrayList<>();

    Flight(Child child) {
      this.child = child;
    }

    synchronized long lastNanos() {
      return late.stream().mapToLong(Long::longValue).max().orElse(-1);
    }

    /** Bytes for each request that is inside. */
    double heap(int requests) throws Exception {
      HTTP2Client client = new HTTP2Client();
      client.setStreamIdleTimeout(TimeUnit.MINUTES.toMillis(5)); // nothing moves for a while
      client.start();
      try {
        List<Session> sessions = new ArrayList<>();
        for (int i = 0; i < CONNECTIONS; i++) {
          sessions.add(
              client
                  .connect(
                      new InetSocketAddress(InetAddress.getLoopbackAddress(), child.port),
                      new Session.Listener() {})
                  .get(10, TimeUnit.SECONDS));
        }
        int warm = requests / 10;
        CompletableFuture<?>[] first = ask(sessions, "/hello", warm);
        CompletableFuture.allOf(first).get(60, TimeUnit.SECONDS);
        answered.set(0);
        synchronized (this) {
          late.clear();
        }
        long before = Long.parseLong(child.ask("heap"));
        CompletableFuture<?>[] all = ask(sessions, "/held", requests);
        long start = System.nanoTime();
        while (Integer.parseInt(child.ask("inside")) < requests) {
          if (System.nanoTime() - start > TimeUnit.SECONDS.toNanos(10)) {
            throw new IOException("only " + child.ask("inside") + " are inside");
          }
          Thread.sleep(20);
        }
        long after = Long.parseLong(child.ask("heap"));
        child.ask("hold");
        CompletableFuture.allOf(all).get(120, TimeUnit.SECONDS);
        return (after - before) / (double) requests;
      } finally {
        client.stop();
      }
    }

    private CompletableFuture<?>[] ask(List<Session> sessions, String path, int requests) {
      CompletableFuture<?>[] all = new CompletableFuture<?>[requests];
      for (int i = 0; i < requests; i++) {
        all[i] = ask(sessions.get(i % sessions.size()), path);
      }
      return all;
    }

    private CompletableFuture<Void> ask(Session session, String path) {
      var done = new CompletableFuture<Void>();
      var request =
          new MetaData.Request(
              "GET", HttpURI.from(child.url(path)), HttpVersion.HTTP_2, HttpFields.EMPTY);
      long sent = System.nanoTime();
      session.newStream(
          new HeadersFrame(request, null, /* endStream= */ true),
          Promise.from(stream -> {}, done::completeExceptionally),
          new Stream.Listener() {
            @Override
            public void onHeaders(Stream stream, HeadersFrame frame) {
              if (frame.getMetaData() instanceof MetaData.Response response
                  && response.getStatus() == 503) {
                answered.incrementAndGet();
                synchronized (Flight.this) {
                  late.add(System.nanoTime() - sent - DEADLINE);
                }
              }
              if (frame.isEndStream()) {
                done.complete(null);
              } else {
                stream.demand();
              }
            }

            @Override
            public void onDataAvailable(Stream stream) {
              Stream.Data data = stream.readData();
              if (data == null) {
                stream.demand();
                return;
              }
              boolean last = data.frame().isEndStream();
              data.release();
              if (last) {
                done.complete(null);
              } else {
                stream.demand();
              }
            }

            @Override
            public void onReset(
                Stream stream, org.eclipse.jetty.http2.frames.ResetFrame frame, Callback callback) {
              done.completeExceptionally(new IOException("reset"));
              callback.succeeded();
            }
          });
      return done;
    }
  }

  /** Arguments: requests, rounds. */
  public static void main(String[] arguments) throws Exception {
    System.out.println(run(Integer.parseInt(arguments[0]), Integer.parseInt(arguments[1])));
    System.exit(0); // the client's threads
  }
}
