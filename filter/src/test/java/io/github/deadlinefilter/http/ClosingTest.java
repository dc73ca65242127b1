package io.github.deadlinefilter.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;

import java.net.http.HttpClient;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class ClosingTest {
  @Test
  void settings_areTheClients() {
    HttpClient bare = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(7)).build();
    DeadlineHttpClient client = DeadlineHttpClient.of(bare);
    assertEquals(bare.connectTimeout(), client.connectTimeout());
    assertEquals(bare.version(), client.version());
    assertEquals(bare.followRedirects(), client.followRedirects());
    assertSame(bare.sslContext(), client.sslContext());
    assertNotSame(client, client.withSlack(Duration.ofMillis(1)));
  }

  /** What Java 21 has brought reaches the client, and harms nobody where it is not known. */
  @Test
  void closed_client_isTerminatedWhereItCanBe() throws Exception {
    DeadlineHttpClient client = DeadlineHttpClient.of(HttpClient.newHttpClient());
    client.shutdown();
    client.shutdownNow();
    client.close();
    boolean known = Runtime.version().feature() >= 21;
    assertEquals(known, client.awaitTermination(Duration.ofSeconds(5)));
    assertEquals(known, client.isTerminated());
  }
}
