package io.github.deadlinefilter;

import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The response's bytes, as long as the fence is open. Called on any thread of the application. */
final class GuardedOutput extends ServletOutputStream {
  private final RequestRun run;
  private final ServletOutputStream real;

  GuardedOutput(RequestRun run, ServletOutputStream real) {
    this.run = run;
    this.real = real;
  }

  ServletOutputStream real() {
    return real;
  }

  private static final int PIECE = 64 * 1024;

  private void output(FencedRun.ContainerAction<IOException> output) throws IOException {
    run.writing(
        () -> {
          if (!run.head.hasError()) {
            output.run();
            run.progress();
          }
        });
  }

  @Override
  public void write(int b) throws IOException {
    output(() -> real.write(b));
  }

  @Override
  public void write(byte[] bytes) throws IOException {
    if (run.route.hasIdleLimit()) {
      write(bytes, 0, bytes.length);
    } else {
      output(() -> real.write(bytes));
    }
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    inPieces(run, offset, length, (at, count) -> output(() -> real.write(bytes, at, count)));
  }

  /** Writes {@code count} elements from {@code at} on. */
  @FunctionalInterface
  interface Piece<E extends Exception> {
    void write(int at, int count) throws E;
  }

  /**
   * A blocking write of any length is one call, and on a route with an idle limit a client that
   * reads slowly but steadily must not look like one that does not read: there a long write is
   * several.
   */
  static <E extends Exception> void inPieces(RequestRun run, int offset, int length, Piece<E> piece)
      throws E {
    int at = offset;
    int end = offset + length;
    if (run.route.hasIdleLimit() && !run.async().ioListeners().hasWrite()) {
      for (; end - at > PIECE; at += PIECE) {
        piece.write(at, PIECE);
      }
    }
    piece.write(at, end - at);
  }

  /**
   * Overrides ServletOutputStream#write(ByteBuffer) of Servlet 6.1, as {@link GuardedInput} does.
   */
  public void write(ByteBuffer buffer) throws IOException {
    int end = buffer.limit();
    try {
      inPieces(
          run,
          buffer.position(),
          buffer.remaining(),
          (at, count) -> {
            buffer.limit(at + count);
            output(() -> Servlet61.write(real, buffer));
          });
    } finally {
      buffer.limit(end);
    }
  }

  @Override
  public void flush() throws IOException {
    output(real::flush);
  }

  @Override
  public void close() throws IOException {
    output(real::close);
  }

  // Containers encode these in their own ways.

  @Override
  public void print(String text) throws IOException {
    output(() -> real.print(text));
  }

  @Override
  public void println() throws IOException {
    output(real::println);
  }

  @Override
  public void println(String text) throws IOException {
    output(() -> real.println(text));
  }

  @Override
  public boolean isReady() {
    return run.call(() -> !run.async().ioListeners().isWritePending() && real.isReady());
  }

  @Override
  public void setWriteListener(WriteListener listener) {
    // A change of the response: whoever answers past the application waits for it.
    run.writing(() -> run.async().ioListeners().setWrite(real, listener));
  }
}
