package io.github.deadlinefilter.contract;

import io.undertow.server.handlers.PathHandler;
import io.undertow.servlet.Servlets;
import io.undertow.servlet.api.DeploymentInfo;
import io.undertow.servlet.api.DeploymentManager;
import io.undertow.servlet.api.FilterInfo;
import io.undertow.servlet.api.ServletInfo;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.Servlet;
import java.net.URLClassLoader;

/** A {@link War} in Undertow, on the threads that Undertow itself makes. */
record UndertowWar(PathHandler paths, DeploymentManager deployment, URLClassLoader loader)
    implements Deployed {

  static UndertowWar deploy(PathHandler paths, War war) throws Exception {
    URLClassLoader loader = war.newLoader();
    var filter = new FilterInfo("deadline", loader.loadClass(War.FILTER).asSubclass(Filter.class));
    filter.setAsyncSupported(true);
    war.settings().forEach(filter::addInitParam);
    var servlet =
        new ServletInfo("servlet", loader.loadClass(War.SERVLET).asSubclass(Servlet.class));
    servlet.addMapping("/*").setAsyncSupported(true);
    var info =
        new DeploymentInfo()
            .setDeploymentName(war.contextPath())
            .setContextPath(war.contextPath())
            .setClassLoader(loader)
            .setEagerFilterInit(true)
            .addFilter(filter)
            .addFilterUrlMapping("deadline", "/*", DispatcherType.REQUEST)
            .addFilterUrlMapping("deadline", "/*", DispatcherType.ASYNC)
            .addServlet(servlet);
    war.attributes().forEach(info::addServletContextAttribute);

    DeploymentManager deployment = Servlets.defaultContainer().addDeployment(info);
    deployment.deploy();
    paths.addPrefixPath(war.contextPath(), deployment.start());
    return new UndertowWar(paths, deployment, loader);
  }

  @Override
  public void undeploy() throws Exception {
    DeploymentInfo info = deployment.getDeployment().getDeploymentInfo();
    paths.removePrefixPath(info.getContextPath());
    deployment.stop();
    deployment.undeploy();
    Servlets.defaultContainer().removeDeployment(info);
    loader.close();
  }
}
