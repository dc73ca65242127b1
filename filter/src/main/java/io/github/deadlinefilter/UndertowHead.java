package io.github.deadlinefilter;

import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import org.jspecify.annotations.Nullable;

/**
 * The head of a response of Undertow's, set in its exchange. Inside an include the response itself
 * takes no head, and a worker that is answered past it may be on its way into one or out of it.
 */
final class UndertowHead extends HttpServletResponseWrapper {

  /** What there is in Undertow for it. */
  static final class Access {
    private final Method setStatus;
    private final Method headers;
    private final Method name;
    private final Method put;
    private final Method add;
    private final Field length;

    Access(ClassLoader loader, Class<?> response, Class<?> exchange)
        throws ReflectiveOperationException {
      length = ContainerQuirks.field(response, "contentLength");
      setStatus = exchange.getMethod("setStatusCode", int.class);
      headers = exchange.getMethod("getResponseHeaders");
      Class<?> string = loader.loadClass("io.undertow.util.HttpString");
      name = string.getMethod("tryFromString", String.class);
      put = headers.getReturnType().getMethod("put", string, String.class);
      add = headers.getReturnType().getMethod("add", string, String.class);
    }
  }

  private final Access access;
  private final @Nullable Object exchange;
  private final @Nullable Object headers;

  UndertowHead(Access access, HttpServletResponse response, @Nullable Object exchange) {
    super(response);
    this.access = access;
    this.exchange = exchange;
    headers = ContainerQuirks.call(access.headers, exchange);
  }

  @Override
  public void setStatus(int status) {
    ContainerQuirks.call(access.setStatus, exchange, status);
  }

  @Override
  public void setHeader(String name, String value) {
    change(access.put, name, value);
  }

  @Override
  public void addHeader(String name, String value) {
    change(access.add, name, value);
  }

  private void change(Method how, String name, String value) {
    ContainerQuirks.call(how, headers, ContainerQuirks.call(access.name, null, name), value);
  }

  @Override
  public void setContentType(String type) {
    setHeader("Content-Type", type);
  }

  @Override
  public void setContentLength(int length) {
    setHeader("Content-Length", Integer.toString(length));
    try {
      access.length.setLong(getResponse(), length);
    } catch (IllegalAccessException e) {
      throw new IllegalStateException(e);
    }
  }
}
