package io.github.deadlinefilter.demo.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OwnDatabaseTest {
  @Test
  void url_behindAProxy_isTheSameWithItsAddress() {
    var database = OwnDatabase.at("jdbc:mariadb://127.0.0.1:3306/test?user=a&password=b:c");
    assertEquals(loopback(3306), database.address());
    assertEquals(
        "jdbc:mariadb://127.0.0.1:99/test?user=a&password=b:c", database.jdbcUrl(loopback(99)));
  }

  private static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "secret",
        "jdbc:mariadb://secret/test",
        "jdbc:mariadb://127.0.0.1:99999/secret",
        "jdbc:h2:mem:secret"
      })
  void url_withoutHostAndPort_isRefusedWithoutShowingIt(String url) {
    var e = assertThrows(IllegalArgumentException.class, () -> OwnDatabase.at(url));
    assertEquals(
        "DEMO_PROXIED_JDBC_URL has no host with a port; accepted is a value such as"
            + " jdbc:mariadb://127.0.0.1:3306/test?user=demo&password=demo",
        e.getMessage());
  }
}
