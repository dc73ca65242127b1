package io.github.deadlinefilter.contract;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.Servlet;
import java.util.EnumSet;
import org.eclipse.jetty.ee11.servlet.DefaultServlet;
import org.eclipse.jetty.ee11.servlet.ErrorPageErrorHandler;
import org.eclipse.jetty.ee11.servlet.FilterHolder;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.eclipse.jetty.ee11.servlet.security.ConstraintMapping;
import org.eclipse.jetty.ee11.servlet.security.ConstraintSecurityHandler;
import org.eclipse.jetty.security.Constraint;

/**
 * Jetty's ee11 servlet environment. The other one is the same line for line, of another package:
 * Jetty has no type above the two.
 */
final class JettyEe11 implements JettyContainer.Environment {

  @Override
  public ServletContextHandler context(Application application, ScratchFolder folder)
      throws Exception {
    String path = application.contextPath.isEmpty() ? "/" : application.contextPath;
    var context = new ServletContextHandler(path, ServletContextHandler.SESSIONS);
    context.setClassLoader(JettyEe11.class.getClassLoader()); // as that of a WAR has one
    context.setTempDirectory(folder.work().toFile());
    context.setBaseResourceAsPath(folder.site(application.staticFiles));
    context.setWelcomeFiles(application.welcomeFiles.toArray(String[]::new));
    application.listeners.forEach(context::addEventListener);
    if (application.login != null) {
      context.setSecurityHandler(security(application.login));
    }

    for (Application.FilterEntry entry : application.filters) {
      var holder = new FilterHolder(entry.filter);
      holder.setName(entry.name);
      holder.setAsyncSupported(entry.asyncSupported);
      holder.setInitParameters(entry.initParams);
      context.addFilter(holder, entry.pattern, EnumSet.copyOf(entry.dispatchers));
    }
    context.addServlet(holder("default", new DefaultServlet()), "/");
    for (Application.ServletEntry entry : application.servlets) {
      ServletHolder holder = holder(entry.name, entry.servlet);
      holder.setAsyncSupported(entry.asyncSupported);
      holder.setInitParameters(entry.initParams);
      if (entry.multipart != null) {
        holder.getRegistration().setMultipartConfig(entry.multipart);
      }
      context.addServlet(holder, entry.pattern);
    }

    var errors = new ErrorPageErrorHandler();
    application.errorPagesByStatus.forEach(errors::addErrorPage);
    application.errorPagesByException.forEach(errors::addErrorPage);
    context.setErrorHandler(errors);
    return context;
  }

  private static ConstraintSecurityHandler security(Login login) {
    var security = new ConstraintSecurityHandler();
    security.setLoginService(JettyContainer.loginService());
    security.setRealmName(Login.REALM);
    security.setAuthenticator(JettyContainer.authenticator(login));
    var mapping = new ConstraintMapping();
    mapping.setPathSpec(Login.PATTERN);
    mapping.setConstraint(Constraint.from(Login.ROLE));
    security.addConstraintMapping(mapping);
    return security;
  }

  @Override
  public ServletContextHandler context(War war) {
    var context = new ServletContextHandler(ServletContextHandler.SESSIONS);
    var filter = new FilterHolder();
    filter.setName("deadline");
    filter.setClassName(War.FILTER);
    filter.setAsyncSupported(true);
    filter.setInitParameters(war.settings());
    context.addFilter(filter, "/*", EnumSet.of(DispatcherType.REQUEST, DispatcherType.ASYNC));
    var servlet = new ServletHolder();
    servlet.setName("servlet");
    servlet.setClassName(War.SERVLET);
    servlet.setAsyncSupported(true);
    context.addServlet(servlet, "/*");
    return context;
  }

  private static ServletHolder holder(String name, Servlet servlet) {
    var holder = new ServletHolder(servlet);
    holder.setName(name);
    holder.setAsyncSupported(true);
    return holder;
  }
}
