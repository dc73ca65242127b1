package io.github.deadlinefilter.contract;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.Servlet;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;
import java.net.InetAddress;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.logging.LogRecord;
import org.apache.catalina.authenticator.BasicAuthenticator;
import org.apache.catalina.authenticator.FormAuthenticator;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.core.StandardContext;
import org.apache.catalina.servlets.DefaultServlet;
import org.apache.catalina.startup.Tomcat;
import org.apache.catalina.util.ServerInfo;
import org.apache.coyote.Adapter;
import org.apache.coyote.http11.Http11NioProtocol;
import org.apache.coyote.http2.Http2Protocol;
import org.apache.tomcat.util.IntrospectionUtils;
import org.apache.tomcat.util.descriptor.web.ErrorPage;
import org.apache.tomcat.util.descriptor.web.FilterDef;
import org.apache.tomcat.util.descriptor.web.FilterMap;
import org.apache.tomcat.util.descriptor.web.LoginConfig;
import org.apache.tomcat.util.descriptor.web.SecurityCollection;
import org.apache.tomcat.util.descriptor.web.SecurityConstraint;
import org.apache.tomcat.util.net.NioEndpoint;
import org.apache.tomcat.util.net.SSLHostConfig;
import org.apache.tomcat.util.net.SSLHostConfigCertificate;
import org.apache.tomcat.util.threads.ThreadPoolExecutor;
import org.jspecify.annotations.Nullable;

/**
 * Tomcat 10.1 or 11.0, embedded. Compiled against 10.1: only what 11.0 has with the same descriptor
 * may be called here.
 */
final class TomcatContainer implements TestContainer {
  /** Not wary of the small frames and of the many resets that tests are made of. */
  private static Http2Protocol http2() {
    var http2 = new Http2Protocol();
    http2.setOverheadCountFactor(0);
    http2.setOverheadDataThreshold(0);
    http2.setOverheadWindowUpdateThreshold(0);
    http2.setOverheadResetFactor(0);
    return http2;
  }

  private static final long STOP_MILLIS = 1_000;

  private final ContainerLog log = ContainerLog.open();
  private final NioEndpoint endpoint = new NioEndpoint();
  private final Http11NioProtocol protocol = new Http11NioProtocol(endpoint);
  private Wire wire = Wire.HTTP_1_1;
  private @Nullable ScratchFolder folder;
  private VirtualThreads.@Nullable Counted virtualThreads;
  private @Nullable Tomcat tomcat;

  @Override
  public void start(Application application, Options options) throws Exception {
    wire = options.wire();
    folder = new ScratchFolder();
    // Tomcat leaves these behind, and the next Tomcat would make the folder of the last one again.
    System.clearProperty("catalina.home");
    System.clearProperty("catalina.base");
    tomcat = new Tomcat();
    tomcat.setBaseDir(folder.work().toString());

    endpoint.setExecutorTerminationTimeoutMillis(STOP_MILLIS);
    protocol.setAddress(InetAddress.getLoopbackAddress());
    protocol.setPort(0);
    protocol.setMaxThreads(options.threads());
    // All from the start. Before Java 24 a thread keeps the classes of whoever started it, and
    // Tomcat may start one in an application's complete().
    protocol.setMinSpareThreads(options.threads());
    int idleMillis = Math.toIntExact(options.idleTimeout().toMillis());
    protocol.setConnectionTimeout(idleMillis);
    protocol.setKeepAliveTimeout(idleMillis);
    if (options.virtualThreads()) {
      virtualThreads = new VirtualThreads.Counted();
      protocol.setExecutor(virtualThreads);
    }
    if (wire == Wire.H2C) {
      protocol.addUpgradeProtocol(http2());
    } else if (wire == Wire.TLS) {
      protocol.setSSLEnabled(true);
      protocol.addSslHostConfig(tls());
    }
    var connector = new Connector(protocol);
    connector.setDiscardFacades(options.discardFacades());
    connector.setThrowOnFailure(true);
    tomcat.setConnector(connector);

    StandardContext context = context(tomcat, application, folder);
    tomcat.start();
    if (!context.getState().isAvailable()) {
      throw refusal();
    }
  }

  private static SSLHostConfig tls() throws Exception {
    var host = new SSLHostConfig();
    var certificate = new SSLHostConfigCertificate(host, SSLHostConfigCertificate.Type.UNDEFINED);
    certificate.setCertificateKeystoreType(Certificate.TYPE); // it makes another of that type
    certificate.setCertificateKeystore(Certificate.keyStore());
    certificate.setCertificateKeystorePassword(Certificate.password());
    host.addCertificate(certificate);
    return host;
  }

