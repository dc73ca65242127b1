package io.github.deadlinefilter.soak;

import io.github.deadlinefilter.contract.Containers;
import io.github.deadlinefilter.contract.Gate;
import io.github.deadlinefilter.contract.Options;
import io.github.deadlinefilter.contract.Response;
import io.github.deadlinefilter.contract.TestContainer;
import io.github.deadlinefilter.contract.Wire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Users at one container, for a time or for a number of requests. Used once. */
final class Soak {
  private static final int HTTP1_USERS = 32;
  private static final int HTTP2_USERS = 32;
  private static final int USERS_OF_A_CONNECTION = 4;
  private static final int THREADS = 100;

  /** Whoever has a frame of these is in a request. */
  private static final Pattern IN_A_REQUEST =
      Pattern.compile(
          "io[.]github[.]deadlinefilter[.](soak[.]SoakApplication|DeadlineFilter|RequestRun).*"
              + "|io[.]undertow[.]servlet.*|org[.]apache[.]catalina[.]core.*"
              + "|org[.]eclipse[.]jetty[.]ee.*");

  /** One in so many may be {@link Verdict#UNSERVED}; it was one in 2,100,000. */
  private static final long SELDOM = 100_000;

  /** By how much what is to be learned from is late, so that a busy machine notices. */
  private static final int LATE_MILLIS = 1_000;

  /**
   * How long, and from which random choices.
   *
   * @param pauseMillis what a user waits before its next request, at most
   */
  record Plan(Duration most, long requests, int pauseMillis, long seed) {}

  private final Containers kind;
  private final String name;
  private final Plan plan;
  private final Findings findings;
  private final Ledger ledger;
  private final OwnReplies replies = new OwnReplies();
  private final AtomicLong started = new AtomicLong();
  private final Map<Verdict, LongAdder> verdicts = new EnumMap<>(Verdict.class);
  private final Map<Behaviour, LongAdder> answered = new EnumMap<>(Behaviour.class);
  private final Map<Behaviour, LongAdder> expired = new EnumMap<>(Behaviour.class);
  private long start;
  private long nanos;

  Soak(Containers kind, Plan plan, Findings findings, SoakLog log) {
    this.kind = kind;
    this.plan = plan;
    this.findings = findings;
    // Jetty is one, whatever its servlet environment is.
    this.name = kind.name().toLowerCase(Locale.ROOT).replaceFirst("_.*", "");
    this.ledger = log.ledger(name);
    for (Verdict verdict : Verdict.values()) {
      verdicts.put(verdict, new LongAdder());
    }
    for (Behaviour behaviour : Behaviour.values()) {
      answered.put(behaviour, new LongAdder());
      expired.put(behaviour, new LongAdder());
    }
  }

  /** Runs, and leaves nothing behind. */
  void run() throws Exception {
    Path uploads = Files.createTempDirectory("soak-uploads");
    var app = new SoakApplication(name, uploads, findings);
    try {
      Options options =
          kind.options()
              .with(Wire.H2C)
              .withThreads(THREADS)
              .withFacadesReused()
              .withBuffersWatched()
              .withErrorPagesAsJettyWritesThem();
      try (TestContainer container = kind.start(app.describe(), options)) {
        learn(container.port(), app.zones());
        start = System.nanoTime();
        beUsed(container.port(), app.zones());
        nanos = System.nanoTime() - start;
        checkNothingIsLeft(container, app, uploads);
      }
    } finally {
      app.others().shutdownNow();
      Files.deleteIfExists(uploads);
    }
    checkLedger();
    if (count(Verdict.UNSERVED).sum() > 1 + requests() / SELDOM) {
      findings.add(kind + ": not served: " + count(Verdict.UNSERVED).sum() + " of " + requests());
    }
  }

  // ---- before

