package io.github.deadlinefilter;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletConnection;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletMapping;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import jakarta.servlet.http.HttpUpgradeHandler;
import jakarta.servlet.http.Part;
import jakarta.servlet.http.PushBuilder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UnsupportedEncodingException;
import java.nio.charset.Charset;
import java.security.Principal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Enumeration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The request that the application sees. Every call that reaches the container's request passes the
 * run's fence; afterwards it fails with {@link DeadlineExceededException}. What the container gives
 * out and uses again for later requests (enumerations and maps over its own buffers, cookies) is
 * copied.
 *
 * <p>All calls go through {@code super} and so through {@link #getRequest()}, because containers
 * put wrappers of their own below this one during a forward or an include.
 *
 * <p>Called on any thread of the application.
 */
final class GuardedRequest extends HttpServletRequestWrapper {
  final RequestRun run;

  private volatile @Nullable GuardedInput input;
  private volatile @Nullable GuardedReader reader;

  GuardedRequest(RequestRun run, HttpServletRequest request) {
    super(request);
    this.run = run;
  }

  // ---- what the guard itself has to decide

  /** Unwrapping a dead guard is as good as a call to what is below it. */
  @Override
  public ServletRequest getRequest() {
    if (run.phase() > RunState.ENDING && !run.isOutside()) {
      throw run.over();
    }
    return super.getRequest();
  }

  @Override
  public ServletInputStream getInputStream() throws IOException {
    return run.read(
        () -> {
          ServletInputStream real = super.getInputStream();
          GuardedInput guarded = input;
          if (guarded == null || guarded.real() != real) {
            guarded = new GuardedInput(run, real);
            input = guarded;
          }
          return guarded;
        });
  }

  @Override
  public BufferedReader getReader() throws IOException {
    return run.read(
        () -> {
          BufferedReader real = run.runs().quirks().withoutGuards(run.request, super::getReader);
          GuardedReader guarded = reader;
          if (guarded == null || guarded.real() != real) {
            guarded = new GuardedReader(run, real);
            reader = guarded;
          }
          return guarded;
        });
  }

  /**
   * True only if the container may take the two for its own request and response: rule of the
   * specification, seen as if there were no guards.
   */
  private boolean isOriginal(ServletRequest request, ServletResponse response) {
    return request instanceof GuardedRequest guard
        && response instanceof GuardedResponse other
        && guard.run == run
        && other.run == run
        && guard.getRequest() == run.request
        && other.getResponse() == run.response;
  }

  /**
   * The container brings a dispatch back with what it was started with, through the filters outside
   * as well, and those must not meet a guard that throws when the run is over.
   */
  @Override
  public AsyncContext startAsync() {
    return run.call(
        () ->
            run.async()
                .start(
                    () -> run.runs().quirks().withoutGuards(run.request, super::startAsync),
                    /* original= */ true));
  }

  @Override
  public AsyncContext startAsync(ServletRequest request, ServletResponse response) {
    return run.call(
        () ->
            isOriginal(request, response)
                ? run.async()
                    .start(() -> super.startAsync(run.request, run.response), /* original= */ true)
                : run.async()
                    .start(
                        () ->
                            super.startAsync(
                                Wrappers.unguarded(request), Wrappers.unguarded(response)),
                        /* original= */ false));
  }

  @Override
  public AsyncContext getAsyncContext() {
    return run.call(
        () -> {
          AsyncContext real = super.getAsyncContext(); // throws if there is none in this pass
          AsyncContext guarded = run.async().context();
          return guarded == null ? real : guarded;
        });
  }

  @Override
  public @Nullable RequestDispatcher getRequestDispatcher(String path) {
    return run.call(
        () -> {
          RequestDispatcher real = super.getRequestDispatcher(path);
          return real == null ? null : new GuardedDispatcher(this, real);
        });
  }

  @Override
  @SuppressWarnings("deprecation") // of the interface, since nobody implements server push any more
  public @Nullable PushBuilder newPushBuilder() {
    return run.call(
        () -> {
          PushBuilder real = super.newPushBuilder();
          return real == null ? null : new GuardedPushBuilder(run, real);
        });
  }

  @Override
  public @Nullable HttpSession getSession(boolean create) {
    return create
        ? run.heading(() -> super.getSession(true))
        : run.call(() -> super.getSession(false));
  }

  @Override
  public HttpSession getSession() {
    return run.heading(super::getSession);
  }

  @Override
  public String changeSessionId() {
    return run.heading(super::changeSessionId);
  }

  @Override
  public boolean authenticate(HttpServletResponse response) throws IOException, ServletException {
    return this.<Boolean>guardServlet(
        RunState.HEAD,
        () -> {
          run.head.remember();
          return super.authenticate(response);
        });
  }

  @Override
  public void login(String user, String password) throws ServletException {
    run.<@Nullable Void, ServletException>heading(
        () -> {
          super.login(user, password);
          return null;
        });
  }

  @Override
  public void logout() throws ServletException {
    run.<@Nullable Void, ServletException>heading(
        () -> {
          super.logout();
          return null;
        });
  }

  @Override
  public <T extends HttpUpgradeHandler> T upgrade(Class<T> handler)
      throws IOException, ServletException {
    return guardServlet(
        RunState.READ,
        () -> {
          boolean done = false;
          run.upgraded(true);
          try {
            T made = super.upgrade(handler);
            done = true;
            return made;
          } finally {
            run.upgraded(done);
          }
        });
  }

  @Override
  public Collection<Part> getParts() throws IOException, ServletException {
    return this.<Collection<Part>>guardServlet(
        RunState.READ,
        () -> {
          List<Part> parts = new ArrayList<>();
          for (Part part : super.getParts()) {
            parts.add(new GuardedPart(run, part));
          }
          return run.uncut(parts);
        });
  }

  @Override
  public @Nullable Part getPart(String name) throws IOException, ServletException {
    return this.<@Nullable Part>guardServlet(
        RunState.READ,
        () -> {
          Part part = run.uncut(super.getPart(name));
          return part == null ? null : new GuardedPart(run, part);
        });
  }

  @FunctionalInterface
  private interface ServletCall<T extends @Nullable Object> {
    @Nullable T call() throws IOException, ServletException;
  }

  /** As the methods of the run, for what may throw two kinds of checked exceptions. */
  @SuppressWarnings("NullAway") // what the container returns is what the caller declares
  private <T extends @Nullable Object> T guardServlet(long unit, ServletCall<T> call)
      throws IOException, ServletException {
    run.enterOrThrow(unit);
    InterruptFence scope = unit == RunState.READ ? run.shieldFromScopes() : null;
    try {
      return call.call();
    } catch (IOException | ServletException | RuntimeException e) {
      RuntimeException over = unit == RunState.READ ? run.brokenOff(e) : null;
      if (over != null) {
        throw over;
      }
      throw e;
    } finally {
      run.exit(unit);
      run.unshield(scope);
    }
  }

  /** Listeners compare the request of an event with theirs, and events carry the container's. */
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ServletRequest request
        && (request == this || innermostOf(request) == run.request);
  }

  private static ServletRequest innermostOf(ServletRequest request) {
    GuardedRequest guard = Wrappers.guard(request);
    return guard != null ? guard.run.request : Wrappers.innermost(request);
  }

  @Override
  public int hashCode() {
    return run.request.hashCode();
  }

  // ---- copies of what the container uses again

  private static <T> Enumeration<T> copy(Enumeration<T> live) {
    return Collections.enumeration(Collections.list(live));
  }

  @Override
  public Cookie @Nullable [] getCookies() {
    return run.call(
        () -> {
          Cookie[] live = super.getCookies();
          if (live == null) {
            return null;
          }
          Cookie[] copy = new Cookie[live.length];
          for (int i = 0; i < live.length; i++) {
            copy[i] = (Cookie) live[i].clone();
          }
          return copy;
        });
  }

  @Override
  public @Nullable Enumeration<String> getHeaders(String name) {
    return run.call(
        () -> {
          Enumeration<String> live = super.getHeaders(name);
          return live == null ? null : copy(live);
        });
  }

  @Override
  public @Nullable Enumeration<String> getHeaderNames() {
    return run.call(
        () -> {
          Enumeration<String> live = super.getHeaderNames();
          return live == null ? null : copy(live);
        });
  }

  @Override
  public Enumeration<String> getAttributeNames() {
    return run.call(() -> copy(super.getAttributeNames()));
  }

  @Override
  public Enumeration<Locale> getLocales() {
    return run.call(() -> copy(super.getLocales()));
  }

  @Override
  public Enumeration<String> getParameterNames() {
    return run.read(() -> copy(super.getParameterNames()));
  }

  @Override
  public Map<String, String[]> getParameterMap() {
    return run.read(
        () -> Collections.unmodifiableMap(new LinkedHashMap<>(super.getParameterMap())));
  }

  @Override
  public @Nullable Map<String, String> getTrailerFields() {
    return run.call(
        () -> {
          Map<String, String> live = super.getTrailerFields();
          return live == null ? null : new LinkedHashMap<>(live);
        });
  }

  // ---- Servlet 6.1: overrides there, and there only

  /** Overrides ServletRequest#setCharacterEncoding(Charset) of Servlet 6.1. */
  public void setCharacterEncoding(Charset encoding) {
    run.call(() -> Servlet61.setCharacterEncoding(super.getRequest(), encoding));
  }

  // ---- plain calls

  @Override
  public @Nullable String getAuthType() {
    return run.call(() -> super.getAuthType());
  }

  @Override
  public @Nullable String getPathInfo() {
    return run.call(() -> super.getPathInfo());
  }

  @Override
  public @Nullable String getPathTranslated() {
    return run.call(() -> super.getPathTranslated());
  }

  @Override
  public @Nullable String getQueryString() {
    return run.call(() -> super.getQueryString());
  }

  @Override
  public @Nullable String getRemoteUser() {
    return run.call(() -> super.getRemoteUser());
  }

  @Override
  public @Nullable String getRequestedSessionId() {
    return run.call(() -> super.getRequestedSessionId());
  }

  @Override
  public String getMethod() {
    return run.call(() -> super.getMethod());
  }

  @Override
  public String getContextPath() {
    return run.call(() -> super.getContextPath());
  }

  @Override
  public String getRequestURI() {
    return run.call(() -> super.getRequestURI());
  }

  @Override
  public String getServletPath() {
    return run.call(() -> super.getServletPath());
  }

  @Override
  public String getProtocol() {
    return run.call(() -> super.getProtocol());
  }

  @Override
  public String getScheme() {
    return run.call(() -> super.getScheme());
  }

  @Override
  public String getServerName() {
    return run.call(() -> super.getServerName());
  }

  @Override
  public String getRemoteAddr() {
    return run.call(() -> super.getRemoteAddr());
  }

  @Override
  public String getRemoteHost() {
    return run.call(() -> super.getRemoteHost());
  }

  @Override
  public String getLocalName() {
    return run.call(() -> super.getLocalName());
  }

  @Override
  public String getLocalAddr() {
    return run.call(() -> super.getLocalAddr());
  }

  @Override
  public String getRequestId() {
    return run.call(() -> super.getRequestId());
  }

  @Override
  public String getProtocolRequestId() {
    return run.call(() -> super.getProtocolRequestId());
  }

  @Override
  public StringBuffer getRequestURL() {
    return run.call(() -> super.getRequestURL());
  }

  @Override
  public @Nullable String getCharacterEncoding() {
    return run.call(() -> super.getCharacterEncoding());
  }

  @Override
  public @Nullable String getContentType() {
    return run.call(() -> super.getContentType());
  }

  @Override
  public int getServerPort() {
    return run.call(() -> super.getServerPort());
  }

  @Override
  public int getRemotePort() {
    return run.call(() -> super.getRemotePort());
  }

  @Override
  public int getLocalPort() {
    return run.call(() -> super.getLocalPort());
  }

  @Override
  public int getContentLength() {
    return run.call(() -> super.getContentLength());
  }

  @Override
  public long getContentLengthLong() {
    return run.call(() -> super.getContentLengthLong());
  }

  @Override
  public boolean isRequestedSessionIdValid() {
    return run.call(() -> super.isRequestedSessionIdValid());
  }

  @Override
  public boolean isRequestedSessionIdFromCookie() {
    return run.call(() -> super.isRequestedSessionIdFromCookie());
  }

  @Override
  public boolean isRequestedSessionIdFromURL() {
    return run.call(() -> super.isRequestedSessionIdFromURL());
  }

  @Override
  public boolean isSecure() {
    return run.call(() -> super.isSecure());
  }

  @Override
  public boolean isAsyncStarted() {
    return run.call(() -> super.isAsyncStarted());
  }

  @Override
  public boolean isAsyncSupported() {
    return run.call(() -> super.isAsyncSupported());
  }

  @Override
  public boolean isTrailerFieldsReady() {
    return run.call(() -> super.isTrailerFieldsReady());
  }

  @Override
  public long getDateHeader(String name) {
    return run.call(() -> super.getDateHeader(name));
  }

  @Override
  public @Nullable String getHeader(String name) {
    return run.call(() -> super.getHeader(name));
  }

  @Override
  public int getIntHeader(String name) {
    return run.call(() -> super.getIntHeader(name));
  }

  @Override
  public HttpServletMapping getHttpServletMapping() {
    return run.call(() -> super.getHttpServletMapping());
  }

  @Override
  public boolean isUserInRole(String role) {
    return run.call(() -> super.isUserInRole(role));
  }

  @Override
  public @Nullable Principal getUserPrincipal() {
    return run.call(() -> super.getUserPrincipal());
  }

  @Override
  public @Nullable Object getAttribute(String name) {
    return run.call(() -> super.getAttribute(name));
  }

  @Override
  public void setAttribute(String name, Object value) {
    run.call(() -> super.setAttribute(name, value));
  }

  @Override
  public void removeAttribute(String name) {
    run.call(() -> super.removeAttribute(name));
  }

  @Override
  public void setCharacterEncoding(String encoding) throws UnsupportedEncodingException {
    run.read(
        () -> {
          super.setCharacterEncoding(encoding);
          return null;
        });
  }

  @Override
  public Locale getLocale() {
    return run.call(() -> super.getLocale());
  }

  @Override
  public ServletContext getServletContext() {
    return run.call(() -> super.getServletContext());
  }

  @Override
  public DispatcherType getDispatcherType() {
    return run.call(() -> super.getDispatcherType());
  }

  @Override
  public ServletConnection getServletConnection() {
    return run.call(() -> super.getServletConnection());
  }

  @Override
  public @Nullable String getParameter(String name) {
    return run.read(() -> super.getParameter(name));
  }

  @Override
  public String @Nullable [] getParameterValues(String name) {
    return run.read(() -> super.getParameterValues(name));
  }
}
