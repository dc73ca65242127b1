package io.github.deadlinefilter;

import jakarta.servlet.http.HttpServletResponse;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The headers of a response at one moment, to be set again after a reset: what outer filters had
 * put there before the application came (CORS, correlation ids, their cookies). Immutable.
 */
final class HeaderSnapshot {
  /** Belongs to a body, or is the container's own and set again by it. */
  private static final Set<String> NOT_KEPT =
      Set.of(
          "connection",
          "content-encoding",
          "content-language",
          "content-length",
          "content-range",
          "content-type",
          "date",
          "etag",
          "expires",
          "keep-alive",
          "last-modified",
          "server",
          "trailer",
          "transfer-encoding");

  private record Header(String name, String value) {}

  private final List<Header> headers;

  private final @Nullable Object cookies;

  private HeaderSnapshot(List<Header> headers, @Nullable Object cookies) {
    this.headers = headers;
    this.cookies = cookies;
  }

  static HeaderSnapshot of(HttpServletResponse response, ContainerQuirks quirks) {
    List<Header> headers = new ArrayList<>(4);
    // A set, because Tomcat names a header once for each of its values.
    for (String name : new LinkedHashSet<>(response.getHeaderNames())) {
      if (!NOT_KEPT.contains(name.toLowerCase(Locale.ROOT))) {
        for (String value : response.getHeaders(name)) {
          headers.add(new Header(name, value));
        }
      }
    }
    return new HeaderSnapshot(headers, quirks.cookies(response));
  }

  /** As {@link #restore}, for a response whose application may still be at work. */
  void restoreSealed(HttpServletResponse response, ContainerQuirks quirks) {
    quirks.sealCookies(response, cookies); // first, so that nobody changes what is restored
    restore(response, quirks);
  }

  /** Sets the headers after a reset, in place of what the container may have left of them. */
  void restore(HttpServletResponse response, ContainerQuirks quirks) {
    quirks.afterReset(response, cookies);
    HttpServletResponse head = quirks.head(response);
    Set<String> set = new LinkedHashSet<>();
    for (Header header : headers) {
      if (set.add(header.name().toLowerCase(Locale.ROOT))) {
        head.setHeader(header.name(), header.value());
      } else {
        head.addHeader(header.name(), header.value());
      }
    }
  }
}
