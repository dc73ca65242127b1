package io.github.deadlinefilter.http;

import static io.github.deadlinefilter.http.Timed.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.Deadline;
import io.github.deadlinefilter.DeadlineExceededException;
import io.github.deadlinefilter.DeadlineScope;
import io.github.deadlinefilter.Enforcement;
import io.github.deadlinefilter.contract.BlockedCallbacks;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Calls up to the head of their response. */
final class DeadlineHttpClientTest {
  private static final Duration LONG = Duration.ofMinutes(1);

  private final DeadlineHttpClient client = DeadlineHttpClient.of(HttpClient.newHttpClient());
  private Peer peer;

  /** The first call in a JVM may take longer than the deadlines here. */
  @BeforeAll
  static void warmUp() throws Exception {
    Peer.warmUp();
  }

  @BeforeEach
  void listen() throws Exception {
    peer = new Peer();
  }

  @AfterEach
  void close() throws Exception {
    peer.close();
  }

  private HttpRequest get(String path) {
    return HttpRequest.newBuilder(peer.uri(path)).build();
  }

  private void assertConnectionIsClosed() throws Exception {
    assertNotNull(peer.gone.poll(30, TimeUnit.SECONDS), "the connection is open");
  }

  // ---- at the end

  @Test
  void silence_send_endsAtDeadline() throws Exception {
    assertTimeout(
        Timed.late(
            HttpTimeoutException.class,
            () -> client.send(get("/silent"), BodyHandlers.ofString())));
    assertConnectionIsClosed();
  }

  @Test
  void silence_sendAsync_failsAtDeadline() throws Exception {
    ExecutionException thrown =
        Timed.late(
            ExecutionException.class,
            () -> client.sendAsync(get("/silent"), BodyHandlers.ofString()).get());
    assertInstanceOf(HttpTimeoutException.class, thrown.getCause());
    assertTimeout(thrown);
    assertConnectionIsClosed();
  }

  @Test
  void silence_deadlineThatInterrupts_endsAndLeavesNoInterrupt() throws Exception {
    assertThrows(
        DeadlineExceededException.class,
        () ->
            Deadline.run(Timed.LIMIT, () -> client.send(get("/silent"), BodyHandlers.ofString())));
    assertFalse(Thread.currentThread().isInterrupted());
    assertConnectionIsClosed();
  }

  @Test
  void silence_endedEarly_sendEndsWithoutAnInterrupt() throws Exception {
    try (DeadlineScope scope = Deadline.within(LONG, Enforcement.COOPERATE)) {
      Thread operator = new Thread(() -> endWhenAsked(scope));
      operator.start();
      assertTimeout(
          assertThrows(
              HttpTimeoutException.class,
              () -> client.send(get("/silent"), BodyHandlers.ofString())));
      assertFalse(Thread.currentThread().isInterrupted());
      operator.join();
    }
    assertConnectionIsClosed();
  }

  @Test
  void silence_endedEarly_sendAsyncFails() throws Exception {
    try (DeadlineScope scope = Deadline.within(LONG, Enforcement.COOPERATE)) {
      CompletableFuture<HttpResponse<String>> sent =
          client.sendAsync(get("/silent"), BodyHandlers.ofString());
      endWhenAsked(scope);
      assertTimeout(assertThrows(ExecutionException.class, () -> sent.get(30, TimeUnit.SECONDS)));
    }
    assertConnectionIsClosed();
  }

  /** By an operator, or because the application stops. */
  @Test
  void deadlineWithoutAnEnd_endedAllTheSame_callEndsAndNothingIsSentOfTheTimeLeft()
      throws Exception {
    try (DeadlineScope scope = Deadline.within(LONG, Enforcement.COOPERATE)) {
      scope.lift();
      CompletableFuture<HttpResponse<String>> sent =
          client
              .sending(BudgetHeader.millis("X-Left"))
              .sendAsync(get("/silent"), BodyHandlers.ofString());
      String head = peer.heads.poll(30, TimeUnit.SECONDS);
      assertFalse(String.valueOf(head).contains("X-Left"), head);
      scope.shorten(Duration.ZERO);
      assertTimeout(assertThrows(ExecutionException.class, () -> sent.get(30, TimeUnit.SECONDS)));
    }
    assertConnectionIsClosed();
    try (DeadlineScope scope = Deadline.within(LONG, Enforcement.COOPERATE)) {
      scope.lift();
      Thread operator = new Thread(() -> endWhenAsked(scope));
      operator.start();
      assertTimeout(
          assertThrows(
              HttpTimeoutException.class,
              () -> client.send(get("/silent"), BodyHandlers.ofString())));
      operator.join();
    }
  }

