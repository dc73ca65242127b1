package io.github.deadlinefilter.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Metrics;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import java.lang.reflect.Proxy;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PrometheusListenerTest {
  private final Map<String, Object> attributes = new HashMap<>();
  private final ServletContext context =
      (ServletContext)
          Proxy.newProxyInstance(
              ServletContext.class.getClassLoader(),
              new Class<?>[] {ServletContext.class},
              (self, called, arguments) ->
                  switch (called.getName()) {
                    case "setAttribute" -> attributes.put((String) arguments[0], arguments[1]);
                    case "getAttribute" -> attributes.get((String) arguments[0]);
                    default -> throw new UnsupportedOperationException(called.getName());
                  });

  @Test
  void global_isSeen_whileTheApplicationRuns_andNothingIsLeftOfIt() {
    var listener = new PrometheusListener();
    var event = new ServletContextEvent(context);
    listener.contextInitialized(event);
    var registry = PrometheusListener.registry(context);
    Counter counter = Metrics.counter("seen");
    try {
      counter.increment();
      assertTrue(registry.scrape().contains("\nseen_total 1.0\n"), registry::scrape);
    } finally {
      Metrics.globalRegistry.remove(counter);
      listener.contextDestroyed(event);
    }
    assertEquals(Set.of(), Metrics.globalRegistry.getRegistries());
    assertTrue(registry.isClosed());
  }
}
