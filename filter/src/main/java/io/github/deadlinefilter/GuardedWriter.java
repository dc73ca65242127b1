package io.github.deadlinefilter;

import java.io.PrintWriter;
import java.io.Writer;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The response's characters, as long as the fence is open. What {@link PrintWriter} does not
 * declare anew here ends in one of these methods.
 *
 * <p>Called on any thread of the application.
 */
final class GuardedWriter extends PrintWriter {
  private final RequestRun run;
  private final PrintWriter real;

  GuardedWriter(RequestRun run, PrintWriter real) {
    super(Writer.nullWriter());
    this.run = run;
    this.real = real;
  }

  PrintWriter real() {
    return real;
  }

  private void output(Runnable output) {
    run.writing(
        () -> {
          if (!run.head.hasError()) {
            output.run();
          }
        });
  }

  @Override
  public void write(int c) {
    output(() -> real.write(c));
  }

  @Override
  public void write(char[] chars) {
    output(() -> real.write(chars));
  }

  @Override
  public void write(char[] chars, int offset, int length) {
    output(() -> real.write(chars, offset, length));
  }

  @Override
  public void write(String text) {
    output(() -> real.write(text));
  }

  @Override
  public void write(String text, int offset, int length) {
    output(() -> real.write(text, offset, length));
  }

  @Override
  public void println() {
    output(real::println);
  }

  @Override
  public PrintWriter format(String format, @Nullable Object... arguments) {
    output(() -> real.format(format, arguments));
    return this;
  }

  @Override
  public PrintWriter format(@Nullable Locale locale, String format, @Nullable Object... arguments) {
    output(() -> real.format(locale, format, arguments));
    return this;
  }

  @Override
  public void flush() {
    output(real::flush);
  }

  @Override
  public void close() {
    output(real::close);
  }

  @Override
  public boolean checkError() {
    return run.write(real::checkError);
  }
}
