package io.github.deadlinefilter.contract;

import jakarta.servlet.DispatcherType;
import org.apache.catalina.Host;
import org.apache.catalina.LifecycleException;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;

/** A {@link War} in Tomcat: with Tomcat's own class loader, which it stops and looks through. */
record TomcatWar(Host host, StandardContext context, ClassLoader loader) implements Deployed {
  /** How long Tomcat waits for requests before it comes to the filters: 2 s by default. */
  private static final long UNLOAD_MILLIS = 50;

  static TomcatWar deploy(Host host, War war) throws LifecycleException {
    var context = new StandardContext();
    context.setName(war.contextPath());
    context.setPath(war.contextPath());
    context.setDocBase(war.folder().toString());
    context.setParentClassLoader(new War.WithoutOurs());
    context.setUnloadDelay(UNLOAD_MILLIS);
    TomcatContainer.withoutJvmFlags(context);
    context.addLifecycleListener(new Tomcat.FixContextListener());

    var filter = new FilterDef();
    filter.setFilterName("deadline");
    filter.setFilterClass(War.FILTER);
    filter.setAsyncSupported("true");
    war.settings().forEach(filter::addInitParameter);
    context.addFilterDef(filter);
    var map = new FilterMap();
    map.setFilterName("deadline");
    map.addURLPattern("/*");
    map.setDispatcher(DispatcherType.REQUEST.name());
    map.setDispatcher(DispatcherType.ASYNC.name());
    context.addFilterMap(map);
    context.addServletContainerInitializer(
        (classes, deployed) -> {
          war.attributes().forEach(deployed::setAttribute);
          var servlet = deployed.addServlet("servlet", War.SERVLET);
          servlet.setAsyncSupported(true);
          servlet.addMapping("/*");
        },
        /* classes= */ null);

    host.addChild(context);
    if (!context.getState().isAvailable()) {
      throw new LifecycleException("Tomcat does not start the context: its log says why");
    }
    return new TomcatWar(host, context, context.getLoader().getClassLoader());
  }

  @Override
  public void undeploy() {
    host.removeChild(context);
  }
}
