package io.github.deadlinefilter;

import jakarta.servlet.http.PushBuilder;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A push that is built by a late worker is not sent on the connection that others use by then. */
@SuppressWarnings("deprecation") // of the interface, since nobody implements server push any more
final class GuardedPushBuilder implements PushBuilder {
  private final RequestRun run;
  private final PushBuilder real;

  GuardedPushBuilder(RequestRun run, PushBuilder real) {
    this.run = run;
    this.real = real;
  }

  private PushBuilder then(Runnable call) {
    run.call(call);
    return this;
  }

  @Override
  public PushBuilder method(String method) {
    return then(() -> real.method(method));
  }

  @Override
  public PushBuilder queryString(String queryString) {
    return then(() -> real.queryString(queryString));
  }

  @Override
  public PushBuilder sessionId(String sessionId) {
    return then(() -> real.sessionId(sessionId));
  }

  @Override
  public PushBuilder setHeader(String name, String value) {
    return then(() -> real.setHeader(name, value));
  }

  @Override
  public PushBuilder addHeader(String name, String value) {
    return then(() -> real.addHeader(name, value));
  }

  @Override
  public PushBuilder removeHeader(String name) {
    return then(() -> real.removeHeader(name));
  }

  @Override
  public PushBuilder path(String path) {
    return then(() -> real.path(path));
  }

  @Override
  public void push() {
    run.call(real::push);
  }

  @Override
  public String getMethod() {
    return run.call(real::getMethod);
  }

  @Override
  public @Nullable String getQueryString() {
    return run.call(real::getQueryString);
  }

  @Override
  public @Nullable String getSessionId() {
    return run.call(real::getSessionId);
  }

  @Override
  public Set<String> getHeaderNames() {
    return run.call(() -> Set.copyOf(real.getHeaderNames()));
  }

  @Override
  public @Nullable String getHeader(String name) {
    return run.call(() -> real.getHeader(name));
  }

  @Override
  public @Nullable String getPath() {
    return run.call(real::getPath);
  }
}
