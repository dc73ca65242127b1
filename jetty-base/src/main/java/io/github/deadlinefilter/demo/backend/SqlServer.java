package io.github.deadlinefilter.demo.backend;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;
import org.h2.tools.Server;

/**
 * The database: H2 behind its TCP protocol, in memory, with the function {@code SLEEP(SECONDS)}
 * that MySQL and MariaDB have by themselves.
 *
 * <p>The views get a user who is no administrator, and both passwords are new at every start: an H2
 * administrator can run code in this process, and any user of this machine can reach the port.
 */
final class SqlServer implements AutoCloseable {
  private static final String USER = "DEMO";

  private final String password = newPassword();
  private final Connection keptOpen;
  private final Server server;

  /** Listens on a free port of loopback. */
  SqlServer() throws SQLException {
    System.setProperty("h2.bindAddress", InetAddress.getLoopbackAddress().getHostAddress());
    keptOpen = DriverManager.getConnection("jdbc:h2:mem:demo", "ADMIN", newPassword());
    try (Statement statement = keptOpen.createStatement()) {
      statement.execute("CREATE ALIAS SLEEP FOR '" + SqlFunctions.class.getName() + ".sleep'");
      statement.execute("CREATE USER " + USER + " PASSWORD '" + password + "'");
    }
    server = Server.createTcpServer("-tcpPort", "0", "-tcpDaemon", "-tcpPassword", newPassword());
    server.start();
  }

  InetSocketAddress address() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), server.getPort());
  }

  /** For a client that reaches the server, or a proxy in front of it, at the given address. */
  String jdbcUrl(InetSocketAddress at) {
    return "jdbc:h2:tcp://%s:%d/mem:demo;USER=%s;PASSWORD=%s"
        .formatted(at.getAddress().getHostAddress(), at.getPort(), USER, password);
  }

  private static String newPassword() {
    var bytes = new byte[16];
    new SecureRandom().nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }

  @Override
  public void close() throws SQLException {
    server.stop();
    keptOpen.close();
  }
}