  /** The filter's answers to requests that leave their response alone, of each route and kind. */
  private void learn(int port, List<String> zones) throws Exception {
    long number = 0;
    try (User http1 = new Http1User(port);
        var shared = new Http2User.Shared(port, kind);
        User http2 = new Http2User(shared)) {
      for (String zone : zones) {
        for (Limit limit : Limit.values()) {
          for (Behaviour behaviour : List.of(Behaviour.SLOW, Behaviour.DEAF)) {
            for (User user : List.of(http1, http2)) {
              var order =
                  new Order(
                      Tokens.of("learn", number++),
                      behaviour,
                      zone,
                      limit,
                      /* tokens= */ 1,
                      /* pauseMillis= */ limit.millis + LATE_MILLIS,
                      /* sent= */ 0,
                      /* chunked= */ false,
                      Order.Manner.PLAIN);
              learn(order, user);
            }
          }
        }
      }
    }
  }

  private void learn(Order order, User user) throws Exception {
    User.Answer answer = user.ask(order);
    Response response = answer == null ? null : answer.response();
    String incident = response == null ? null : OwnReplies.incident(response);
    if (response == null
        || incident == null
        || response.status() != order.limit().status()
        || !response.complete()
        || response.octets().contains(order.token() + ";")
        || response.header(Work.TOKEN) != null
        || response.header(SoakApplication.SECURITY) != null
        || response.header("Set-Cookie") != null) {
      throw new AssertionError("no answer to learn from: " + order + "\n    " + response);
    }
    ledger.seen(incident);
    replies.learn(response, order);
  }

  // ---- the users

  private void beUsed(int port, List<String> zones) throws Exception {
    List<Thread> users = new ArrayList<>();
    List<Http2User.Shared> connections = new ArrayList<>();
    for (int i = 0; i < HTTP1_USERS; i++) {
      users.add(user(i, new Http1User(port), zones));
    }
    for (int i = 0; i < HTTP2_USERS; i++) {
      if (i % USERS_OF_A_CONNECTION == 0) {
        connections.add(new Http2User.Shared(port, kind));
      }
      Http2User.Shared connection = connections.get(connections.size() - 1);
      users.add(user(HTTP1_USERS + i, new Http2User(connection), zones));
    }
    for (Thread user : users) {
      user.start();
    }
    for (Thread user : users) {
      user.join();
    }
    for (Http2User.Shared connection : connections) {
      connection.close();
    }
  }

