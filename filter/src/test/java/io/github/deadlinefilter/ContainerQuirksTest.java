package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URL;
import java.net.URLClassLoader;
import org.junit.jupiter.api.Test;

/** A container that cannot be reached inside gets what works without that. */
class ContainerQuirksTest {

  private static ContainerQuirks unreachable(String contextClass) throws Exception {
    try (var empty = new URLClassLoader(new URL[0], ClassLoader.getPlatformClassLoader())) {
      return ContainerQuirks.of(contextClass, empty, "Closed/1.0");
    }
  }

  @Test
  void undertowUnreachable_runsOnTheContainersThread() throws Exception {
    assertTrue(unreachable("io.undertow.servlet.spec.ServletContextImpl").needsContainerThread());
  }

  @Test
  void othersUnreachable_runPortably() throws Exception {
    for (String name :
        new String[] {
          "org.apache.catalina.core.ApplicationContextFacade",
          "org.eclipse.jetty.ee10.servlet.ServletContextApi",
          "com.example.OtherContext"
        }) {
      ContainerQuirks quirks = unreachable(name);
      assertSame(ContainerQuirks.class, quirks.getClass(), name);
      assertFalse(quirks.needsContainerThread());
    }
  }
}
