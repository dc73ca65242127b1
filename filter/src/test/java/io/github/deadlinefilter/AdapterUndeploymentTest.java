package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.deadlinefilter.contract.Gate;
import io.github.deadlinefilter.jdbc.DeadlineDriver;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.Servlet;
import jakarta.servlet.ServletContext;
import java.lang.ref.WeakReference;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.net.URLClassLoader;
import java.sql.SQLException;
import java.util.Collections;
import java.util.Objects;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An application with the JDBC driver in its own class loader is undeployed. */
@Timeout(60)
class AdapterUndeploymentTest {
  /** Two times the driver's prefix: it looks itself up in the driver manager. */
  private static final String URL_OF_ITSELF = "jdbc:deadline:deadline:h2:mem:undeployed";

  private static URL locationOf(Class<?> type) {
    return type.getProtectionDomain().getCodeSource().getLocation();
  }

  /** Its parent is this class's own, for the servlet API alone. */
  private static URLClassLoader loader() {
    ClassLoader container = AdapterUndeploymentTest.class.getClassLoader();
    ClassLoader api =
        new ClassLoader(ClassLoader.getPlatformClassLoader()) {
          @Override
          protected Class<?> findClass(String name) throws ClassNotFoundException {
            if (name.startsWith("jakarta.servlet.")) {
              return container.loadClass(name);
            }
            throw new ClassNotFoundException(name);
          }
        };
    URL[] classes = {locationOf(DeadlineDriver.class), locationOf(org.h2.Driver.class)};
    return new URLClassLoader(classes, api);
  }

  private static <T> T proxy(Class<T> type, Object answer) {
    return type.cast(
        Proxy.newProxyInstance(
            Servlet.class.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) ->
                switch (method.getName()) {
                  case "getInitParameterNames" -> Collections.emptyEnumeration();
                  case "getServletContext", "getClassLoader" -> answer;
                  default -> method.getReturnType() == String.class ? "x" : null;
                }));
  }

  /** Deploys a filter of {@code application} in a context of {@code context}, and destroys it. */
  private static void deployAndUndeploy(ClassLoader application, ClassLoader context)
      throws Exception {
    Class<?> h2 = Class.forName("org.h2.Driver", /* initialize= */ true, application);
    Class<?> type = application.loadClass(DeadlineFilter.class.getName());
    Filter filter = (Filter) type.getDeclaredConstructor().newInstance();
    ServletContext servlets = proxy(ServletContext.class, context);
    filter.init(proxy(FilterConfig.class, servlets));
    assertDoesNotThrow(() -> lookUp(application), "it is registered");
    filter.destroy();
    h2.getMethod("unload").invoke(null); // that is the application's to do
  }

  private static void lookUp(ClassLoader application) throws Exception {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(ClassLoader.getPlatformClassLoader());
    try {
      Class<?> type = Class.forName(DeadlineDriver.class.getName(), true, application);
      Object driver = type.getDeclaredConstructor().newInstance();
      type.getMethod("getPropertyInfo", String.class, Properties.class)
          .invoke(driver, URL_OF_ITSELF, new Properties());
    } catch (InvocationTargetException e) {
      throw e.getCause() instanceof SQLException thrown ? thrown : e;
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  @Test
  void driverInTheWar_filterIsDestroyed_classLoaderIsCollected() throws Exception {
    WeakReference<ClassLoader> application = undeployed();
    Gate.eventually(
        () -> {
          System.gc();
          return application.get() == null;
        },
        "the class loader is collected");
  }

  private static WeakReference<ClassLoader> undeployed() throws Exception {
    try (URLClassLoader application = loader()) {
      deployAndUndeploy(application, application);
      assertThrows(SQLException.class, () -> lookUp(application));
      return new WeakReference<>(application);
    }
  }

  @Test
  void driverThatOthersUseToo_filterIsDestroyed_isStillThere() throws Exception {
    try (URLClassLoader shared = loader();
        URLClassLoader application = new URLClassLoader(new URL[0], shared)) {
      deployAndUndeploy(shared, application);
      Class<?> h2 = Class.forName("org.h2.Driver", true, shared);
      Object unused = Objects.requireNonNull(h2.getMethod("load").invoke(null));
      assertDoesNotThrow(() -> lookUp(shared));
      Class<?> adapter = Class.forName("io.github.deadlinefilter.jdbc.Undeployment", true, shared);
      var begin = adapter.getDeclaredMethod("begin");
      begin.setAccessible(true);
      begin.invoke(null);
    }
  }
}
