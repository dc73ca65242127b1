package io.github.deadlinefilter;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The body's bytes, as long as the fence is open. Called on any thread of the application. */
final class GuardedInput extends ServletInputStream {
  private final RequestRun run;
  private final ServletInputStream real;

  GuardedInput(RequestRun run, ServletInputStream real) {
    this.run = run;
    this.real = real;
  }

  ServletInputStream real() {
    return real;
  }

  private int moved(int result) {
    run.progress();
    return result;
  }

  @Override
  public int read() throws IOException {
    return moved(run.<Integer, IOException>read(real::read));
  }

  @Override
  public int read(byte[] bytes) throws IOException {
    return read(bytes, 0, bytes.length);
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    run.enterOrThrow(RunState.READ);
    InterruptFence scope = run.shieldFromScopes();
    try {
      return moved(run.uncut(real.read(bytes, offset, length)));
    } finally {
      run.exit(RunState.READ);
      run.unshield(scope);
    }
  }

  /**
   * Overrides ServletInputStream#read(ByteBuffer) of Servlet 6.1, whose own body asks isReady(),
   * which Tomcat answers with false where no listener is set.
   */
  public int read(ByteBuffer buffer) throws IOException {
    return moved(run.<Integer, IOException>read(() -> Servlet61.read(real, buffer)));
  }

  @Override
  public int readLine(byte[] bytes, int offset, int length) throws IOException {
    return moved(run.<Integer, IOException>read(() -> real.readLine(bytes, offset, length)));
  }

  @Override
  public long skip(long count) throws IOException {
    return run.<Long, IOException>read(() -> real.skip(count));
  }

  @Override
  public int available() throws IOException {
    return run.<Integer, IOException>read(real::available);
  }

  @Override
  public void close() throws IOException {
    run.reading(
        () -> {
          real.close();
        });
  }

  @Override
  public boolean markSupported() {
    return run.call(real::markSupported);
  }

  @Override
  @SuppressWarnings("UnsynchronizedOverridesSynchronized") // no lock is held over blocking I/O
  public void mark(int limit) {
    run.call(() -> real.mark(limit));
  }

  @Override
  @SuppressWarnings("UnsynchronizedOverridesSynchronized")
  public void reset() throws IOException {
    run.reading(
        () -> {
          real.reset();
        });
  }

  @Override
  public boolean isFinished() {
    return run.call(real::isFinished);
  }

  @Override
  public boolean isReady() {
    return run.call(() -> !run.async().ioListeners().isReadPending() && real.isReady());
  }

  @Override
  public void setReadListener(ReadListener listener) {
    run.call(() -> run.async().ioListeners().setRead(real, listener));
  }
}
