package io.github.deadlinefilter.board;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.servlet.ServletContext;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What all filters of the application show, as one JSON object. Whoever asks within half a second
 * of somebody else gets what that one got, so that many viewers cost no more than one.
 *
 * <p>Thread-safe.
 */
final class Snapshots {
  private static final long FRESH_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final ServletContext context;

  /** Needs no escapes. */
  private final @Nullable String token;

  // Guarded by this.
  private byte @Nullable [] last;
  private long lastNanos;

  /**
   * @param token what a page needs to end a request; null if none may be ended
   */
  Snapshots(ServletContext context, @Nullable String token) {
    this.context = context;
    this.token = token;
  }

  /** In UTF-8, on one line. Not to be written to. */
  synchronized byte[] json() {
    byte[] known = last;
    long now = System.nanoTime();
    if (known != null && now - lastNanos < FRESH_NANOS) {
      return known;
    }
    byte[] made = make().getBytes(UTF_8);
    last = made;
    lastNanos = now;
    return made;
  }

  private String make() {
    return feeds().stream()
        .map(Feed::snapshot)
        .collect(
            Collectors.joining(
                ",",
                "{\"now\":"
                    + System.currentTimeMillis()
                    + ",\"cancel\":"
                    + (token == null ? "null" : '"' + token + '"')
                    + ",\"filters\":[",
                "]}"));
  }

  /** Those of the application, in the order of their deployment. */
  List<Feed> feeds() {
    return context.getAttribute(Feed.ATTRIBUTE) instanceof List<?> all
        ? all.stream().filter(Feed.class::isInstance).map(Feed.class::cast).toList()
        : List.of();
  }
}
