package io.github.deadlinefilter;

import io.github.deadlinefilter.IgnoredValues.Why;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collection;
import java.util.Enumeration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How long the client of a request says that it will wait, by the headers that the setting {@code
 * clientDeadline} names. What cannot be read is ignored and counted, and never an error.
 *
 * <p>Thread-safe; without any of the headers nothing is allocated.
 */
final class ClientDeadline {
  private static final long UNKNOWN = Long.MAX_VALUE;

  private final ClientHeader[] headers;
  private final IgnoredValues[] ignored;

  /**
   * What one request asks for.
   *
   * @param nanos the shortest of all, positive
   * @param waitSeconds what {@code Prefer: wait} asks for if that is the shortest, else 0
   */
  record Asked(long nanos, long waitSeconds) {}

  ClientDeadline(Collection<ClientHeader> headers) {
    this.headers = headers.toArray(ClientHeader[]::new);
    this.ignored =
        headers.stream()
            .map(header -> new IgnoredValues(header.field()))
            .toArray(IgnoredValues[]::new);
  }

  /** Of each header, in the order of the setting. */
  List<IgnoredValues> ignored() {
    return List.of(ignored);
  }

  /** Null if nothing is asked for. */
  @Nullable Asked of(HttpServletRequest request) {
    long shortest = UNKNOWN;
    long prefer = UNKNOWN;
    for (int i = 0; i < headers.length; i++) {
      ClientHeader header = headers[i];
      String value = request.getHeader(header.field());
      if (value != null) {
        long nanos;
        if (header == ClientHeader.PREFER) {
          nanos = prefer(request, ignored[i]);
          prefer = nanos;
        } else if (EdgeWait.isRepeated(request, header.field())) {
          ignored[i].add(Why.REPEATED, value); // who knows which one is the client's
          nanos = UNKNOWN;
        } else {
          nanos = read(header, value, ignored[i]);
        }
        shortest = Math.min(shortest, nanos);
      }
    }
    return shortest == UNKNOWN
        ? null
        : new Asked(shortest, prefer == shortest ? TimeUnit.NANOSECONDS.toSeconds(prefer) : 0);
  }

  private static long read(ClientHeader header, String value, IgnoredValues ignored) {
    long nanos = header.nanos(value);
    if (nanos > 0) {
      return nanos;
    }
    ignored.add(nanos == 0 ? Why.ZERO : Why.MALFORMED, value);
    return UNKNOWN;
  }

  /** Of several the first counts, as RFC 7240 has it; they may stand in fields of their own. */
  private static long prefer(HttpServletRequest request, IgnoredValues ignored) {
    long first = UNKNOWN;
    boolean found = false;
    @Nullable Enumeration<String> fields = request.getHeaders(ClientHeader.PREFER.field());
    while (fields != null && fields.hasMoreElements()) {
      for (String word : PreferWait.words(fields.nextElement())) {
        if (found) {
          ignored.add(Why.REPEATED, word);
        } else {
          first = read(ClientHeader.PREFER, word, ignored);
          found = true;
        }
      }
    }
    return first;
  }
}
