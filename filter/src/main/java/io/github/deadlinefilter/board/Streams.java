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
import java.util.concurrent.locks.ReentrantLock;

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
        if (stream.isAlive()) {
          stream.interrupt(); // it writes to a client that does not read
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * One viewer, and the thread that feeds it.
   *
   * <p>Race of that thread with the container, which ends the request when its client has gone, and
   * may give its objects to another request then: whoever writes or completes is inside the lock,
   * and the container's call returns when nobody is, and nobody goes in after it. Where a
   * DeadlineFilter is in front that is so anyway; with {@code mode=observe}, or without one, it is
   * this alone. The lock is reentrant, for Jetty calls onComplete inside complete().
   */
  private final class Stream extends Thread implements AsyncListener {
    private final AsyncContext context;
    private final ServletOutputStream output;
    private final CountDownLatch over = new CountDownLatch(1);
    private final ReentrantLock inside = new ReentrantLock();

    /** Guarded by inside: nothing is to be called any more. */
    private boolean gone;

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
      setContextClassLoader(Streams.class.getClassLoader());
    }

    /**
     * On the thread of its request: its response has begun then. What takes long is left to the
     * board's own thread.
     */
    void begin() throws IOException {
      context.setTimeout(0);
      context.addListener(this);
      output.write(RETRY);
      output.flush();
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

    /** False: the container has its objects back. */
    private boolean send() throws IOException {
      byte[] json = snapshots.json(); // before the lock, for it may take a moment
      inside.lock();
      try {
        if (gone) {
          return false;
        }
        output.write(DATA);
        output.write(json);
        output.write(END);
        output.flush();
        return true;
      } finally {
        inside.unlock();
      }
    }

    @Override
    public void run() {
      long start = System.nanoTime();
      try {
        while (over.getCount() > 0
            && send()
            && !over.await(EVERY_MILLIS, TimeUnit.MILLISECONDS)
            && System.nanoTime() - start < LONGEST_NANOS) {
          // The next one.
        }
      } catch (InterruptedException e) {
        // Nobody else's thread is this, so somebody wants it to end.
      } catch (IOException | RuntimeException e) {
        LOG.log(System.Logger.Level.DEBUG, "A viewer of the board has gone", e);
      } finally {
        try {
          complete();
        } finally {
          open.remove(this);
          places.incrementAndGet();
        }
      }
    }

    void end() {
      over.countDown();
    }

    void complete() {
      inside.lock();
      try {
        if (!gone) {
          gone = true;
          context.complete();
        }
      } catch (RuntimeException e) { // the container or the filter has ended it
        LOG.log(System.Logger.Level.DEBUG, "A viewer of the board had gone", e);
      } finally {
        inside.unlock();
      }
    }

    /** The container is about to take its objects back. */
    private void leave() {
      inside.lock();
      try {
        gone = true;
      } finally {
        inside.unlock();
      }
      end();
    }

    @Override
    public void onComplete(AsyncEvent event) {
      leave();
    }

    @Override
    public void onTimeout(AsyncEvent event) {
      leave();
    }

    @Override
    public void onError(AsyncEvent event) {
      leave();
    }

    @Override
    public void onStartAsync(AsyncEvent event) {}
  }
}
