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

  private void output(RequestRun.IoAction<IOException> output) throws IOException {
    run.writing(
        () -> {
          if (!run.head.hasError()) {
            output.run();
          }
        });
  }

  @Override
  public void write(int b) throws IOException {
    output(() -> real.write(b));
  }

  @Override
  public void write(byte[] bytes) throws IOException {
    output(() -> real.write(bytes));
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    output(() -> real.write(bytes, offset, length));
  }

  /**
   * Overrides ServletOutputStream#write(ByteBuffer) of Servlet 6.1, as {@link GuardedInput} does.
   */
  public void write(ByteBuffer buffer) throws IOException {
    output(() -> Servlet61.write(real, buffer));
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
    return run.call(() -> !run.async.ioListeners().isWritePending() && real.isReady());
  }

  @Override
  public void setWriteListener(WriteListener listener) {
    run.call(() -> run.async.ioListeners().setWrite(real, listener));
  }
}
