package io.github.deadlinefilter.contract;

import io.undertow.Handlers;
import io.undertow.Undertow;
import io.undertow.UndertowOptions;
import io.undertow.Version;
import io.undertow.server.handlers.PathHandler;
import io.undertow.server.handlers.resource.PathResourceManager;
import io.undertow.servlet.Servlets;
import io.undertow.servlet.api.DeploymentInfo;
import io.undertow.servlet.api.DeploymentManager;
import io.undertow.servlet.api.ErrorPage;
import io.undertow.servlet.api.FilterInfo;
import io.undertow.servlet.api.ListenerInfo;
import io.undertow.servlet.api.LoginConfig;
import io.undertow.servlet.api.SecurityConstraint;
import io.undertow.servlet.api.ServletInfo;
import io.undertow.servlet.api.WebResourceCollection;
import io.undertow.servlet.util.ImmediateInstanceFactory;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.Servlet;
import java.net.InetSocketAddress;
import java.util.EventListener;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioWorker;

/** Undertow 2.3, embedded. */
final class UndertowContainer implements TestContainer {
  private final List<UndertowWar> wars = new CopyOnWriteArrayList<>();
  private static final long STOP_MILLIS = 1_000;

  private final ContainerLog log = ContainerLog.open();
  private Wire wire = Wire.HTTP_1_1;
  private @Nullable ScratchFolder folder;
  private VirtualThreads.@Nullable Counted virtualThreads;
  private @Nullable ThreadPoolExecutor pool;
  private @Nullable DeploymentManager deployment;
  private @Nullable PathHandler paths;
  private @Nullable Undertow server;

  @Override
  public void start(Application application, Options options) throws Exception {
    wire = options.wire();
    folder = new ScratchFolder();
    DeploymentInfo info = describe(application, folder);
    Executor threads;
    if (options.virtualThreads()) {
      threads = virtualThreads = new VirtualThreads.Counted();
    } else {
      threads = pool = (ThreadPoolExecutor) Executors.newFixedThreadPool(options.threads());
    }
    info.setExecutor(threads).setAsyncExecutor(threads);
    deployment = Servlets.defaultContainer().addDeployment(info);
    deployment.deploy();
    paths = Handlers.path().addPrefixPath(info.getContextPath(), deployment.start());
    Undertow.Builder builder = Undertow.builder();
    if (wire == Wire.TLS) {
      builder.addHttpsListener(0, "127.0.0.1", Certificate.context(), paths);
    } else {
      builder.addHttpListener(0, "127.0.0.1", paths);
    }
    if (options.watchBuffers()) {
      builder.setByteBufferPool(new WatchedBuffers());
    }
    server =
        builder
            .setIoThreads(1)
            .setServerOption(UndertowOptions.ENABLE_HTTP2, wire == Wire.H2C)
            .setServerOption(UndertowOptions.ENABLE_STATISTICS, true)
            .setServerOption(
                UndertowOptions.IDLE_TIMEOUT, Math.toIntExact(options.idleTimeout().toMillis()))
            .build();
    server.start();
  }

