package io.github.deadlinefilter.contract;

import java.util.Hashtable;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import javax.naming.Context;
import javax.naming.Name;
import javax.naming.Reference;
import javax.naming.spi.ObjectFactory;
import org.apache.catalina.core.StandardContext;
import org.apache.tomcat.util.descriptor.web.ContextResource;

/**
 * Executors in the naming of a Tomcat context, as a server's configuration would put them there.
 * Made by Tomcat, by its name.
 */
public final class NamedExecutors implements ObjectFactory {
  private static final Map<String, Executor> ALL = new ConcurrentHashMap<>();

  private static final String NAME = "executor";

  /** For Tomcat. */
  public NamedExecutors() {}

  static void bind(StandardContext context, Map<String, Executor> executors) {
    ALL.putAll(executors);
    for (String name : executors.keySet()) {
      var resource = new ContextResource();
      resource.setName(name);
      resource.setType("jakarta.enterprise.concurrent.ManagedExecutorService");
      resource.setProperty("factory", NamedExecutors.class.getName());
      resource.setProperty(NAME, name);
      context.getNamingResources().addResource(resource);
    }
  }

  @Override
  public Object getObjectInstance(
      Object given, Name name, Context context, Hashtable<?, ?> environment) {
    Object full = ((Reference) given).get(NAME).getContent();
    return Objects.requireNonNull(ALL.get(String.valueOf(full)), () -> "no executor " + full);
  }
}
