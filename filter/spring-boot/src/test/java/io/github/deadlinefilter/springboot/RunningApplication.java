package io.github.deadlinefilter.springboot;

import io.github.deadlinefilter.contract.Gate;
import jakarta.servlet.ServletContext;
import java.io.File;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.catalina.Context;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.tomcat.TomcatWebServer;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/** The application on a port of its own, with the filter or without it. */
final class RunningApplication implements AutoCloseable {
  private final ConfigurableApplicationContext context;
  private final Warnings warnings;

  private RunningApplication(List<String> properties, Class<?>... configurations) {
    context =
        new SpringApplicationBuilder(configurations)
            .registerShutdownHook(false)
            .properties(properties.toArray(String[]::new))
            .run(
                "--server.address=127.0.0.1",
                "--server.port=0",
                "--spring.task.execution.pool.core-size=16", // for each late Callable a thread
                "--spring.main.banner-mode=off",
                "--logging.threshold.console=OFF");
    warnings = Warnings.collect(); // not earlier: Spring sets its logging up anew
  }

  static RunningApplication bare() {
    return new RunningApplication(List.of(), TestedApplication.class);
  }

  /**
   * With the filter as the README has it.
   *
   * @param overrides settings that an operator gives it from outside, as system properties
   * @param properties of Spring
   */
  static RunningApplication behindTheFilter(Map<String, String> overrides, String... properties) {
    overrides.forEach((name, value) -> System.setProperty("deadline-filter." + name, value));
    try {
      return new RunningApplication(
          List.of(properties), TestedApplication.class, DeadlineConfiguration.class);
    } finally {
      overrides.keySet().forEach(name -> System.clearProperty("deadline-filter." + name));
    }
  }

  private TomcatWebServer tomcat() {
    return (TomcatWebServer)
        Objects.requireNonNull(((ServletWebServerApplicationContext) context).getWebServer());
  }

  int port() {
    return tomcat().getPort();
  }

  /** The application as Tomcat knows it. */
  Context deployed() {
    return (Context) tomcat().getTomcat().getHost().findChildren()[0];
  }

  Late late() {
    return context.getBean(Late.class);
  }

  /** Lets all go on that are late, and waits until they have. */
  void releaseTheLate() throws Exception {
    late().release();
    Gate.eventually(() -> late().inside() == 0, "nobody is late any more");
  }

  /** How many uploaded files are on the disk. */
  int uploads() {
    var folder = (File) deployed().getServletContext().getAttribute(ServletContext.TEMPDIR);
    return Objects.requireNonNull(folder.list((in, name) -> name.endsWith(".tmp"))).length;
  }

  /** What was logged since the start, in the order of the log. */
  List<String> warnings() {
    return warnings.lines();
  }

  @Override
  public void close() {
    context.close();
    warnings.close();
  }
}
