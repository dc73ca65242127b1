package io.github.deadlinefilter;

import jakarta.servlet.ServletContext;
import java.lang.reflect.Method;

/**
 * Tells the JDBC adapter that its application ends: the JVM's driver manager has its driver, and so
 * would keep the application's class loader. By name, for the adapter may not be used, and {@code
 * java.sql} may not be there.
 *
 * <p>Only where the class loader ends with the application. In a container's own {@code lib} others
 * use it too, and with an embedded server the next context does.
 */
final class AdapterUndeployment {
  private static final String NAME = "io.github.deadlinefilter.jdbc.Undeployment";

  private AdapterUndeployment() {}

  /** Whether the filter has been deployed in an application's own class loader. */
  static boolean isOf(ServletContext context) {
    ClassLoader own = AdapterUndeployment.class.getClassLoader();
    return own == context.getClassLoader() && own != context.getClass().getClassLoader();
  }

  static void begin() {
    try {
      Method begin =
          Class.forName(NAME, /* initialize= */ true, AdapterUndeployment.class.getClassLoader())
              .getDeclaredMethod("begin");
      begin.setAccessible(true);
      begin.invoke(null);
    } catch (ReflectiveOperationException | LinkageError e) {
      // Such as a JVM without java.sql: then there is no driver.
    }
  }
}
