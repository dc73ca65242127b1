package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.DeadlineFilter;
import jakarta.enterprise.concurrent.ContextService;
import jakarta.enterprise.concurrent.ManagedExecutorService;
import jakarta.servlet.ServletException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.glassfish.enterprise.concurrent.AbstractManagedExecutorService.RejectPolicy;
import org.glassfish.enterprise.concurrent.ContextServiceImpl;
import org.glassfish.enterprise.concurrent.ManagedExecutorServiceImpl;
import org.glassfish.enterprise.concurrent.ManagedThreadFactoryImpl;
import org.glassfish.enterprise.concurrent.spi.ContextHandle;
import org.glassfish.enterprise.concurrent.spi.ContextSetupProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** {@code worker=jndi:NAME}: the threads are the application server's. */
class JndiContractTest {
  private static final String NAME = "concurrent/workers";

  /** A server without contexts of its own. */
  private static final class NoContext implements ContextSetupProvider {
    private static final long serialVersionUID = 1L;
    private static final ContextHandle NONE = new ContextHandle() {};

    @Override
    public ContextHandle saveContext(ContextService service) {
      return NONE;
    }

    @Override
    public ContextHandle saveContext(ContextService service, Map<String, String> properties) {
      return NONE;
    }

    @Override
    public ContextHandle setup(ContextHandle handle) {
      return NONE;
    }

    @Override
    public void reset(ContextHandle handle) {}
  }

  /** As an application server makes one; takes one task at a time and lets one wait. */
  private static ManagedExecutorService managed() {
    var context = new ContextServiceImpl("context", new NoContext());
    return new ManagedExecutorServiceImpl(
        "workers",
        new ManagedThreadFactoryImpl("managed", context),
        /* hungTaskThreshold= */ 0,
        /* longRunningTasks= */ false,
        /* corePoolSize= */ 1,
        /* maxPoolSize= */ 1,
        /* keepAliveTime= */ 1,
        TimeUnit.SECONDS,
        /* threadLifeTime= */ 0,
        /* queueCapacity= */ 1,
        context,
        RejectPolicy.ABORT);
  }

  private static TestContainer start(String worker, Executor executor, Deaf deaf, String limits)
      throws Exception {
    var filter = DeadlineFilter.builder().set("worker", worker).route("/deaf = 600ms");
    for (String limit : limits.split(" ", 0)) {
      if (!limit.isEmpty()) {
        filter.set(limit.split("=", 2)[0], limit.split("=", 2)[1]);
      }
    }
    var app =
        new Application()
            .executor(NAME, executor)
            .filter("/*", filter.build())
            .servlet("/deaf", (request, response) -> deaf.hold())
            .servlet(
                "/loader",
                (request, response) -> response.getOutputStream().print(String.valueOf(loader())))
            .servlet(
                "/thread",
                (request, response) ->
                    response.getOutputStream().print(Thread.currentThread().getName()));
    TestContainer container = Containers.TOMCAT.start(app);
    RawClient.ask(container, "/thread"); // the first request of a container takes long
    return container;
  }

  private static void runsOnManagedThreads(String worker) throws Exception {
    ManagedExecutorService managed = managed();
    ClassLoader own = managed.submit(JndiContractTest::loader).get();
    try (var deaf = new Deaf();
        TestContainer container = start(worker, managed, deaf, "")) {
      String thread = RawClient.ask(container, "/thread").text();
      assertTrue(thread.startsWith("managed-"), thread);
      Response late = RawClient.ask(container, "/deaf");
      assertEquals(503, late.status());
      assertTrue(late.complete(), late::toString);
      deaf.release();
      FilterLog.await(container, FilterLog.LEFT, 1);
      assertEquals(thread, RawClient.ask(container, "/thread").text());
      String inside = RawClient.ask(container, "/loader").text();
      assertNotEquals(String.valueOf(own), inside, "the application's");
      assertSame(own, managed.submit(JndiContractTest::loader).get(), "and the thread's own again");
    } finally {
      managed.shutdownNow();
    }
  }

  private static @Nullable ClassLoader loader() {
    return Thread.currentThread().getContextClassLoader();
  }

