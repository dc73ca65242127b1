package io.github.deadlinefilter.demo;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who may fire requests and change the network: a browser on this very machine, by the address of
 * the connection, that asks for it by a name of this machine and not through a proxy; and of what
 * changes something, only the demo's own page, and no other site's.
 */
final class PageAccess {
  /** Has to be sent with what changes something. No other site's page can send it unasked. */
  static final String HEADER = "X-Demo-Page";

  private static final Pattern HOST =
      Pattern.compile("(?:localhost|127(?:\\.[0-9]{1,3}){3}|\\[::1])(?::[0-9]+)?");

  private PageAccess() {}

  /** Why not, in a sentence for a person; null if it is allowed. */
  static @Nullable String refusal(HttpServletRequest request) {
    String peer = request.getRemoteAddr();
    if (!MetricsAccess.isLoopback(peer)) {
      return "only a browser on this machine itself may do this, and you come from " + peer;
    }
    String host = request.getHeader("Host");
    if (host == null || !HOST.matcher(host.toLowerCase(Locale.ROOT)).matches()) {
      return "this is only for those who ask for localhost, and you ask for " + host;
    }
    if (isForwarded(request)) {
      return "this is not for those who come through a proxy";
    }
    return request.getMethod().equals("GET") ? null : sentFromElsewhere(request, host);
  }

  private static boolean isForwarded(HttpServletRequest request) {
    return Collections.list(request.getHeaderNames()).stream()
        .map(name -> name.toLowerCase(Locale.ROOT))
        .anyMatch(
            name ->
                name.equals("forwarded")
                    || name.equals("via")
                    || name.equals("x-real-ip")
                    || name.startsWith("x-forwarded-"));
  }

  private static @Nullable String sentFromElsewhere(HttpServletRequest request, String host) {
    String site = request.getHeader("Sec-Fetch-Site");
    String origin = request.getHeader("Origin");
    boolean elsewhere =
        site == null
            ? origin != null && !origin.endsWith("://" + host)
            : !site.equals("same-origin");
    if (elsewhere) {
      return "this is for the demo's own page, and another one has sent it";
    }
    return request.getHeader(HEADER) == null ? "the header " + HEADER + ": 1 is missing" : null;
  }
}
