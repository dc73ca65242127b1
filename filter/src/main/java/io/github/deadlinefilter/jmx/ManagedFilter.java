package io.github.deadlinefilter.jmx;

import java.lang.management.ManagementFactory;
import javax.management.InstanceAlreadyExistsException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/**
 * A filter's place in the JVM's MBean server. Made by the filter itself where the JVM has the
 * module {@code java.management}; until it is closed the server keeps the class loader.
 */
public final class ManagedFilter implements AutoCloseable {
  private static final String PREFIX = "io.github.deadlinefilter:type=DeadlineFilter,context=";

  private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();
  private final ObjectName name;

  /**
   * Registers.
   *
   * @param bean what is shown
   * @param context the context path of the application
   * @param filter the name of the filter; a second one of that name has {@code #2} behind it
   * @throws JMException if the server does not take it
   */
  public ManagedFilter(DeadlineFilterMXBean bean, String context, String filter)
      throws JMException {
    name = register(bean, context.isEmpty() ? "/" : context, filter);
  }

  private ObjectName register(DeadlineFilterMXBean bean, String context, String filter)
      throws JMException {
    for (int i = 1; ; i++) {
      String quoted = ObjectName.quote(i == 1 ? filter : filter + "#" + i);
      String full = PREFIX + ObjectName.quote(context) + ",name=" + quoted;
      try {
        return server.registerMBean(bean, new ObjectName(full)).getObjectName();
      } catch (InstanceAlreadyExistsException e) {
        // Another version of the application, or another virtual host.
      }
    }
  }

  @Override
  public void close() throws JMException {
    server.unregisterMBean(name);
  }
}