  @Test
  void inTheApplicationsNaming_runsOnItsThreads() throws Exception {
    runsOnManagedThreads("jndi:java:comp/env/" + NAME);
  }

  @Test
  void withoutAScheme_isFoundThereToo() throws Exception {
    runsOnManagedThreads("jndi:" + NAME);
  }

  /** One is stuck, one waits in the executor: it takes no third. */
  @Test
  void executorThatIsFull_refusesWithAReason_andAllFlowsAgain() throws Exception {
    ManagedExecutorService managed = managed();
    try (var deaf = new Deaf();
        TestContainer container = start("jndi:" + NAME, managed, deaf, "deadline=2s")) {
      Gate.eventually( // a first request may be late before its worker has begun
          () -> {
            assertEquals(503, RawClient.ask(container, "/deaf").status());
            return deaf.inside() == 1;
          },
          "one is stuck");
      StringBuilder answers = new StringBuilder();
      Gate.eventually( // the one that is sent first need not be there first
          () -> {
            try (RawClient one = RawClient.connect(container).get("/thread")) {
              answers.append(RawClient.ask(container, "/thread").text());
              answers.append(one.read().text());
            }
            return answers.indexOf("reason expired-in-queue,") >= 0
                && answers.indexOf("reason queue-full,") >= 0;
          },
          "one waits in vain, and another is refused");
      deaf.release();
      Gate.eventually(() -> RawClient.ask(container, "/thread").status() == 200, "it flows again");
    } finally {
      managed.shutdownNow();
    }
  }

  /** An executor that refuses a task, in whatever way, or runs it in its caller. */
  @Test
  void taskThatIsNotTaken_isAnswered_andLeavesItsPlace() throws Exception {
    var now = new AtomicReference<Executor>(Runnable::run);
    Executor executor = task -> Objects.requireNonNull(now.get()).execute(task);
    List<Executor> refusing =
        List.of(
            Runnable::run,
            task -> new FutureTask<>(task, null).run(), // which keeps what it throws
            failing(new RejectedExecutionException("not now")),
            failing(new IllegalStateException("stopped")));
    try (var deaf = new Deaf();
        TestContainer container =
            start("jndi:" + NAME, executor, deaf, "workers=1 queue=0 deadline=20s")) {
      for (Executor how : refusing) {
        now.set(how);
        for (int i = 0; i < 3; i++) {
          Response refused = RawClient.ask(container, "/thread");
          assertTrue(refused.text().contains("reason queue-full,"), refused::toString);
        }
      }
      now.set(task -> new Thread(task, "managed-by-hand").start());
      assertEquals("managed-by-hand", RawClient.ask(container, "/thread").text());
    }
  }

  private static Executor failing(RuntimeException how) {
    return task -> {
      throw how;
    };
  }

  /** It says nothing: only the garbage collector knows. */
  @Test
  void taskThatIsTaken_andThrownAway_leavesItsPlace() throws Exception {
    var now = new AtomicReference<Executor>(task -> {});
    Executor executor = task -> Objects.requireNonNull(now.get()).execute(task);
    try (var deaf = new Deaf();
        TestContainer container =
            start("jndi:" + NAME, executor, deaf, "workers=1 queue=0 deadline=500ms")) {
      Response full = RawClient.ask(container, "/thread");
      assertTrue(full.text().contains("reason queue-full,"), full::toString);
      now.set(task -> new Thread(task, "managed-by-hand").start());
      Gate.eventually(
          () -> {
            System.gc();
            return RawClient.ask(container, "/thread").status() == 200;
          },
          "its place is free");
    }
  }

  @Test
  void nothingThere_orSomethingElse_refusesToDeploy() {
    var refused =
        assertThrows(
            ServletException.class,
            () -> {
              try (var deaf = new Deaf()) {
                start("jndi:java:comp/env/nowhere", Runnable::run, deaf, "").close();
              }
            });
    String message = String.valueOf(refused.getMessage());
    assertTrue(
        message.startsWith(
            "DeadlineFilter does not deploy: worker is \"jndi:java:comp/env/nowhere\", and in"
                + " JNDI there is nothing: "),
        message);
  }
}