  private static DeploymentInfo describe(Application application, ScratchFolder folder)
      throws Exception {
    var info =
        new DeploymentInfo()
            .setDeploymentName("contract")
            .setClassLoader(UndertowContainer.class.getClassLoader())
            .setContextPath(application.contextPath.isEmpty() ? "/" : application.contextPath)
            .setTempDir(folder.work())
            // Else a filter that refuses its settings refuses requests, not the deployment.
            .setEagerFilterInit(true)
            .setResourceManager(
                PathResourceManager.builder()
                    .setBase(folder.site(application.staticFiles))
                    .setAllowResourceChangeListeners(false)
                    .build());
    info.addWelcomePages(application.welcomeFiles);
    if (application.login != null) {
      secure(info, application.login);
    }
    for (EventListener listener : application.listeners) {
      info.addListener(listener(listener.getClass(), listener));
    }
    for (Application.FilterEntry entry : application.filters) {
      Class<? extends Filter> type = entry.filter.getClass();
      var filter = new FilterInfo(entry.name, type, new ImmediateInstanceFactory<>(entry.filter));
      filter.setAsyncSupported(entry.asyncSupported);
      entry.initParams.forEach(filter::addInitParam);
      info.addFilter(filter);
      for (DispatcherType dispatcher : entry.dispatchers) {
        info.addFilterUrlMapping(entry.name, entry.pattern, dispatcher);
      }
    }
    for (Application.ServletEntry entry : application.servlets) {
      Class<? extends Servlet> type = entry.servlet.getClass();
      var servlet =
          new ServletInfo(entry.name, type, new ImmediateInstanceFactory<>(entry.servlet));
      servlet.addMapping(entry.pattern).setAsyncSupported(entry.asyncSupported);
      servlet.setMultipartConfig(entry.multipart);
      entry.initParams.forEach(servlet::addInitParam);
      info.addServlet(servlet);
    }
    application.errorPagesByStatus.forEach(
        (status, path) -> info.addErrorPage(new ErrorPage(path, status)));
    application.errorPagesByException.forEach(
        (exception, path) -> info.addErrorPage(new ErrorPage(path, exception)));
    return info;
  }

  private static void secure(DeploymentInfo info, Login login) {
    info.setIdentityManager(new UndertowIdentities());
    info.setLoginConfig(
        login == Login.BASIC
            ? new LoginConfig("BASIC", Login.REALM)
            : new LoginConfig("FORM", Login.REALM, Login.PAGE, Login.ERROR_PAGE));
    info.addSecurityRoles(Login.USERS.values());
    info.addSecurityConstraint(
        new SecurityConstraint()
            .addWebResourceCollection(new WebResourceCollection().addUrlPattern(Login.PATTERN))
            .addRoleAllowed(Login.ROLE));
  }

  private static ListenerInfo listener(
      Class<? extends EventListener> type, EventListener listener) {
    return new ListenerInfo(type, new ImmediateInstanceFactory<>(listener));
  }

  @Override
  public Deployed deploy(War war) throws Exception {
    UndertowWar deployed = UndertowWar.deploy(started(paths), war, wars);
    wars.add(deployed);
    return deployed;
  }

  @Override
  public int port() {
    return ((InetSocketAddress) started(server).getListenerInfo().get(0).getAddress()).getPort();
  }

  @Override
  public Wire wire() {
    return wire;
  }

  @Override
  public int busyThreads() {
    return virtualThreads == null ? started(pool).getActiveCount() : virtualThreads.running();
  }

  @Override
  public int mostThreads() {
    return virtualThreads == null ? started(pool).getMaximumPoolSize() : Integer.MAX_VALUE;
  }

  @Override
  public int connections() {
    return Math.toIntExact(
        started(server).getListenerInfo().get(0).getConnectorStatistics().getActiveConnections());
  }

  @Override
  public ContainerLog log() {
    return log;
  }

  @Override
  public void close() {
    try {
      if (server != null) {
        Undertow running = Objects.requireNonNull(server);
        BoundedStop.of(
            toString(),
            () -> {
              XnioWorker worker = running.getWorker();
              for (UndertowWar war : wars) {
                war.undeploy();
              }
              started(deployment).stop();
              started(deployment).undeploy();
              running.stop();
              worker.awaitTermination(STOP_MILLIS, TimeUnit.MILLISECONDS);
            });
      }
    } finally {
      if (virtualThreads != null) {
        virtualThreads.close();
      }
      if (pool != null) {
        pool.shutdownNow();
      }
      if (folder != null) {
        folder.close();
      }
      log.close();
    }
  }

  @Override
  public String toString() {
    return "Undertow " + Version.getVersionString();
  }

  private static <T> T started(@Nullable T part) {
    return Objects.requireNonNull(part, "Undertow is not started");
  }
}
