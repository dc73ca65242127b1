package io.github.deadlinefilter.demo.backend;

import java.net.InetSocketAddress;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A database of the user's own that is to be reached through the demo's proxy. */
record OwnDatabase(String beforeHost, InetSocketAddress address, String afterPort) {
  static final String SETTING = "DEMO_PROXIED_JDBC_URL";

  private static final Pattern URL =
      Pattern.compile("(jdbc:[a-z0-9:]+//)([^:/?;]+):([0-9]{1,5})((?:[/?;].*)?)");

  /**
   * The one at a JDBC URL.
   *
   * @throws IllegalArgumentException if there is no host with a port in it. The message has not the
   *     URL, which may hold a password
   */
  static OwnDatabase at(String url) {
    Matcher parts = URL.matcher(url.trim());
    if (!parts.matches() || Integer.parseInt(parts.group(3)) > 65535) {
      throw new IllegalArgumentException(
          SETTING
              + " has no host with a port; accepted is a value such as"
              + " jdbc:mariadb://127.0.0.1:3306/test?user=demo&password=demo");
    }
    var address = new InetSocketAddress(parts.group(2), Integer.parseInt(parts.group(3)));
    return new OwnDatabase(parts.group(1), address, parts.group(4));
  }

  /** For a client that reaches the database through a proxy at the given address. */
  String jdbcUrl(InetSocketAddress at) {
    return beforeHost + at.getAddress().getHostAddress() + ":" + at.getPort() + afterPort;
  }
}