  private Thread user(int index, User user, List<String> zones) {
    String id = name.charAt(0) + String.format("%02d", index);
    var random = new Random(plan.seed() * 1_000_000 + id.hashCode());
    Thread thread =
        new Thread(
            () -> {
              try (user) {
                for (long number = 0; goOn(); number++) {
                  ask(user, Order.random(random, Tokens.of(id, number), zones));
                  int pause = random.nextInt(plan.pauseMillis() + 1);
                  LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(pause));
                }
              } catch (IOException | RuntimeException | Error e) {
                findings.add("user " + id + " failed: " + e);
              }
            },
            "soak-user-" + id);
    thread.setDaemon(true);
    return thread;
  }

  private boolean goOn() {
    return !findings.isFull()
        && System.nanoTime() - start < plan.most().toNanos()
        && started.incrementAndGet() <= plan.requests();
  }

  private void ask(User user, Order order) {
    try {
      Verdict verdict = judge(order, user.ask(order));
      if (verdict != null) {
        count(verdict).increment();
      }
    } catch (IOException | RuntimeException e) {
      findings.add(e + ": " + order);
    } catch (AssertionError tooLate) {
      findings.add(tooLate + ": " + order + inside());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      findings.add("interrupted: " + order);
    }
  }

  private @Nullable Verdict judge(Order order, User.@Nullable Answer answer) {
    if (answer == null) {
      findings.gone(order.token());
      return Verdict.QUIT;
    }
    Response response = answer.response();
    if (answer.lost()) {
      findings.lost(order.token());
      return Verdict.LOST;
    }
    if (response == null) {
      if (order.behaviour().is(Behaviour.Trait.BEGINS)) {
        return Verdict.CUT_AT_ONCE;
      }
      findings.add("no answer at all: " + order);
      return null;
    }
    Verdict verdict = Verdict.of(order, response, replies, findings);
    if (verdict == Verdict.OWN) {
      answered.getOrDefault(order.behaviour(), new LongAdder()).increment();
    } else if (verdict == Verdict.EXPIRED) {
      expired.getOrDefault(order.behaviour(), new LongAdder()).increment();
      if (!OwnReplies.isRefusal(response)) {
        ledger.seen(String.valueOf(OwnReplies.incident(response)));
      }
    }
    return verdict;
  }

  private LongAdder count(Verdict verdict) {
    return verdicts.getOrDefault(verdict, new LongAdder());
  }

  // ---- after

  private void checkNothingIsLeft(TestContainer container, SoakApplication app, Path uploads)
      throws Exception {
    await(() -> app.inside() == 0, "no worker is inside the application");
    app.others().shutdown();
    await(() -> app.others().isTerminated(), "the application's own threads have ended");
    await(() -> container.connections() == 0, "no connection is open");
    await(() -> container.busyThreads() == 0, "no thread of the container is in a request");
    await(() -> app.sessions() == 0, "no session is left");
    await(() -> ledger.stuck() == 0, "every stuck worker was reported to have left");
    await(() -> isEmpty(uploads), "no uploaded file is left");
    // While the container and the filters still stand.
    await(
        () -> {
          System.gc();
          return app.held() == 0;
        },
        "nobody holds a request that is over");
  }

  private void await(Gate.Condition condition, String what) throws Exception {
    try {
      Gate.eventually(condition, what);
    } catch (AssertionError left) {
      findings.add(kind + ": " + left.getMessage() + inside());
    }
  }

  /** The stacks of those who are in a request. */
  private static String inside() {
    var stacks = new StringBuilder();
    Thread.getAllStackTraces()
        .forEach(
            (thread, stack) -> {
              if (Arrays.stream(stack)
                  .anyMatch(one -> IN_A_REQUEST.matcher(one.getClassName()).matches())) {
                stacks.append("\n    ").append(thread);
                Arrays.stream(stack)
                    .limit(24)
                    .forEach(one -> stacks.append("\n      at ").append(one));
              }
            });
    return stacks.toString();
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.findAny().isEmpty();
    }
  }

  private void checkLedger() {
    if (ledger.seenAndNotLogged() > 0) {
      findings.add(kind + ": answers without a line in the log: " + ledger.seenAndNotLogged());
    }
    if (ledger.leftWithoutStuck() > 0) {
      findings.add(kind + ": workers that left and were never late: " + ledger.leftWithoutStuck());
    }
    long mayBeUnseen =
        count(Verdict.QUIT).sum() + count(Verdict.LOST).sum() + count(Verdict.EXPIRED_BARE).sum();
    if (ledger.loggedAndNotSeen() > mayBeUnseen) {
      findings.add(
          kind + ": answers that nobody saw: " + ledger.loggedAndNotSeen() + " of " + mayBeUnseen);
    }
  }

  /** Behaviours that never had an answer of their own, or never were late. */
  String neverSeen() {
    List<String> never = new ArrayList<>();
    for (Behaviour behaviour : Behaviour.values()) {
      if (answered.getOrDefault(behaviour, new LongAdder()).sum() == 0
          && !behaviour.is(Behaviour.Trait.SELDOM_IN_TIME)) {
        never.add(behaviour + " in time");
      }
      if (expired.getOrDefault(behaviour, new LongAdder()).sum() == 0
          && !behaviour.is(Behaviour.Trait.COMMON)) {
        never.add(behaviour + " late");
      }
    }
    return String.join(", ", never);
  }

  long requests() {
    return verdicts.values().stream().mapToLong(LongAdder::sum).sum();
  }

  /** The figures, on one line. */
  @Override
  public String toString() {
    double seconds = (double) nanos / TimeUnit.SECONDS.toNanos(1);
    return String.format(
        Locale.ROOT,
        "%s: %d requests in %.0f s, %.0f a second; %s; late workers %d, cut %d",
        kind,
        requests(),
        seconds,
        requests() / seconds,
        verdicts,
        ledger.late(),
        ledger.cut());
  }
}
