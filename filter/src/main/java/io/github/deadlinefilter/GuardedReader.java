package io.github.deadlinefilter;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.Reader;
import org.jspecify.annotations.Nullable;

/**
 * The body's characters, as long as the fence is open. Everything that {@link BufferedReader} could
 * keep in its own buffer goes to the container's reader instead.
 *
 * <p>Called on any thread of the application.
 */
final class GuardedReader extends BufferedReader {
  private final RequestRun run;
  private final BufferedReader real;

  GuardedReader(RequestRun run, BufferedReader real) {
    super(Reader.nullReader(), 1);
    this.run = run;
    this.real = real;
  }

  BufferedReader real() {
    return real;
  }

  private <T extends @Nullable Object> T moved(T result) {
    run.progress();
    return result;
  }

  @Override
  public int read() throws IOException {
    return moved(run.<Integer, IOException>read(real::read));
  }

  @Override
  public int read(char[] chars, int offset, int length) throws IOException {
    return moved(run.<Integer, IOException>read(() -> real.read(chars, offset, length)));
  }

  @Override
  public @Nullable String readLine() throws IOException {
    return moved(run.<@Nullable String, IOException>read(real::readLine));
  }

  @Override
  public long skip(long count) throws IOException {
    return run.<Long, IOException>read(() -> real.skip(count));
  }

  @Override
  public boolean ready() throws IOException {
    return run.<Boolean, IOException>read(real::ready);
  }

  @Override
  public boolean markSupported() {
    return run.call(real::markSupported);
  }

  @Override
  public void mark(int limit) throws IOException {
    run.reading(
        () -> {
          real.mark(limit);
        });
  }

  @Override
  public void reset() throws IOException {
    run.reading(
        () -> {
          real.reset();
        });
  }

  @Override
  public void close() throws IOException {
    run.reading(
        () -> {
          real.close();
        });
  }
}
