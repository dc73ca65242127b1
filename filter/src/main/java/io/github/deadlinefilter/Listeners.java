package io.github.deadlinefilter;

import jakarta.servlet.ServletContext;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ThreadFactory;
import java.util.function.LongSupplier;
import java.util.function.ToIntBiFunction;
import org.jspecify.annotations.Nullable;

/** Finds who wants to hear of a filter's requests: see {@link DeadlineListener}. */
final class Listeners {
  private static final String METRICS = "io.micrometer.core.instrument.Metrics";
  private static final String METERS = "io.github.deadlinefilter.micrometer.Meters";
  private static final String RECORDER = "jdk.jfr.Event";
  private static final String RECORDS = "io.github.deadlinefilter.jfr.FlightEvents";

  private static final System.Logger LOG = System.getLogger("io.github.deadlinefilter");

  private Listeners() {}

  /**
   * Those that were given in code, those of the servlet context, and the services, in this order;
   * and the filter's own.
   *
   * @throws SettingsException if the servlet context's attribute is something else
   */
  static Events of(List<DeadlineListener> built, ServletContext context, Threads threads)
      throws SettingsException {
    List<DeadlineListener> all = new ArrayList<>(built);
    addAttribute(all, context.getAttribute(DeadlineListener.ATTRIBUTE));
    addServices(all);
    ThreadFactory factory = threads.named("deadline-listener");
    List<DeadlineListener> queues = new ArrayList<>();
    for (DeadlineListener listener : all) {
      queues.add(new ListenerQueue(listener, factory, Ticker.SYSTEM));
    }
    Object recorder = OptionalLibrary.bind(RECORDER, RECORDS);
    return new Events(queues, recorder == null ? List.of() : List.of((DeadlineListener) recorder));
  }

  /**
   * Registers the filter's figures with Micrometer, until {@code events} are closed: last, for
   * nobody closes them if the filter does not deploy.
   *
   * @param count as the constructor of Meters has it
   * @param ignored as well
   */
  static void measure(
      Events events,
      String context,
      String filter,
      Set<String> routes,
      ToIntBiFunction<String, String> count,
      Map<String, Map<String, LongSupplier>> ignored) {
    Object meters = OptionalLibrary.bind(METRICS, METERS, context, filter, routes, count, ignored);
    if (meters != null) {
      events.add((DeadlineListener) meters);
    }
  }

  private static void addAttribute(List<DeadlineListener> all, @Nullable Object attribute)
      throws SettingsException {
    if (attribute instanceof Collection<?> several) {
      for (Object one : several) {
        addOne(all, one);
      }
    } else if (attribute != null) {
      addOne(all, attribute);
    }
  }

  private static void addOne(List<DeadlineListener> all, @Nullable Object given)
      throws SettingsException {
    if (!(given instanceof DeadlineListener listener)) {
      throw SettingsException.notAListener(
          given == null ? "null" : "a " + given.getClass().getName());
    }
    all.add(listener);
  }

  /** One that cannot be loaded is said, and the others listen all the same. */
  private static void addServices(List<DeadlineListener> all) {
    Iterator<DeadlineListener> services = ServiceLoader.load(DeadlineListener.class).iterator();
    while (true) {
      try {
        if (!services.hasNext()) {
          return;
        }
        all.add(services.next());
      } catch (ServiceConfigurationError | LinkageError e) {
        LOG.log(System.Logger.Level.WARNING, "A DeadlineListener cannot be loaded", e);
      }
    }
  }
}
