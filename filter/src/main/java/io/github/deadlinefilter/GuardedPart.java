package io.github.deadlinefilter;

import jakarta.servlet.http.Part;
import java.io.IOException;
import java.io.InputStream;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of a multipart body. Its stream reads memory or a file that belongs to this request alone
 * and is not guarded.
 */
final class GuardedPart implements Part {
  private final RequestRun run;
  private final Part real;

  GuardedPart(RequestRun run, Part real) {
    this.run = run;
    this.real = real;
  }

  @Override
  public InputStream getInputStream() throws IOException {
    return run.read(real::getInputStream);
  }

  @Override
  public @Nullable String getContentType() {
    return run.call(real::getContentType);
  }

  @Override
  public String getName() {
    return run.call(real::getName);
  }

  @Override
  public @Nullable String getSubmittedFileName() {
    return run.call(real::getSubmittedFileName);
  }

  @Override
  public long getSize() {
    return run.call(real::getSize);
  }

  @Override
  public void write(String fileName) throws IOException {
    run.reading(
        () -> {
          real.write(fileName);
        });
  }

  @Override
  public void delete() throws IOException {
    run.reading(
        () -> {
          real.delete();
        });
  }

  @Override
  public @Nullable String getHeader(String name) {
    return run.call(() -> real.getHeader(name));
  }

  @Override
  public @Nullable Collection<String> getHeaders(String name) {
    return run.call(
        () -> {
          Collection<String> live = real.getHeaders(name);
          return live == null ? null : List.copyOf(live);
        });
  }

  @Override
  public Collection<String> getHeaderNames() {
    return run.call(() -> List.copyOf(real.getHeaderNames()));
  }

  /** Every call for a part gives a new guard; the application may compare what it was given. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof GuardedPart part && part.real.equals(real);
  }

  @Override
  public int hashCode() {
    return real.hashCode();
  }
}
