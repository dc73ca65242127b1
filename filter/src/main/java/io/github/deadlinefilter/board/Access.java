package io.github.deadlinefilter.board;

import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletRequestWrapper;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Collections;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who may see the board. With a role, who has it; with a {@link BoardAccess}, who that lets in;
 * with both, who both do. With neither, a browser on this very machine, and it is not enough that
 * the connection comes from there: a page of somebody else's may have its name lead here (DNS
 * rebinding), which the Host header tells, and a proxy on this machine brings everybody, which its
 * own headers tell, or HTTP/1.0. All of it is asked of the container's own request: filters and
 * valves that know of proxies put the client's word in place of the peer's address, and take away
 * the headers that it came by.
 *
 * <p>Immutable, thread-safe.
 */
final class Access {
  private static final Pattern LOOPBACK_PEER =
      Pattern.compile(
          "(?:::ffff:)?127(?:\\.\\d{1,3}){3}|\\[?(?:::|(?:0:){7})1(?:%[^\\]]*)?\\]?",
          Pattern.CASE_INSENSITIVE);

  private static final Pattern LOOPBACK_HOST =
      Pattern.compile(
          "(?:localhost|127(?:\\.\\d{1,3}){3}|\\[?(?:::|(?:0:){7})1\\]?)(?::\\d+)?",
          Pattern.CASE_INSENSITIVE);

  private static final String REMOTE_IP_VALVE = "org.apache.tomcat.request.forwarded";

  private static final String SET =
      "Set the servlet's init-param \"role\", or the servlet context's attribute \""
          + BoardAccess.ATTRIBUTE
          + "\".";

  private final @Nullable String role;
  private final ServletContext context;

  Access(@Nullable String role, ServletContext context) {
    this.role = role;
    this.context = context;
  }

  /** Why not, in a sentence for a person; null if the request may see the board. */
  @Nullable String refusal(HttpServletRequest request) {
    if (role != null && !request.isUserInRole(role)) {
      return "The board is for users with the role \"" + role + "\".";
    }
    Object rule = context.getAttribute(BoardAccess.ATTRIBUTE);
    if (rule instanceof BoardAccess access) {
      return access.isAllowed(request) ? null : "The board is not for you.";
    } else if (rule != null) {
      return "The attribute \"" + BoardAccess.ATTRIBUTE + "\" is not a BoardAccess.";
    }
    return role == null ? notHere(innermost(request)) : null;
  }

  private static HttpServletRequest innermost(ServletRequest request) {
    ServletRequest below = request;
    while (below instanceof ServletRequestWrapper wrapper) {
      below = wrapper.getRequest();
    }
    return (HttpServletRequest) below;
  }

  private static @Nullable String notHere(HttpServletRequest request) {
    // The address here as well, which nobody elsewhere can connect to, and no valve changes.
    if (!isLoopback(request.getRemoteAddr()) || !isLoopback(request.getLocalAddr())) {
      return "Without a role the board is only shown on its own machine. " + SET;
    }
    String given = request.getHeader("Host");
    String host = given == null ? request.getServerName() : given;
    if (host == null || !LOOPBACK_HOST.matcher(host).matches()) {
      return "Without a role the board is only shown as localhost. " + SET;
    }
    if (isForwarded(request)) {
      return "Without a role the board is not shown through a proxy. " + SET;
    }
    return null;
  }

  private static boolean isLoopback(@Nullable String address) {
    return address != null && LOOPBACK_PEER.matcher(address).matches();
  }

  private static boolean isForwarded(HttpServletRequest request) {
    if (request.getProtocol().equals("HTTP/1.0")) {
      return true; // no browser speaks it, and proxies that add no header do
    } else if (request.getAttribute(REMOTE_IP_VALVE) != null) {
      return true; // Tomcat's valve has eaten the headers
    }
    for (String name : Collections.list(request.getHeaderNames())) {
      String lower = name.toLowerCase(Locale.ROOT);
      if (lower.equals("forwarded")
          || lower.equals("via")
          || lower.equals("x-real-ip")
          || lower.startsWith("x-forwarded-")) {
        return true;
      }
    }
    return false;
  }

  /** Whether a browser says that another site's page has asked; nothing else says it. */
  static boolean isFromElsewhere(HttpServletRequest request) {
    String site = request.getHeader("Sec-Fetch-Site");
    return site != null && !site.equals("same-origin") && !site.equals("none");
  }

  /** Whether a browser says that a page of another origin has sent it. */
  static boolean isSentFromElsewhere(HttpServletRequest request) {
    String site = request.getHeader("Sec-Fetch-Site");
    if (site != null) {
      return !site.equals("same-origin"); // not sent without TLS, but on this machine
    }
    String origin = request.getHeader("Origin");
    if (origin == null) {
      return false;
    }
    String host = request.getHeader("Host");
    String own = host == null ? request.getServerName() + ":" + request.getServerPort() : host;
    int scheme = origin.indexOf("://");
    return scheme < 0 || !origin.substring(scheme + 3).equalsIgnoreCase(own);
  }
}