  private static StandardContext context(
      Tomcat tomcat, Application application, ScratchFolder folder) throws Exception {
    var context =
        (StandardContext)
            tomcat.addContext(
                application.contextPath, folder.site(application.staticFiles).toString());
    withoutJvmFlags(context);
    context.setUnloadDelay(STOP_MILLIS);
    context.addServletContainerInitializer(
        (classes, deployed) -> deploy(application, deployed), /* classes= */ null);

    application.welcomeFiles.forEach(context::addWelcomeFile);
    if (!application.executors.isEmpty()) {
      tomcat.enableNaming();
      NamedExecutors.bind(context, application.executors);
    }
    if (application.login != null) {
      secure(tomcat, context, application.login);
    }
    for (Application.FilterEntry entry : application.filters) {
      var definition = new FilterDef();
      definition.setFilterName(entry.name);
      definition.setFilter(entry.filter);
      definition.setAsyncSupported(Boolean.toString(entry.asyncSupported));
      entry.initParams.forEach(definition::addInitParameter);
      context.addFilterDef(definition);
      var map = new FilterMap();
      map.setFilterName(entry.name);
      map.addURLPattern(entry.pattern);
      for (DispatcherType dispatcher : entry.dispatchers) {
        map.setDispatcher(dispatcher.name());
      }
      context.addFilterMap(map);
    }
    application.errorPagesByStatus.forEach(
        (status, path) -> {
          var page = new ErrorPage();
          page.setErrorCode(status);
          page.setLocation(path);
          context.addErrorPage(page);
        });
    application.errorPagesByException.forEach(
        (exception, path) -> {
          var page = new ErrorPage();
          page.setExceptionType(exception.getName());
          page.setLocation(path);
          context.addErrorPage(page);
        });
    return context;
  }

  private static void secure(Tomcat tomcat, StandardContext context, Login login) {
    Login.USERS.forEach(
        (name, role) -> {
          tomcat.addUser(name, Login.PASSWORD);
          tomcat.addRole(name, role);
          context.addSecurityRole(role);
        });
    boolean form = login == Login.FORM;
    context.setLoginConfig(
        new LoginConfig(
            login.name(), Login.REALM, form ? Login.PAGE : null, form ? Login.ERROR_PAGE : null));
    context.getPipeline().addValve(form ? new FormAuthenticator() : new BasicAuthenticator());
    var keepers = new SecurityCollection();
    keepers.addPattern(Login.PATTERN);
    var constraint = new SecurityConstraint();
    constraint.addCollection(keepers);
    constraint.addAuthRole(Login.ROLE);
    context.addConstraint(constraint);
  }

  /** Without what Tomcat cannot clear when a context stops unless the JVM has flags for it. */
  static void withoutJvmFlags(StandardContext context) {
    context.setClearReferencesRmiTargets(false);
    context.setClearReferencesThreadLocals(false);
    // Tomcat 11 has no such check any more, and no such setter.
    IntrospectionUtils.setProperty(context, "clearReferencesObjectStreamClassCaches", "false");
  }

  private static void deploy(Application application, ServletContext context) {
    application.listeners.forEach(context::addListener);
    add(context, "default", "/", new DefaultServlet());
    for (Application.ServletEntry entry : application.servlets) {
      ServletRegistration.Dynamic added = add(context, entry.name, entry.pattern, entry.servlet);
      added.setAsyncSupported(entry.asyncSupported);
      added.setInitParameters(entry.initParams);
      if (entry.multipart != null) {
        added.setMultipartConfig(entry.multipart);
      }
    }
  }

  private static ServletRegistration.Dynamic add(
      ServletContext context, String name, String pattern, Servlet servlet) {
    ServletRegistration.Dynamic added = context.addServlet(name, servlet);
    added.setAsyncSupported(true);
    added.addMapping(pattern);
    return added;
  }

  /** Tomcat logs why a context does not start, and throws nothing: the log has the exception. */
  private Exception refusal() {
    for (LogRecord record : log.warnings()) {
      if (record.getThrown() instanceof Exception cause) {
        return cause;
      }
    }
    return new IllegalStateException(
        "Tomcat does not start the context:\n" + ContainerLog.lines(log.warnings()));
  }

  /**
   * To be called before the first request: what Tomcat has between its connector and its engine.
   */
  void adapt(UnaryOperator<Adapter> adapter) {
    protocol.setAdapter(adapter.apply(protocol.getAdapter()));
  }

  @Override
  public Deployed deploy(War war) throws Exception {
    return TomcatWar.deploy(Objects.requireNonNull(tomcat, "Tomcat is not started").getHost(), war);
  }

  @Override
  public int port() {
    return protocol.getLocalPort();
  }

  @Override
  public Wire wire() {
    return wire;
  }

  @Override
  public int busyThreads() {
    if (virtualThreads != null) {
      return virtualThreads.running();
    }
    return protocol.getExecutor() instanceof ThreadPoolExecutor pool ? pool.getActiveCount() : 0;
  }

  @Override
  public int mostThreads() {
    return protocol.getExecutor() instanceof ThreadPoolExecutor pool
        ? pool.getMaximumPoolSize()
        : Integer.MAX_VALUE;
  }

  @Override
  public int connections() {
    // The protocol's own count has the connection that the acceptor still waits for.
    return endpoint.getConnections().size();
  }

  @Override
  public ContainerLog log() {
    return log;
  }

  @Override
  public void close() {
    try {
      if (tomcat != null) {
        Tomcat running = Objects.requireNonNull(tomcat);
        BoundedStop.of(
            toString(),
            () -> {
              running.stop();
              running.destroy();
            });
      }
    } finally {
      if (virtualThreads != null) {
        virtualThreads.close();
      }
      if (folder != null) {
        folder.close();
      }
      log.close();
    }
  }

  @Override
  public String toString() {
    return ServerInfo.getServerInfo();
  }
}
