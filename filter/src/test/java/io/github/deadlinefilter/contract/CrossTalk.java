package io.github.deadlinefilter.contract;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a worker that is past its deadline can do to the next user: the reason for this project, as
 * attacks with the guard as a parameter.
 *
 * <p>Alice's request outlives its deadline under the guard, deaf to interrupts. When she has her
 * answer and the container has its thread back, Bob sends a request, on Alice's connection if her
 * answer left it open, on a new one if not. Bob's request is stopped half-way, Alice's worker does
 * what the attack is about with the objects that it still holds, and Bob's request goes on. Gates
 * order all of this; the only clock is the guard's own deadline.
 *
 * <pre>
 *   /*        edge       notes Alice's container thread
 *   /alice/*  guard      what is tested; it is not in Bob's way, so that he cannot be late
 *   /*        middle     here Bob stops and Alice's worker stays for SKIPPED_SECURITY
 *   /*        security   adds X-Sec: checked
 *             servlet    here they do for NEXT_REQUEST; answers "hello " and the user
 * </pre>
 */
enum CrossTalk {
  /** The late worker reads the next request and writes into its response. */
  NEXT_REQUEST,
  /** The late worker, in a filter, moves the next request's chain past its security filter. */
  SKIPPED_SECURITY;

  /**
   * No container promises which of its objects serves the next request: Jetty reuses them on a
   * connection and Tomcat takes the ones that it put back last, unless another connection comes in
   * between. And a worker that the machine did not start before the deadline attacks nobody. So an
   * attack that fails is set up anew, this often.
   */
  private static final int MOST_SETUPS = 3;

  /** Something of a request that Alice's worker tried to read, and the value or the failure. */
  record Glimpse(String what, @Nullable String value, @Nullable Throwable failure) {
    boolean ofBob() {
      return value != null && value.contains("bob");
    }
  }

  /**
   * How an attack ended.
   *
   * @param alice what Alice got at her deadline
   * @param bob what Bob got
   * @param sameConnection whether Bob came on Alice's connection
   * @param glimpses what Alice's worker tried while Bob's request was inside, in order
   * @param setups how many setups it took
   */
  record Outcome(
      Response alice, Response bob, boolean sameConnection, List<Glimpse> glimpses, int setups) {

    /** Alice's worker read something of Bob's request. */
    boolean attackerSawBob() {
      return glimpses.stream().anyMatch(Glimpse::ofBob);
    }

    /** Bob's answer has something in it that his own request did not put there, or lacks some. */
    boolean bobWasTouched() {
      return bob.status() != 200
          || !bob.complete()
          || !bob.text().equals("hello bob")
          || bob.header("X-Zombie") != null
          || bob.header("Set-Cookie") != null;
    }

    /** Bob's request reached the servlet without passing the security filter. */
    boolean securityWasSkipped() {
      return bob.status() == 200 && bob.header("X-Sec") == null;
    }

    /** Nothing of the attack succeeded: the promise. */
    boolean apart() {
      return !attackerSawBob()
          && !bobWasTouched()
          && bob.headers("X-Sec").equals(List.of("checked"));
    }
  }

  /** The outcome with the container's own options and a guard without init parameters. */
  Outcome outcomeFor(Containers kind, Supplier<? extends Filter> guard) throws Exception {
    return outcomeFor(kind, kind.options(), guard, Map.of());
  }

  /**
   * Attacks until an attack succeeds, or until as many as are worth it have failed.
   *
   * @param guard makes the filter of one setup; its deadline should be some 200 ms
   * @param initParams of the guard
   */
  Outcome outcomeFor(
      Containers kind,
      Options options,
      Supplier<? extends Filter> guard,
      Map<String, String> initParams)
      throws Exception {
    Outcome last = null;
    for (int setup = 1; setup <= MOST_SETUPS; setup++) {
      var attack = new Setup(this);
      try (TestContainer container =
          kind.start(attack.application(guard.get(), initParams), options)) {
        Outcome outcome = attack.run(container, setup);
        if (outcome != null && !outcome.apart()) {
          return outcome;
        }
        last = outcome == null ? last : outcome;
      }
    }
    if (last == null) {
      throw new AssertionError("Alice's worker never started before her deadline");
    }
    return last;
  }

  /** One attack: its application, its gates, and what was seen. Used once. */
  private static final class Setup {
    private final CrossTalk attack;
    private final Gate bobInside = new Gate("Bob's request is inside");
    private final Gate attacked = new Gate("Alice's worker has attacked");
    private final Gate zombieLeft = new Gate("Alice's worker has left");
    private final AtomicBoolean zombieInside = new AtomicBoolean();
    private final List<Glimpse> glimpses = new CopyOnWriteArrayList<>();
    private volatile @Nullable Thread aliceContainerThread;
    private volatile @Nullable Thread aliceWorker;

