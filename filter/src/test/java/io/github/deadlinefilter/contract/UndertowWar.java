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
import java.util.Collection;

/**
 * A {@link War} in Undertow, on the threads that Undertow itself makes.
 *
 * @param wars those that are deployed: nothing else may keep a class loader that is not
 */
record UndertowWar(
    PathHandler paths,
    DeploymentManager deployment,
    URLClassLoader loader,
    Collection<UndertowWar> wars)
    implements Deployed {

  static UndertowWar deploy(PathHandler paths, War war, Collection<UndertowWar> wars)
      throws Exception {
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
    return new UndertowWar(paths, deployment, loader, wars);
  }

  @Override
  public void undeploy() throws Exception {
    wars.remove(this);
    DeploymentInfo info = deployment.getDeployment().getDeploymentInfo();
    paths.removePrefixPath(info.getContextPath());
    deployment.stop();
    deployment.undeploy();
    Servlets.defaultContainer().removeDeployment(info);
    loader.close();
  }
}
