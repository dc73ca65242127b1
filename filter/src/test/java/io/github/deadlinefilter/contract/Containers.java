package io.github.deadlinefilter.contract;

import java.util.Arrays;
import java.util.List;
import org.apache.catalina.util.ServerInfo;

/**
 * The containers of the contract: {@code @FieldSource} of {@link #ALL} runs a test on each. An
 * entry is a container together with the options it starts from, so that the same container over
 * HTTP/2 or TLS is one more entry.
 */
public enum Containers {
  JETTY_EE10("Jetty 12.1 ee10") {
    @Override
    TestContainer create() {
      return new JettyContainer(new JettyEe10());
    }

    @Override
    boolean isHere() {
      return isOnClassPath("org.eclipse.jetty.ee10.servlet.ServletContextHandler");
    }
  },
  JETTY_EE11("Jetty 12.1 ee11") {
    @Override
    TestContainer create() {
      return new JettyContainer(new JettyEe11());
    }

    @Override
    boolean isHere() {
      return isOnClassPath("org.eclipse.jetty.ee11.servlet.ServletContextHandler");
    }
  },
  /**
   * The one of Tomcat 10.1 and 11.0 that is on the class path: their classes have the same names.
   */
  TOMCAT("Tomcat " + ServerInfo.getServerNumber().replaceFirst("^(\\d+\\.\\d+).*", "$1")) {
    @Override
    TestContainer create() {
      return new TomcatContainer();
    }
  },
  UNDERTOW("Undertow 2.3") {
    @Override
    TestContainer create() {
      return new UndertowContainer();
    }

    @Override
    boolean isHere() {
      return isOnClassPath("io.undertow.servlet.Servlets");
    }
  };

  /** Those that this run has on its class path. */
  public static final List<Containers> ALL =
      Arrays.stream(values()).filter(Containers::isHere).toList();

  private final String label;

  Containers(String label) {
    this.label = label;
  }

  /** A container that is not started. */
  abstract TestContainer create();

  /** Whether this run has it on its class path. */
  boolean isHere() {
    return true;
  }

  private static boolean isOnClassPath(String type) {
    return Containers.class.getClassLoader().getResource(type.replace('.', '/') + ".class") != null;
  }

  /** Jetty, with the servlet environment that is here. */
  static Containers jetty() {
    return JETTY_EE10.isHere() ? JETTY_EE10 : JETTY_EE11;
  }

  /** What this entry starts from; a test that needs other options derives them from these. */
  public Options options() {
    return Options.DEFAULT;
  }

  public TestContainer start(Application application) throws Exception {
    return start(application, options());
  }

  public TestContainer start(Application application, Options given) throws Exception {
    TestContainer container = create();
    try {
      synchronized (Containers.class) { // one at a time: Tomcat's sets properties of the JVM
        container.start(application, given);
      }
      return container;
    } catch (Throwable failure) {
      try {
        container.close();
      } catch (Throwable second) {
        failure.addSuppressed(second);
      }
      throw failure;
    }
  }

  @Override
  public String toString() {
    return label;
  }
}
