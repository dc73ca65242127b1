package io.github.deadlinefilter.demo;

import io.micrometer.core.instrument.Metrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletContextEvent;
import jakarta.servlet.ServletContextListener;
import java.util.Objects;

/**
 * Gives Micrometer's global registry one of Prometheus's below it, in which the filter's figures
 * are then found, for as long as the application is there.
 *
 * <p>Called by the container: before any filter is initialised, and after all are destroyed.
 */
public final class PrometheusListener implements ServletContextListener {
  private static final String ATTRIBUTE = PrometheusMeterRegistry.class.getName();

  /** For the container. */
  public PrometheusListener() {}

  /** The registry of a running application that has this listener. */
  static PrometheusMeterRegistry registry(ServletContext context) {
    Object registry = context.getAttribute(ATTRIBUTE);
    return (PrometheusMeterRegistry)
        Objects.requireNonNull(registry, "PrometheusListener is not in web.xml");
  }

  @Override
  public void contextInitialized(ServletContextEvent event) {
    var registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    Metrics.addRegistry(registry);
    event.getServletContext().setAttribute(ATTRIBUTE, registry);
  }

  @Override
  public void contextDestroyed(ServletContextEvent event) {
    PrometheusMeterRegistry registry = registry(event.getServletContext());
    Metrics.removeRegistry(registry);
    registry.close();
  }
}
