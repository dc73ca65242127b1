package io.github.deadlinefilter.board;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Sends what the filters show to everybody who looks, once a second, as server-sent events. Each
 * viewer has a thread of the board's own, of which there are only so many, and none of the
 * container's or of the filter's: a write blocks on a client that does not read, and must hold up
 * nobody else.
 *
 * <p>Thread-safe. {@link #run} ends all of it.
 */
final class Streams implements Runnable {
  /** How many viewers there may be at a time. */
  static final int MOST = 20;

  private static final long EVERY_MILLIS = 1_000;

  /** Then the browser comes again by itself, and has to show that it still may. */
  private static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(15);

  /** How long an undeployment waits for the last bytes of all viewers. */
  private static final long END_NANOS = TimeUnit.SECONDS.toNanos(1);

  private static final byte[] RETRY = "retry: 1000\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] DATA = "data: ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] END = "\n\n".getBytes(StandardCharsets.US_ASCII);

  private static final System.Logger LOG = System.getLogger("io.github.deadlinefilter");

  private final Snapshots snapshots;
  private final AtomicInteger places = new AtomicInteger(MOST);
  private final AtomicLong number = new AtomicLong();
  private final Set<Stream> open = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  Streams(Snapshots snapshots) {
    this.snapshots = snapshots;
  }

  /**
   * Begins one, with its first event.
   *
   * @return false if there are too many, or the application is being stopped
   */
  boolean open(HttpServletRequest request, HttpServletResponse response) throws IOException {
    if (places.decrementAndGet() < 0 || closed) {
      places.incrementAndGet();
      return false;
    }
    boolean begun = false;
    Stream stream = null;
    try {
      snapshots.feeds().forEach(feed -> feed.whenOver(this));
      response.setContentType("text/event-stream");
      response.setCharacterEncoding("utf-8");
      response.setHeader("X-Accel-Buffering", "no"); // which nginx understands
      ServletOutputStream output = response.getOutputStream();
      AsyncContext context = request.startAsync();
      stream = new Stream(context, output);
      stream.begin();
      begun = true;
    } finally {
      if (!begun) {
        places.incrementAndGet();
        if (stream != null) {
          stream.complete();
        }
      }
    }
    return true;
  }

  /** Ends all, and waits for them for a second at most. Idempotent. */
  @Override
  public void run() {
    closed = true;
    open.forEach(Stream::end);
    long start = System.nanoTime();
    try {
      for (Stream stream : open) {
        TimeUnit.NANOSECONDS.timedJoin(stream, END_NANOS - (System.nanoTime() - start));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** One viewer, and the thread that feeds it. */
  private final class Stream extends Thread implements AsyncListener {
    private final AsyncContext context;
    private final ServletOutputStream output;
    private final CountDownLatch over = new CountDownLatch(1);

    Stream(AsyncContext context, ServletOutputStream output) {
      super(
          null,
          null,
          "deadline-board-" + number.incrementAndGet(),
          /* stackSize= */ 0,
          /* inheritThreadLocals= */ false);
      this.context = context;
      this.output = output;
      setDaemon(true);
    }

    /** On the thread of its request: from there on its response has begun. */
    void begin() throws IOException {
      context.setTimeout(0);
      context.addListener(this);
      output.write(RETRY);
      send();
      open.add(this);
      // Race with the end of all: whoever comes second, this or that, sees the other.
      if (closed) {
        end();
      }
      try {
        start();
      } catch (OutOfMemoryError e) { // the system has no thread left to give
        open.remove(this);
        throw new IOException(e);
      }
    }

    private void send() throws IOException {
      output.write(DATA);
      output.write(snapshots.json());
      output.write(END);
      output.flush();
    }

    @Override
    public void run() {
      long start = System.nanoTime();
      try {
        while (!over.await(EVERY_MILLIS, TimeUnit.MILLISECONDS)
            && System.nanoTime() - start < LONGEST_NANOS) {
          send();
        }
      } catch (InterruptedException e) {
        // Nobody else's thread is this, so somebody wants it to end.
      } catch (IOException | RuntimeException e) {
        LOG.log(System.Logger.Level.DEBUG, "A viewer of the board has gone", e);
      } finally {
        complete();
        open.remove(this);
        places.incrementAndGet();
      }
    }

    void end() {
      over.countDown();
    }

    void complete() {
      try {
        context.complete();
      } catch (RuntimeException e) { // the container or the filter has ended it
        LOG.log(System.Logger.Level.DEBUG, "A viewer of the board had gone", e);
      }
    }

    @Override
    public void onComplete(AsyncEvent event) {
      end();
    }

    @Override
    public void onTimeout(AsyncEvent event) {
      end();
    }

    @Override
    public void onError(AsyncEvent event) {
      end();
    }

    @Override
    public void onStartAsync(AsyncEvent event) {}
  }
}
