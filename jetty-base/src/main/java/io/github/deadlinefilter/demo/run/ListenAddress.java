package io.github.deadlinefilter.demo.run;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
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
    String host = environment.getOrDefault("HOST", "127.0.0.1");
    int port = port(environment.getOrDefault("PORT", "8080"));
    InetAddress address;
    try {
      address = InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      throw new CannotStart("HOST is \"" + host + "\", which is no address of this machine");
    }
    try (var socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(address, port));
      return new ListenAddress(host, socket.getLocalPort());
    } catch (IOException e) {
      throw new CannotStart(
          "Port %d on %s cannot be had (%s). Choose another one: PORT=%d"
              .formatted(port, host, e.getMessage(), port < 65535 ? port + 1 : port - 1));
    }
  }

  private static int port(String given) throws CannotStart {
    if (given.matches("[0-9]{1,5}") && Integer.parseInt(given) <= 65535) {
      return Integer.parseInt(given);
    }
    throw new CannotStart("PORT is \"" + given + "\"; accepted is a number from 0 to 65535");
  }

  /** For a client on this machine: an address for all interfaces is reached through loopback. */
  String url() throws CannotStart {
    InetAddress address;
    try {
      address = InetAddress.getByName(host);
    } catch (UnknownHostException e) {
      throw new CannotStart("HOST is \"" + host + "\", which is no address of this machine");
    }
    String reached = address.isAnyLocalAddress() ? "127.0.0.1" : address.getHostAddress();
    return "http://" + (reached.contains(":") ? "[" + reached + "]" : reached) + ":" + port;
  }
}
