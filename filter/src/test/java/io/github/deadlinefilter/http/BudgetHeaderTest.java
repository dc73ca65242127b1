package io.github.deadlinefilter.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.Deadline;
import io.github.deadlinefilter.DeadlineScope;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BudgetHeaderTest {
  private static final URI SOMEWHERE = URI.create("http://localhost/");

  private static List<String> sent(BudgetHeader header, Duration left, String... own) {
    HttpRequest.Builder request = HttpRequest.newBuilder(SOMEWHERE);
    HttpRequest.Builder copy = HttpRequest.newBuilder(SOMEWHERE);
    for (String value : own) {
      request.header(header.toString(), value);
      copy.header(header.toString(), value);
    }
    header.add(request.build(), copy, left);
    return copy.build().headers().allValues(header.toString());
  }

  @Test
  void timeLeft_header_isInItsForm() {
    Duration left = Duration.ofMillis(1500);
    assertEquals(List.of("1"), sent(BudgetHeader.seconds("X-Request-Timeout"), left));
    assertEquals(List.of("1500"), sent(BudgetHeader.millis("X-Request-Timeout"), left));
    assertEquals(List.of("1500m"), sent(BudgetHeader.grpcTimeout(), left));
    assertEquals(List.of("1500"), sent(BudgetHeader.envoyExpectedTimeout(), left));
    assertEquals(List.of("wait=1"), sent(BudgetHeader.preferWait(), left));
  }

  @Test
  void lessThanAUnitLeft_header_isNotZero() {
    Duration left = Duration.ofNanos(1);
    assertEquals(List.of("1"), sent(BudgetHeader.seconds("X-Request-Timeout"), left));
    assertEquals(List.of("1m"), sent(BudgetHeader.grpcTimeout(), left));
    assertEquals(List.of("wait=1"), sent(BudgetHeader.preferWait(), left));
  }

  @Test
  void daysLeft_grpcTimeout_hasNoMoreThanEightDigits() {
    assertEquals(List.of("172800S"), sent(BudgetHeader.grpcTimeout(), Duration.ofDays(2)));
  }

  @Test
  void headerOfTheRequest_sending_isKept() {
    Duration left = Duration.ofSeconds(3);
    assertEquals(List.of("7m"), sent(BudgetHeader.grpcTimeout(), left, "7m"));
    assertEquals(
        List.of("return=minimal, WAIT = 9"),
        sent(BudgetHeader.preferWait(), left, "return=minimal, WAIT = 9"));
    assertEquals(
        List.of("respond-async", "wait=3"), sent(BudgetHeader.preferWait(), left, "respond-async"));
  }

  @Test
  void slack_call_tellsSoMuchLess() throws Exception {
    try (Peer peer = new Peer();
        DeadlineScope scope = Deadline.within(Duration.ofSeconds(60))) {
      DeadlineHttpClient client =
          DeadlineHttpClient.of(HttpClient.newHttpClient())
              .sending(BudgetHeader.millis("X-Left"))
              .sending(BudgetHeader.preferWait())
              .withSlack(Duration.ofSeconds(20));
      HttpRequest request = HttpRequest.newBuilder(peer.uri("/hello")).build();
      client.send(request, BodyHandlers.ofString());
      String head = peer.heads.take();
      assertTrue(head.contains("X-Left: 3") && head.contains("Prefer: wait=3"), head);
      assertThrows(
          HttpTimeoutException.class,
          () -> client.withSlack(scope.remaining()).send(request, BodyHandlers.ofString()),
          "no more is left than the slack");
      assertEquals(1, peer.connections.get());
    }
  }

  @Test
  void slackBelowZero_isRefused() {
    DeadlineHttpClient client = DeadlineHttpClient.of(HttpClient.newHttpClient());
    assertThrows(IllegalArgumentException.class, () -> client.withSlack(Duration.ofMillis(-1)));
  }
}