    Setup(CrossTalk attack) {
      this.attack = attack;
    }

    Application application(Filter guard, Map<String, String> initParams) {
      return new Application()
          .filter("/*", this::edge)
          .filter("/alice/*", guard, entry -> entry.init(initParams))
          .filter("/*", this::middle)
          .filter("/*", Setup::security)
          .servlet("/alice/*", this::servlet)
          .servlet("/bob/*", this::servlet);
    }

    /** Null where Alice's worker was not inside when her deadline came. */
    @Nullable Outcome run(TestContainer container, int setup) throws Exception {
      try (RawClient aliceClient = RawClient.connect(container)) {
        Response alice = aliceClient.get("/alice/report?user=alice", "X-User: alice").read();
        if (!zombieInside.get()) {
          return null;
        }
        boolean ownThread = aliceWorker == aliceContainerThread;
        Gate.eventually(
            () -> container.busyThreads() == (ownThread ? 1 : 0),
            "the container has every thread back that Alice's worker does not run on");
        if (!alice.announcesClose()) {
          return new Outcome(alice, bob(aliceClient), true, glimpses, setup);
        }
        try (RawClient bobClient = RawClient.connect(container)) {
          return new Outcome(alice, bob(bobClient), false, glimpses, setup);
        }
      } finally {
        bobInside.open();
      }
    }

    private Response bob(RawClient client) throws Exception {
      Response bob = client.post("/bob/account?user=bob", "body of bob", "X-User: bob").read();
      zombieLeft.await();
      return bob;
    }

    private void edge(ServletRequest request, ServletResponse response, FilterChain chain)
        throws IOException, ServletException {
      if (isAlice(request)) {
        aliceContainerThread = Thread.currentThread();
      }
      chain.doFilter(request, response);
    }

    private void middle(ServletRequest request, ServletResponse response, FilterChain chain)
        throws IOException, ServletException {
      boolean here = attack == SKIPPED_SECURITY;
      if (isAlice(request)) {
        aliceWorker = Thread.currentThread();
        try {
          if (here) {
            outlive(() -> attempt("chain", () -> moveOn(chain, request, response)));
          } else {
            chain.doFilter(request, response);
          }
        } finally {
          zombieLeft.open();
        }
      } else {
        if (here) {
          letAliceAttack();
        }
        chain.doFilter(request, response);
      }
    }

    private static void security(
        ServletRequest request, ServletResponse response, FilterChain chain)
        throws IOException, ServletException {
      ((HttpServletResponse) response).addHeader("X-Sec", "checked");
      chain.doFilter(request, response);
    }

    private void servlet(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      String user = request.getHeader("X-User");
      if (attack == NEXT_REQUEST) {
        if (isAlice(request)) {
          ServletInputStream in = request.getInputStream();
          outlive(() -> readAndWrite(request, in, response));
          return;
        }
        request.setAttribute("account", "bob's account");
        letAliceAttack();
      }
      response.getOutputStream().print("hello " + user);
    }

    private void outlive(Runnable late) {
      zombieInside.set(true);
      bobInside.awaitDeaf();
      try {
        late.run();
      } finally {
        attacked.open();
      }
    }

    private void letAliceAttack() {
      bobInside.open();
      attacked.awaitDeaf();
    }

    private void readAndWrite(
        HttpServletRequest request, ServletInputStream in, HttpServletResponse response) {
      attempt("uri", request::getRequestURI);
      attempt("header", () -> request.getHeader("X-User"));
      attempt("parameter", () -> request.getParameter("user"));
      attempt("attribute", () -> (String) request.getAttribute("account"));
      attempt("body", () -> new String(in.readNBytes(11), StandardCharsets.UTF_8));
      attempt(
          "set header",
          () -> {
            response.addHeader("X-Zombie", "token-of-alice");
            return null;
          });
      attempt(
          "set cookie",
          () -> {
            response.addCookie(new Cookie("SID", "session-of-alice"));
            return null;
          });
      attempt(
          "write",
          () -> {
            response.getOutputStream().print("SECRET-OF-ALICE;");
            return null;
          });
    }

    private void attempt(String what, Callable<@Nullable String> step) {
      try {
        glimpses.add(new Glimpse(what, step.call(), null));
      } catch (Exception failure) {
        glimpses.add(new Glimpse(what, null, failure));
      }
    }

    private static @Nullable String moveOn(
        FilterChain chain, ServletRequest request, ServletResponse response)
        throws IOException, ServletException {
      chain.doFilter(request, response);
      return null;
    }

    private static boolean isAlice(ServletRequest request) {
      return ((HttpServletRequest) request).getRequestURI().startsWith("/alice/");
    }
  }
}
