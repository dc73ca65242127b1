package io.github.deadlinefilter;

import java.io.PrintWriter;
import java.io.Writer;
import java.util.Formattable;
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
            run.progress();
          }
        });
  }

  @Override
  public void write(int c) {
    output(() -> real.write(c));
  }

  @Override
  public void write(char[] chars) {
    if (run.route.hasIdleLimit()) {
      write(chars, 0, chars.length);
    } else {
      output(() -> real.write(chars));
    }
  }

  @Override
  public void write(char[] chars, int offset, int length) {
    GuardedOutput.inPieces(
        run, offset, length, (at, count) -> output(() -> real.write(chars, at, count)));
  }

  @Override
  public void write(String text) {
    if (run.route.hasIdleLimit()) {
      write(text, 0, text.length());
    } else {
      output(() -> real.write(text));
    }
  }

  @Override
  public void write(String text, int offset, int length) {
    GuardedOutput.inPieces(
        run, offset, length, (at, count) -> output(() -> real.write(text, at, count)));
  }

  @Override
  public void println() {
    output(real::println);
  }

  @Override
  public PrintWriter format(String format, @Nullable Object... arguments) {
    Object[] rendered = rendered(arguments);
    output(() -> real.format(format, rendered));
    return this;
  }

  @Override
  public PrintWriter format(@Nullable Locale locale, String format, @Nullable Object... arguments) {
    Object[] rendered = rendered(arguments);
    output(() -> real.format(locale, format, rendered));
    return this;
  }

  /**
   * Calls the application's toString() before the write begins: it may take its time, and a write
   * that does not end counts as blocked on the client.
   */
  private static @Nullable Object[] rendered(@Nullable Object[] arguments) {
    @Nullable Object[] rendered = arguments;
    for (int i = 0; i < arguments.length; i++) {
      Object argument = arguments[i];
      if (argument != null
          && !argument.getClass().getName().startsWith("java.")
          && !(argument instanceof Formattable)) {
        rendered = rendered == arguments ? arguments.clone() : rendered;
        rendered[i] = new Rendered(argument.toString(), argument.hashCode());
      }
    }
    return rendered;
  }

  /** Looks to a formatter as what it was made from. */
  private record Rendered(String text, int hash) {
    @Override
    public String toString() {
      return text;
    }

    @Override
    public int hashCode() {
      return hash;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other == this;
    }
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