  @Test
  @SuppressWarnings("try") // it is there to be closed
  void callbacksOfTheApplicationBlock_calls_endAllTheSame() throws Exception {
    try (BlockedCallbacks blocked = new BlockedCallbacks()) {
      silence_endedEarly_sendAsyncFails();
      silence_endedEarly_sendEndsWithoutAnInterrupt();
    }
  }

  private void endWhenAsked(Deadline deadline) {
    try {
      assertNotNull(peer.heads.poll(30, TimeUnit.SECONDS));
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    assertTrue(deadline.shorten(Duration.ZERO));
  }

  @Test
  void noTimeLeft_call_isRefusedAtOnce() throws Exception {
    try (DeadlineScope scope = Deadline.within(LONG, Enforcement.COOPERATE)) {
      scope.shorten(Duration.ZERO);
      assertThrows(
          DeadlineExceededException.class,
          () -> client.send(get("/hello"), BodyHandlers.ofString()));
      CompletableFuture<?> sent = client.sendAsync(get("/hello"), BodyHandlers.ofString());
      assertTrue(sent.isCompletedExceptionally());
      assertInstanceOf(
          DeadlineExceededException.class,
          assertThrows(ExecutionException.class, sent::get).getCause());
    }
    assertEquals(0, peer.connections.get());
  }

  @Test
  void ownTimeoutThatIsShorter_silence_isTheClientsOwn() throws Exception {
    HttpRequest impatient =
        HttpRequest.newBuilder(peer.uri("/silent")).timeout(Duration.ofMillis(50)).build();
    try (DeadlineScope scope = Deadline.within(LONG)) {
      HttpTimeoutException thrown =
          assertThrows(
              HttpTimeoutException.class, () -> client.send(impatient, BodyHandlers.ofString()));
      assertEquals(0, thrown.getSuppressed().length);
      assertFalse(scope.hasFired());
    }
  }

  @Test
  void otherInterrupt_send_isThrownAsEver() throws Exception {
    try (DeadlineScope scope = Deadline.within(LONG)) {
      assertFalse(scope.isExpired());
      Thread.currentThread().interrupt();
      assertThrows(
          InterruptedException.class, () -> client.send(get("/hello"), BodyHandlers.ofString()));
    }
  }

  @Test
  void futureThatIsCancelled_silence_closesTheConnection() throws Exception {
    try (DeadlineScope scope = Deadline.within(LONG)) {
      CompletableFuture<?> sent = client.sendAsync(get("/silent"), BodyHandlers.ofString());
      assertNotNull(peer.heads.poll(30, TimeUnit.SECONDS));
      sent.cancel(true);
      assertConnectionIsClosed();
      assertFalse(scope.hasFired());
    }
  }

  // ---- in time

  @Test
  void answerInTime_deadlineOver_connectionIsUsedAgain() throws Exception {
    for (int i = 0; i < 3; i++) {
      try (DeadlineScope scope = Deadline.within(LONG, Enforcement.COOPERATE)) {
        assertEquals("hello", client.send(get("/hello"), BodyHandlers.ofString()).body());
        scope.shorten(Duration.ZERO);
      }
    }
    try (DeadlineScope scope = Deadline.within(LONG, Enforcement.COOPERATE)) {
      assertEquals("hello", client.sendAsync(get("/hello"), BodyHandlers.ofString()).get().body());
      scope.shorten(Duration.ZERO);
    }
    assertEquals("hello", client.send(get("/hello"), BodyHandlers.ofString()).body());
    assertEquals(1, peer.connections.get());
  }

  /** The client's own timers begin anew with each hop. */
  @Test
  void silenceBehindARedirect_send_endsAtDeadline() throws Exception {
    HttpClient following =
        DeadlineHttpClient.of(
            HttpClient.newBuilder().followRedirects(HttpClient.Redirect.ALWAYS).build());
    assertTimeout(
        Timed.late(
            HttpTimeoutException.class,
            () -> following.send(get("/moved"), BodyHandlers.ofString())));
  }

  @Test
  void ownTimeout_request_staysWhatItIs() throws Exception {
    HttpRequest patient = HttpRequest.newBuilder(peer.uri("/hello")).timeout(LONG).build();
    try (DeadlineScope scope = Deadline.within(Duration.ofSeconds(30))) {
      assertEquals(
          Optional.of(LONG), client.send(patient, BodyHandlers.ofString()).request().timeout());
      assertFalse(scope.isExpired());
    }
  }

  @Test
  void noDeadline_request_isTheSame() throws Exception {
    HttpRequest request = get("/hello");
    DeadlineHttpClient telling = client.sending(BudgetHeader.grpcTimeout());
    assertEquals(request, telling.send(request, BodyHandlers.ofString()).request());
    assertFalse(String.valueOf(peer.heads.poll()).contains("grpc"));
  }
}
