package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.core.StandardThreadExecutor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Which pools can be asked for one more thread, and what is asked of them. */
class LentThreadsTest {
  @RegisterExtension final LogLines log = LogLines.ofMessages();

  /** A pool that knows its limit, and counts who wakes it. */
  public static final class Pool implements Executor {
    private int most;
    private final AtomicInteger woken = new AtomicInteger();

    Pool(int most) {
      this.most = most;
    }

    public int getMaxThreads() {
      return most;
    }

    public void setMaxThreads(int number) {
      most = number;
    }

    @Override
    public void execute(Runnable task) {
      woken.incrementAndGet();
    }
  }

  private static LentThreads lending(Executor executor, int most) {
    return new LentThreads(
        new ContainerQuirks() {
          @Override
          Executor executor(HttpServletRequest request) {
            return executor;
          }
        },
        most);
  }

  private static RequestRun run() {
    return BareServlet.run((request, response) -> {});
  }

  @Test
  void upToItsLimit_oneForEach_andBackAsTheyLeave() {
    Pool pool = new Pool(10);
    LentThreads lent = lending(pool, 2);
    RequestRun first = run();
    RequestRun second = run();
    RequestRun third = run();
    lent.stuck(first);
    lent.stuck(second);
    lent.stuck(third);
    assertEquals(12, pool.getMaxThreads());
    assertEquals(2, pool.woken.get());
    pool.setMaxThreads(20); // by an operator
    lent.left(third);
    assertEquals(20, pool.getMaxThreads(), "nothing was lent to it");
    lent.left(first);
    lent.left(second);
    assertEquals(18, pool.getMaxThreads());
    lent.stuck(third);
    assertEquals(19, pool.getMaxThreads(), "there is room for it now");
  }

  @Test
  void pastItsLimit_theNextHasTheThreadOfWhoLeaves() {
    Pool pool = new Pool(10);
    LentThreads lent = lending(pool, 1);
    List<RequestRun> runs = List.of(run(), run(), run());
    runs.forEach(lent::stuck);
    List<String> said = log.lines();
    assertEquals(1, said.size(), said::toString);
    assertTrue(said.get(0).contains("no more than maxStuck (1)"), said::toString);
    lent.left(runs.get(0));
    assertEquals(11, pool.getMaxThreads(), "another is stuck");
    assertEquals(2, pool.woken.get());
    lent.left(runs.get(2));
    assertEquals(11, pool.getMaxThreads());
    lent.left(runs.get(1));
    assertEquals(10, pool.getMaxThreads());
  }

  @Test
  void tomcatsSharedExecutor() throws LifecycleException {
    var shared = new StandardThreadExecutor();
    shared.setMinSpareThreads(1);
    shared.setMaxThreads(5);
    shared.start();
    LentThreads lent = lending(shared, 5);
    RequestRun run = run();
    lent.stuck(run);
    assertEquals(6, shared.getMaxThreads());
    lent.left(run);
    assertEquals(5, shared.getMaxThreads());
    shared.stop();
  }

  @Test
  void poolThatCannotBeAsked_isLeftAlone_whichIsSaidOnce() {
    LentThreads lent = lending(task -> {}, 5);
    for (int i = 0; i < 3; i++) {
      RequestRun run = run();
      lent.stuck(run);
      lent.left(run);
    }
    List<String> said = log.lines();
    assertEquals(1, said.size(), said::toString);
    assertTrue(said.get(0).contains("cannot be asked for one more"), said::toString);
  }
}
