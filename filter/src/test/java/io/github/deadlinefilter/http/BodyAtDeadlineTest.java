package io.github.deadlinefilter.http;

import static io.github.deadlinefilter.http.Timed.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.github.deadlinefilter.Deadline;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse.BodySubscribers;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A body that arrives too slowly, or not at all, in each way to read one. */
final class BodyAtDeadlineTest {
  private static final HttpClient CLIENT = DeadlineHttpClient.of(HttpClient.newHttpClient());

  private Peer peer;

  /** Of whom the body is complete when {@code send} returns. */
  enum Whole {
    STRING,
    BYTES,
    FILE,
    DISCARDING,
    CONSUMER,
    LINES_SUBSCRIBER,
    MAPPING;

    BodyHandler<?> handler(Path folder) {
      return switch (this) {
        case STRING -> BodyHandlers.ofString();
        case BYTES -> BodyHandlers.ofByteArray();
        case FILE -> BodyHandlers.ofFile(folder.resolve("body"));
        case DISCARDING -> BodyHandlers.discarding();
        case CONSUMER -> BodyHandlers.ofByteArrayConsumer(bytes -> {});
        case LINES_SUBSCRIBER -> BodyHandlers.fromLineSubscriber(new Reading<String>());
        case MAPPING ->
            head -> BodySubscribers.mapping(BodySubscribers.ofByteArray(), bytes -> bytes.length);
      };
    }
  }

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
    CLIENT.send(get("/hello"), BodyHandlers.ofString());
    assertEquals(2, peer.connections.get());
  }

  @ParameterizedTest
  @EnumSource
  void drip_send_endsAtDeadline(Whole body, @TempDir Path folder) throws Exception {
    assertTimeout(
        Timed.late(
            HttpTimeoutException.class, () -> CLIENT.send(get("/drip"), body.handler(folder))));
    assertConnectionIsClosed();
  }

  @ParameterizedTest
  @EnumSource
  void drip_sendAsync_endsAtDeadline(Whole body, @TempDir Path folder) throws Exception {
    assertTimeout(
        Timed.late(
            ExecutionException.class,
            () -> CLIENT.sendAsync(get("/drip"), body.handler(folder)).get()));
    assertConnectionIsClosed();
  }

  @ParameterizedTest
  @ValueSource(strings = {"/drip", "/stalled"})
  void inputStream_readAfterSend_failsAtDeadline(String path) throws Exception {
    assertTimeout(
        Timed.late(
            IOException.class,
            () -> {
              InputStream in = CLIENT.send(get(path), BodyHandlers.ofInputStream()).body();
              in.readAllBytes();
            }));
    assertConnectionIsClosed();
  }

  @Test
  void inputStream_readAfterSendAsync_failsAtDeadline() throws Exception {
    assertTimeout(
        Timed.late(
            IOException.class,
            () ->
                CLIENT
                    .sendAsync(get("/drip"), BodyHandlers.ofInputStream())
                    .get()
                    .body()
                    .readAllBytes()));
    assertConnectionIsClosed();
  }

  @Test
  void lines_readAfterSend_failAtDeadline() throws Exception {
    assertTimeout(
        Timed.late(
            UncheckedIOException.class,
            () -> {
              try (Stream<String> lines =
                  CLIENT.send(get("/drip"), BodyHandlers.ofLines()).body()) {
                assertEquals(0, lines.filter(line -> !line.equals("x")).count());
              }
            }));
    assertConnectionIsClosed();
  }

  @Test
  void publisher_subscribedAfterSend_failsAtDeadline() throws Exception {
    assertTimeout(
        Timed.late(
            ExecutionException.class,
            () -> {
              Reading<List<ByteBuffer>> reading = new Reading<>();
              CLIENT.send(get("/drip"), BodyHandlers.ofPublisher()).body().subscribe(reading);
              reading.ended.get();
            }));
    assertConnectionIsClosed();
  }

  @Test
  void buffering_ofInputStream_failsAtDeadline() throws Exception {
    BodyHandler<InputStream> buffering = BodyHandlers.buffering(BodyHandlers.ofInputStream(), 7);
    assertTimeout(
        Timed.late(
            IOException.class, () -> CLIENT.send(get("/drip"), buffering).body().readAllBytes()));
    assertConnectionIsClosed();
  }

  /** It is stuck in what it got, and whoever waits for it is freed all the same. */
  @Test
  void readerThatIsStuck_send_endsAtDeadline() throws Exception {
    CompletableFuture<String> stuck = new CompletableFuture<>();
    assertTimeout(
        Timed.late(
            HttpTimeoutException.class,
            () ->
                CLIENT.send(
                    get("/drip"), BodyHandlers.ofByteArrayConsumer(bytes -> stuck.join()))));
    stuck.complete("no more");
    assertNotNull(peer.gone.poll(30, TimeUnit.SECONDS), "the connection is open");
  }

  @Test
  void inputStream_closedInTime_connectionIsClosedAndTheCallForgotten() throws Exception {
    HttpResponse<InputStream> response =
        Deadline.call(
            Duration.ofMinutes(1), () -> CLIENT.send(get("/drip"), BodyHandlers.ofInputStream()));
    response.body().close();
    assertConnectionIsClosed();
  }

  private static final class Reading<T> implements Flow.Subscriber<T> {
    final CompletableFuture<String> ended = new CompletableFuture<>();

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(T item) {}

    @Override
    public void onError(Throwable failure) {
      ended.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
      ended.complete("whole");
    }
  }
}
