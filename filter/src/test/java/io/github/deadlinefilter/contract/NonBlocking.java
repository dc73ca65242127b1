package io.github.deadlinefilter.contract;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** Listeners for non-blocking bodies. The container calls each from one thread at a time. */
public final class NonBlocking {
  private NonBlocking() {}

  /** What is done with a body that has been read. */
  @FunctionalInterface
  public interface Body {
    void read(byte[] body) throws IOException;
  }

  /** Reads a whole body. */
  public static final class Reader implements ReadListener {
    private final ServletInputStream input;
    private final Body whole;
    private final Runnable failed;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();

    public Reader(ServletInputStream input, Body whole, Runnable failed) {
      this.input = input;
      this.whole = whole;
      this.failed = failed;
    }

    @Override
    public void onDataAvailable() throws IOException {
      byte[] buffer = new byte[512];
      while (input.isReady() && !input.isFinished()) {
        int read = input.read(buffer);
        if (read < 0) {
          return;
        }
        body.write(buffer, 0, read);
      }
    }

    @Override
    public void onAllDataRead() throws IOException {
      whole.read(body.toByteArray());
    }

    @Override
    public void onError(Throwable error) {
      failed.run();
    }
  }

  /** Writes a body as fast as it is taken. */
  public static final class Writer implements WriteListener {
    private final ServletOutputStream output;
    private final byte[] body;
    private final int piece;
    private final Runnable written;
    private final Runnable failed;
    private int position;

    /**
     * @param piece the bytes of one write
     */
    public Writer(
        ServletOutputStream output, byte[] body, int piece, Runnable written, Runnable failed) {
      this.output = output;
      this.body = body;
      this.piece = piece;
      this.written = written;
      this.failed = failed;
    }

    @Override
    public void onWritePossible() throws IOException {
      while (output.isReady()) {
        if (position == body.length) {
          written.run();
          return;
        }
        int from = position;
        position += Math.min(piece, body.length - from);
        output.write(body, from, position - from);
      }
    }

    @Override
    public void onError(Throwable error) {
      failed.run();
    }
  }

  /** Writes {@code body} in pieces of 10,000 bytes, and completes, whatever comes of it. */
  static Writer answer(AsyncContext async, ServletOutputStream output, byte[] body) {
    return new Writer(output, body, 10_000, async::complete, async::complete);
  }

  /** As {@link #answer}, in a single write. */
  static Writer atOnce(AsyncContext async, ServletOutputStream output, byte[] body) {
    return new Writer(output, body, body.length, async::complete, async::complete);
  }
}
