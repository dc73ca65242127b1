package io.github.deadlinefilter.demo;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.MessageDigest;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who may read the figures. Without a token: this machine, by the address of the connection and no
 * header's word. With the token that the system property {@code demo.metrics.token} or else the
 * environment variable {@code DEMO_METRICS_TOKEN} has: who sends that, from anywhere.
 *
 * <p>Immutable.
 */
final class MetricsAccess {
  private static final String PROPERTY = "demo.metrics.token";
  private static final String VARIABLE = "DEMO_METRICS_TOKEN";
  private static final String SCHEME = "Bearer ";

  /** What a header takes as it is. */
  private static final Pattern TOKEN = Pattern.compile("[!-~]+");

  /** Of an address in digits; a name is not looked up. */
  private static final Pattern ADDRESS = Pattern.compile("[0-9a-fA-F:.\\[\\]]+");

  private final byte @Nullable [] token;

  /**
   * An answer without figures.
   *
   * @param status 401 or 403
   * @param why a sentence for the client
   */
  record Refusal(int status, String why) {}

  /**
   * As the process that we are in is told.
   *
   * @throws IllegalArgumentException if no client could send that token
   */
  static MetricsAccess ofThisProcess() {
    return new MetricsAccess(System.getProperty(PROPERTY, System.getenv(VARIABLE)));
  }

  /** A blank token is none. */
  MetricsAccess(@Nullable String token) {
    String given = token == null ? "" : token.trim();
    if (!given.isEmpty() && !TOKEN.matcher(given).matches()) {
      throw new IllegalArgumentException(
          VARIABLE
              + " (or "
              + PROPERTY
              + ") cannot be sent in a header; accepted is visible ASCII without spaces");
    }
    this.token = given.isEmpty() ? null : given.getBytes(US_ASCII);
  }

  /** Null if the client may read them. */
  @Nullable Refusal refusal(HttpServletRequest request) {
    if (token != null) {
      return isSent(token, request.getHeader("Authorization"))
          ? null
          : new Refusal(
              HttpServletResponse.SC_UNAUTHORIZED,
              "The header \"Authorization: Bearer TOKEN\" is needed, with the token that "
                  + VARIABLE
                  + " has.");
    }
    String peer = request.getRemoteAddr();
    return isLoopback(peer)
        ? null
        : new Refusal(
            HttpServletResponse.SC_FORBIDDEN,
            "Only this machine itself may read the figures, and you come from "
                + peer
                + ". Set "
                + VARIABLE
                + " to let in whoever sends that token.");
  }

  private static boolean isSent(byte[] token, @Nullable String authorization) {
    if (authorization == null
        || !authorization.regionMatches(/* ignoreCase= */ true, 0, SCHEME, 0, SCHEME.length())) {
      return false;
    }
    byte[] sent = authorization.substring(SCHEME.length()).trim().getBytes(UTF_8);
    return MessageDigest.isEqual(sent, token); // takes as long whatever of it is right
  }

  /** Whether it is an address of this machine, in digits. */
  static boolean isLoopback(@Nullable String peer) {
    if (peer == null || !ADDRESS.matcher(peer).matches()) {
      return false;
    }
    try {
      return InetAddress.getByName(peer).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
