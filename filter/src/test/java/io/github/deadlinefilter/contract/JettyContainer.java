package io.github.deadlinefilter.contract;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.server.HTTP2CServerConnectionFactory;
import org.eclipse.jetty.io.RateControl;
import org.eclipse.jetty.security.Authenticator;
import org.eclipse.jetty.security.HashLoginService;
import org.eclipse.jetty.security.LoginService;
import org.eclipse.jetty.security.UserStore;
import org.eclipse.jetty.security.authentication.BasicAuthenticator;
import org.eclipse.jetty.security.authentication.FormAuthenticator;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.server.handler.ContextHandler;
import org.eclipse.jetty.server.handler.ContextHandlerCollection;
import org.eclipse.jetty.util.Blocker;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.security.Credential;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/** Jetty 12.1 with one of its servlet environments, embedded. */
final class JettyContainer implements TestContainer {
  /** One acceptor and one selector: threads of the pool that never run a request. */
  private static final int OWN_THREADS = 2;

  private static final long STOP_MILLIS = 1_000;

  /** Makes the handler that holds an application: all that the environments differ in. */
  interface Environment {
    ContextHandler context(Application application, ScratchFolder folder) throws Exception;

    /** Has no context path yet, and no class loader. */
    ContextHandler context(War war);
  }

  private final Environment environment;
  private final ContainerLog log = ContainerLog.open();
  private Wire wire = Wire.HTTP_1_1;
  private @Nullable ScratchFolder folder;
  private VirtualThreads.@Nullable Counted virtualThreads;
  private @Nullable QueuedThreadPool pool;
  private @Nullable Server server;
  private @Nullable ServerConnector connector;
  private @Nullable ContextHandlerCollection contexts;

  JettyContainer(Environment environment) {
    this.environment = environment;
  }

  @Override
  public void start(Application application, Options options) throws Exception {
    wire = options.wire();
    folder = new ScratchFolder();
    pool = new QueuedThreadPool(options.threads() + OWN_THREADS, OWN_THREADS);
    pool.setName("jetty");
    pool.setDaemon(true);
    pool.setReservedThreads(0);
    pool.setStopTimeout(STOP_MILLIS);
    if (options.virtualThreads()) {
      virtualThreads = new VirtualThreads.Counted();
      pool.setVirtualThreadsExecutor(virtualThreads);
    }
    server = new Server(pool);

    var http = new HttpConfiguration();
    List<ConnectionFactory> protocols = new ArrayList<>();
    if (wire == Wire.TLS) {
      var tls = new SslContextFactory.Server();
      tls.setKeyStore(Certificate.keyStore());
      tls.setKeyStorePassword(Certificate.password());
      http.addCustomizer(new SecureRequestCustomizer(/* sniHostCheck= */ false));
      protocols.add(new SslConnectionFactory(tls, HttpVersion.HTTP_1_1.asString()));
    }
    protocols.add(new HttpConnectionFactory(http));
    if (wire == Wire.H2C) {
      var http2 = new HTTP2CServerConnectionFactory(http);
      http2.setRateControlFactory(new RateControl.Factory() {}); // tests reset many streams
      protocols.add(http2);
    }
    connector = new ServerConnector(server, 1, 1, protocols.toArray(ConnectionFactory[]::new));
    connector.setHost("127.0.0.1");
    connector.setPort(0);
    connector.setIdleTimeout(options.idleTimeout().toMillis());
    server.addConnector(connector);
    contexts =
        new ContextHandlerCollection(/* dynamic= */ true, environment.context(application, folder));
    server.setHandler(
        wire == Wire.H2C && options.wholeErrorPages() ? new WholeErrorPages(contexts) : contexts);
    server.start();
  }

  @Override
  public Deployed deploy(War war) throws Exception {
    return JettyWar.deploy(started(contexts), environment, war);
  }

  @Override
  public int port() {
    return started(connector).getLocalPort();
  }

  @Override
  public Wire wire() {
    return wire;
  }

  @Override
  public int busyThreads() {
    return virtualThreads == null ? started(pool).getUtilizedThreads() : virtualThreads.running();
  }

  @Override
  public int mostThreads() {
    return started(pool).getMaxThreads() - OWN_THREADS;
  }

  @Override
  public int connections() {
    return started(connector).getConnectedEndPoints().size();
  }

  @Override
  public ContainerLog log() {
    return log;
  }

  @Override
  public void close() {
    try {
      if (server != null) {
        BoundedStop.of(toString(), server::stop);
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
    return "Jetty " + Server.getVersion();
  }

  static LoginService loginService() {
    var users = new UserStore();
    Login.USERS.forEach(
        (name, role) ->
            users.addUser(name, Credential.getCredential(Login.PASSWORD), new String[] {role}));
    var service = new HashLoginService(Login.REALM);
    service.setUserStore(users);
    return service;
  }

  static Authenticator authenticator(Login login) {
    return login == Login.BASIC
        ? new BasicAuthenticator()
        : new FormAuthenticator(Login.PAGE, Login.ERROR_PAGE, /* dispatch= */ false);
  }

  private static <T> T started(@Nullable T part) {
    return Objects.requireNonNull(part, "Jetty is not started");
  }

  /** Each write of an error has been made when it returns: the next one finds none that waits. */
  private static final class WholeErrorPages extends Handler.Wrapper {
    WholeErrorPages(Handler handler) {
      super(handler);
    }

    @Override
    public boolean handle(
        Request request, org.eclipse.jetty.server.Response response, Callback callback)
        throws Exception {
      request.addHttpStreamWrapper(Waiting::new);
      return super.handle(request, response, callback);
    }

    private static final class Waiting extends HttpStream.Wrapper {
      Waiting(HttpStream stream) {
        super(stream);
      }

      @Override
      public void send(
          MetaData.Request request,
          MetaData.@Nullable Response response,
          boolean last,
          @Nullable ByteBuffer content,
          Callback callback) {
        if (response == null || response.getStatus() < 400) {
          super.send(request, response, last, content, callback);
          return;
        }
        try (Blocker.Callback sent = Blocker.callback()) {
          super.send(request, response, last, content, sent);
          sent.block();
        } catch (IOException e) {
          callback.failed(e);
          return;
        }
        callback.succeeded();
      }
    }
  }
}
