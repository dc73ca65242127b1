package io.github.deadlinefilter.contract;

import java.util.List;

/**
 * The containers of the contract: {@code @EnumSource(Containers.class)} runs a test on each. An
 * entry is a container together with the options it starts from, so that the same container over
 * HTTP/2 or TLS is one more entry.
 */
public enum Containers {
  JETTY_EE10("Jetty 12.1 ee10") {
    @Override
    TestContainer create() {
      return new JettyContainer();
    }
  },
  TOMCAT("Tomcat 10.1") {
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
  };

  public static final List<Containers> ALL = List.of(values());

  private final String label;

  Containers(String label) {
    this.label = label;
  }

  /** A container that is not started. */
  abstract TestContainer create();

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
      container.start(application, given);
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
