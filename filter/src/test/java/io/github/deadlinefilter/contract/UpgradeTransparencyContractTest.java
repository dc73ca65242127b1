package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.Deadline;
import io.github.deadlinefilter.DeadlineExceededException;
import io.github.deadlinefilter.contract.Comparison.Exchange;
import io.github.deadlinefilter.contract.Comparison.Outcome;
import jakarta.servlet.http.HttpUpgradeHandler;
import jakarta.servlet.http.WebConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The deadline is for the handshake of an upgrade, and for nothing that comes after it. */
@ParameterizedClass
@MethodSource("io.github.deadlinefilter.contract.Combination#http1")
class UpgradeTransparencyContractTest {
  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  /** Speaks {@link Shouting}. Made by the container. */
  public static final class Handler implements HttpUpgradeHandler {
    private volatile @Nullable Queue<String> notes;

    private void note(String what) {
      Objects.requireNonNull(notes).add(what + (Deadline.current() == Deadline.NONE));
    }

    @Override
    public void init(WebConnection connection) {
      note("init, without a deadline: ");
      try {
        new Shouting(connection).start();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public void destroy() {
      note("destroyed, without a deadline: ");
    }
  }

  /** Upgrades, and does what else there is to do. */
  private static Application.Handler upgrade(
      Queue<String> notes, Application.Handler before, Application.Handler after) {
    return (request, response) -> {
      before.handle(request, response);
      try {
        request.upgrade(Handler.class).notes = notes;
        response.setHeader("Upgrade", "shouting");
        response.setHeader("Connection", "Upgrade");
        response.setHeader("X-App", "there");
        notes.add("upgraded " + response.getStatus() + " " + response.isCommitted());
      } catch (DeadlineExceededException late) {
        notes.add("late");
        throw late;
      }
      after.handle(request, response);
    };
  }

  private static final Application.Handler NOTHING = (request, response) -> {};

  /**
   * Asks for the upgrade. Jetty's handler sees an end of the input where it has met that of the
   * request, so there the request is one with a body to come.
   */
  private RawClient ask(RawClient client) throws IOException {
    return ask(client, "/upgrade");
  }

  private RawClient ask(RawClient client, String path) throws IOException {
    boolean jetty = setup.container() == Containers.jetty();
    return client.request(
        "POST",
        path,
        "",
        "Connection: Upgrade",
        "Upgrade: shouting",
        jetty ? "Content-Length: 1" : "X-None: 1");
  }

  private static List<String> converse(RawClient client, String... lines) throws IOException {
    List<String> heard = new ArrayList<>();
    for (String line : lines) {
      client.send(line + "\r\n");
      heard.add(((Http1Client) client).readLine());
    }
    return heard;
  }

  @Test
  void inTime_speaksTheNewProtocol() throws Exception {
    List<List<String>> conversations = new ArrayList<>();
    Exchange exchange =
        client -> {
          Response response = ask(client).read();
          conversations.add(converse(client, "one", "two", "bye"));
          client.closedAfter();
          return response;
        };
    List<Outcome> outcomes = new ArrayList<>();
    for (boolean filtered : new boolean[] {false, true}) {
      outcomes.add(
          Comparison.run(
              setup,
              filtered,
              3,
              (app, notes) -> app.servlet("/upgrade", upgrade(notes, NOTHING, NOTHING)),
              exchange));
    }
    assertEquals(outcomes.get(0), outcomes.get(1));
    assertTrue(outcomes.get(0).answers().get(0).startsWith("101 "), outcomes::toString);
    assertEquals(
        List.of(
            "upgraded 101 false",
            "init, without a deadline: true",
            "destroyed, without a deadline: true"),
        outcomes.get(0).notes());
    assertEquals(List.of("HELLO", "ONE", "TWO"), conversations.get(0));
    assertEquals(conversations.get(0), conversations.get(1));
  }

  @Test
  void upgraded_livesOnPastTheDeadline() throws Exception {
    AtomicReference<Deadline> deadline = new AtomicReference<>(Deadline.NONE);
    Queue<String> notes = new ConcurrentLinkedQueue<>();
    Application app =
        application(
            Duration.ofMillis(1500),
            upgrade(notes, (request, response) -> deadline.set(Deadline.current()), NOTHING));
    try (TestContainer container = setup.start(app);
        RawClient client = RawClient.connect(container)) {
      assertEquals(101, ask(client).read().status());
      Gate.eventually(
          () -> Objects.requireNonNull(deadline.get()).isExpired(), "the deadline has passed");
      assertEquals(List.of("HELLO", "ONE"), converse(client, "one", "bye"));
      client.closedAfter();
      Gate.eventually(() -> notes.size() == 3, "the end of the upgraded connection");
      Gate.eventually(() -> container.busyThreads() == 0, "idle");
      assertEquals(
          List.of(),
          container.log().warnings(),
          () -> ContainerLog.lines(container.log().warnings()));
    }
  }

  @Test
  void late_cannotUpgradeAnyMore() throws Exception {
    Queue<String> notes = new ConcurrentLinkedQueue<>();
    try (var deaf = new Deaf()) {
      Application app =
          application(
              Duration.ofSeconds(1), upgrade(notes, (request, response) -> deaf.hold(), NOTHING));
      try (TestContainer container = setup.start(app);
          RawClient client = RawClient.connect(container)) {
        Response response = ask(client).read();
        assertEquals(503, response.status(), response::toString);
        assertTrue(response.complete(), response::toString);
        deaf.release();
        client.closedAfter();
        FilterLog.left(container);
        Gate.eventually(() -> container.busyThreads() == 0, "idle");
      }
    }
    assertEquals(List.of("late"), List.copyOf(notes));
  }

  /** Most containers hand an upgraded connection over whatever is answered, so it is cut there. */
  @Test
  void lateAfterItHasUpgraded_isAnsweredOrCut_andTheHandlerIsNotReached() throws Exception {
    Queue<String> deafNotes = new ConcurrentLinkedQueue<>();
    Queue<String> listeningNotes = new ConcurrentLinkedQueue<>();
    try (var deaf = new Deaf()) {
      Application app =
          new Application()
              .filter(
                  "/*",
                  setup
                      .filter()
                      .deadline(Comparison.LONG)
                      .route("/deaf = 1500ms")
                      .route("/listening = 1500ms")
                      .build())
              .servlet("/warm", NOTHING)
              .servlet("/deaf", upgrade(deafNotes, NOTHING, (request, response) -> deaf.hold()))
              .servlet(
                  "/listening",
                  upgrade(
                      listeningNotes, NOTHING, (request, response) -> new Gate("never").await()));
      try (TestContainer container = setup.start(app);
          RawClient deafClient = RawClient.connect(container);
          RawClient listeningClient = RawClient.connect(container)) {
        RawClient.ask(container, "/warm"); // the first request of a container takes long
        ask(deafClient, "/deaf");
        ask(listeningClient, "/listening");
        boolean deafCut = isCut(container, deafClient, "/deaf");
        boolean listeningCut = isCut(container, listeningClient, "/listening");
        deaf.release();
        assertClosed(deafClient, deafCut);
        assertClosed(listeningClient, listeningCut);
        Gate.eventually(() -> container.busyThreads() == 0, "idle");
      }
    }
    assertEquals(List.of("upgraded 101 false"), List.copyOf(deafNotes));
    assertEquals(List.of("upgraded 101 false"), List.copyOf(listeningNotes));
  }

  private boolean isCut(TestContainer container, RawClient client, String route) throws Exception {
    boolean cut = false;
    try {
      Response response = client.read();
      assertEquals(503, response.status(), response::toString);
      assertTrue(response.complete(), response::toString);
      assertEquals(List.of(), response.headers("X-App"), response::toString);
    } catch (RawClient.NoResponse e) {
      cut = true;
    }
    String line = FilterLog.expired(container, route);
    assertEquals(cut, line.contains(" answer=aborted"), line);
    assertEquals(cut, setup.container() != Containers.UNDERTOW, line);
    return cut;
  }

  private static void assertClosed(RawClient client, boolean cut) throws IOException {
    if (!cut) {
      client.shutdownOutput();
    }
    client.closedAfter();
  }

  private Application application(Duration deadline, Application.Handler handler) {
    return new Application()
        .filter("/*", setup.filter().deadline(deadline).build())
        .servlet("/upgrade", handler);
  }
}
