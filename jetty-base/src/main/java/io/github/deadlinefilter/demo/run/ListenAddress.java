package io.github.deadlinefilter.demo.run;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Map;

/**
 * Where Jetty shall listen, from the environment's {@code HOST} (127.0.0.1) and {@code PORT} (8080;
 * 0 for any free port), found to be free.
 */
record ListenAddress(String host, int port) {

  /**
   * Reads and tries the address, so that a taken port is told at once and in one line.
   *
   * @throws CannotStart naming the variable, its value and what to do
   */
  static ListenAddress from(Map<String, String> environment) throws CannotStart {
    String host = given(environment, "HOST", "127.0.0.1");
    int port = port(given(environment, "PORT", "8080"));
    InetAddress address = local(host);
    try (var socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(address, port));
      return new ListenAddress(host, socket.getLocalPort());
    } catch (IOException e) {
      throw new CannotStart(
          "Port %d on %s is taken (%s). Choose another one: PORT=%d"
              .formatted(port, host, e.getMessage(), port < 65535 ? port + 1 : port - 1));
    }
  }

  private static String given(Map<String, String> environment, String name, String orElse) {
    String value = environment.getOrDefault(name, "").trim();
    return value.isEmpty() ? orElse : value;
  }

  private static InetAddress local(String host) throws CannotStart {
    try {
      InetAddress address = InetAddress.getByName(host);
      if (address.isAnyLocalAddress()
          || address.isLoopbackAddress()
          || NetworkInterface.getByInetAddress(address) != null) {
        return address;
      }
    } catch (UnknownHostException | SocketException e) {
      // The same answer as for an address of another machine.
    }
    throw new CannotStart(
        "HOST is \""
            + host
            + "\"; accepted is an address of this machine, such as 127.0.0.1 or 0.0.0.0");
  }

  private static int port(String given) throws CannotStart {
    if (given.matches("[0-9]{1,5}") && Integer.parseInt(given) <= 65535) {
      return Integer.parseInt(given);
    }
    throw new CannotStart("PORT is \"" + given + "\"; accepted is a number from 0 to 65535");
  }

  /** For a client on this machine: an address for all interfaces is reached through loopback. */
  String url() throws CannotStart {
    InetAddress address = local(host);
    String reached = address.isAnyLocalAddress() ? "127.0.0.1" : address.getHostAddress();
    return "http://" + (reached.contains(":") ? "[" + reached + "]" : reached) + ":" + port;
  }
}
