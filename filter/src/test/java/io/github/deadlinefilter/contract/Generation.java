package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One deployment of a {@link War}, from its first request until nothing is left of it. Used by one
 * thread.
 */
final class Generation {
  /** What "/late" and "/async" have; so short because each deployment waits for it. */
  private static final String ROUTES = "/late = 100ms\n/async = 100ms";

  private final TestContainer container;
  private final String path;
  private final String name;
  private final Deaf deaf = new Deaf();
  private final WeakReference<ClassLoader> loader;
  private @Nullable Deployed deployed;

  Generation(TestContainer container, Path war, String path, int number, String worker)
      throws Exception {
    this.container = container;
    this.path = path;
    this.name = "deployment " + number + " at " + path + ", worker=" + worker;
    String logEvery = number % 2 == 0 ? "0s" : "1m"; // of those that are counted each line counts
    Map<String, String> settings = Map.of("worker", worker, "routes", ROUTES, "logEvery", logEvery);
    Map<String, Object> attributes =
        Map.of(WarServlet.NAME, name, WarServlet.WORK, (Runnable) deaf::hold);
    deployed = container.deploy(new War(war, path, settings, attributes));
    loader = new WeakReference<>(deployed.loader());
  }

  /** Requests come to this deployment, and are served by classes of its own. */
  void serves() throws Exception {
    ClassLoader own = Objects.requireNonNull(deployed).loader();
    assertTrue(own.loadClass(War.FILTER).getClassLoader() == own, "its own filter");
    try (RawClient client = RawClient.connect(container)) {
      assertEquals(name, client.get(path + "/name").read().text());
    }
  }

  /**
   * Sends requests until at least that many workers are inside after their deadline; on a slow
   * machine a request may expire before its worker has come so far. Beside them, one that is
   * asynchronous.
   */
  void takesLateWorkers(int number) throws Exception {
    Gate.eventually(
        () -> {
          expire("/async", "/late", number - deaf.inside());
          return hasLateWorkers(number);
        },
        number + " late workers inside " + name);
  }

  private void expire(String first, String others, int number) throws Exception {
    List<RawClient> clients = new ArrayList<>();
    try {
      for (int i = 0; i <= number; i++) {
        clients.add(RawClient.connect(container).get(path + (i == 0 ? first : others)));
      }
      for (RawClient client : clients) {
        assertEquals(503, client.read().status());
      }
    } finally {
      for (RawClient client : clients) {
        client.close();
      }
    }
  }

  boolean hasLateWorkers(int number) {
    return deaf.inside() >= number;
  }

  /** Lets the late workers go. */
  void release() {
    deaf.release();
  }

  BoundedStop undeploy() {
    Deployed gone = Objects.requireNonNull(deployed);
    deployed = null;
    return BoundedStop.start(name, gone::undeploy);
  }

  /** The threads of the filter, of any deployment, and those of this application. */
  List<String> threads() throws Exception {
    return LeftThreads.of(loader.get());
  }

  boolean isCollected() {
    return loader.refersTo(null);
  }

  @Override
  public String toString() {
    return name;
  }
}
