package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.contract.Gate;
import jakarta.servlet.ServletContext;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where listeners may come from, and what becomes of events that one cannot bear. */
class ListenersTest {
  private static final AtomicInteger serviceStarts = new AtomicInteger();

  private final AtomicInteger starts = new AtomicInteger();
  private final DeadlineListener counts =
      new DeadlineListener() {
        @Override
        public void started(DeadlineEvent event) {
          starts.incrementAndGet();
        }
      };

  /** As an application names it in META-INF/services. */
  public static final class Service implements DeadlineListener {
    @Override
    public void started(DeadlineEvent event) {
      serviceStarts.incrementAndGet();
    }
  }

  private static ServletContext with(@Nullable Object attribute) {
    return (ServletContext)
        Proxy.newProxyInstance(
            ServletContext.class.getClassLoader(),
            new Class<?>[] {ServletContext.class},
            (self, method, arguments) ->
                method.getName().equals("getAttribute")
                        && DeadlineListener.ATTRIBUTE.equals(arguments[0])
                    ? attribute
                    : null);
  }

  private static Events of(@Nullable Object attribute) throws SettingsException {
    return Listeners.of(List.of(), with(attribute), new Threads());
  }

  private static RequestRun run() {
    return BareServlet.run((request, response) -> {}, new ContainerQuirks());
  }

  @Test
  void attribute_mayBeOneListener_orSeveral() throws Exception {
    try (Events one = of(counts);
        Events two = of(List.of(counts, counts))) {
      one.started(run());
      two.started(run());
      Gate.eventually(() -> starts.get() == 3, "three calls");
    }
  }

  @Test
  void attribute_thatIsNoListener_isRefusedByName() {
    for (Object given : new Object[] {"text", List.of(counts, "text")}) {
      SettingsException refused = assertThrows(SettingsException.class, () -> of(given));
      assertEquals(
          "DeadlineFilter does not deploy: the servlet context's attribute"
              + " io.github.deadlinefilter.DeadlineListener holds a java.lang.String. Accepted:"
              + " a DeadlineListener, or a collection of them.",
          refused.getMessage());
    }
  }

  @Test
  void service_isFoundByTheApplicationsLoader_andOneThatCannotBeLoadedHarmsNoOther(
      @TempDir Path folder) throws Exception {
    Path services = Files.createDirectories(folder.resolve("META-INF/services"));
    Files.writeString(
        services.resolve(DeadlineListener.class.getName()),
        "no.such.Listener\n" + Service.class.getName() + "\n");
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    try (var loader = new URLClassLoader(new URL[] {folder.toUri().toURL()}, before)) {
      thread.setContextClassLoader(loader);
      try (Events events = of(null)) {
        events.started(run());
        Gate.eventually(() -> serviceStarts.get() == 1, "the service is called");
      }
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  @Test
  void listenerThatStandsStill_losesTheNewest_andHoldsNobodyUp() throws Exception {
    var inside = new Gate("the listener is inside");
    var release = new Gate("its release");
    var slow =
        new DeadlineListener() {
          @Override
          public void started(DeadlineEvent event) {
            inside.open();
            release.awaitDeaf();
            starts.incrementAndGet();
          }
        };
    var queue = new ListenerQueue(slow, new Threads().named("listener"), new ManualTicker());
    DeadlineEvent event = DeadlineEvent.inTime(run(), null);
    queue.started(event);
    inside.await();
    for (int i = 0; i < 10_007; i++) {
      queue.started(event);
    }
    assertEquals(7, queue.dropped());
    release.open();
    Gate.eventually(() -> starts.get() == 10_001, "all that waited are told");
    queue.close();
    queue.started(event);
    assertTrue(starts.get() == 10_001, "nothing is told of a filter that is destroyed");
  }
}
