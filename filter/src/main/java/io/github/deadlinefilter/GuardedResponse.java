package io.github.deadlinefilter;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The response that the application sees. Every call that reaches the container's response passes
 * the run's fence; afterwards it fails with {@link DeadlineExceededException}.
 *
 * <p>Called on any thread of the application.
 */
final class GuardedResponse extends HttpServletResponseWrapper {

  final RequestRun run;

  private final ResponseHead head;
  private volatile @Nullable GuardedOutput output;
  private volatile @Nullable GuardedWriter writer;
  private volatile @Nullable Supplier<Map<String, String>> trailers;

  GuardedResponse(RequestRun run, HttpServletResponse response) {
    super(response);
    this.run = run;
    this.head = run.head;
  }

  /** Unwrapping a dead guard is as good as a call to what is below it. */
  @Override
  public ServletResponse getResponse() {
    if (run.phase() > RunState.ENDING && !run.isOutside()) {
      throw run.over();
    }
    return super.getResponse();
  }

  /** As {@link #getResponse}, for the filter itself, and at any time. */
  HttpServletResponse outer() {
    return (HttpServletResponse) super.getResponse();
  }

  /** The response may begin from here on, at any time. */
  private void time() {
    if (run.route.serverTiming()) {
      head.remember();
      run.time(outer());
    }
  }

  // ---- sendError

  @Override
  public void sendError(int status, @Nullable String message) throws IOException {
    run.writing(
        () -> {
          head.remember();
          // The container knows best what an error in an include, an interim response (below 200)
          // or one after the commit comes to.
          if (status < 200 || super.isCommitted() || isIncluded()) {
            super.sendError(status, message);
          } else {
            head.record(status, message);
            super.resetBuffer();
          }
        });
  }

  @Override
  public void sendError(int status) throws IOException {
    sendError(status, null);
  }

  private boolean isIncluded() {
    return run.request.getDispatcherType() == DispatcherType.INCLUDE
        || run.guardedRequest.getDispatcherType() == DispatcherType.INCLUDE;
  }

  @Override
  public boolean isCommitted() {
    return run.call(() -> head.hasError() || super.isCommitted());
  }

  @Override
  public int getStatus() {
    return run.call(() -> head.statusOr(super.getStatus()));
  }

  private void checkNotCommitted() {
    if (head.hasError()) {
      throw new IllegalStateException("The response is committed: sendError has been called");
    }
  }

  // ---- streams

  @Override
  public ServletOutputStream getOutputStream() throws IOException {
    return run.write(
        () -> {
          ServletOutputStream real = super.getOutputStream();
          GuardedOutput guarded = output;
          if (guarded == null || guarded.real() != real) {
            time();
            guarded = new GuardedOutput(run, real);
            output = guarded;
          }
          return guarded;
        });
  }

  @Override
  public PrintWriter getWriter() throws IOException {
    return run.write(
        () -> {
          PrintWriter real = super.getWriter();
          GuardedWriter guarded = writer;
          if (guarded == null || guarded.real() != real) {
            time();
            guarded = new GuardedWriter(run, real);
            writer = guarded;
          }
          return guarded;
        });
  }

  @Override
  public void flushBuffer() throws IOException {
    run.writing(
        () -> {
          if (!head.hasError()) {
            time();
            super.flushBuffer();
          }
        });
  }

  @Override
  public void reset() {
    change(
        () -> {
          checkNotCommitted();
          super.reset();
        });
  }

  @Override
  public void resetBuffer() {
    change(
        () -> {
          checkNotCommitted();
          super.resetBuffer();
        });
  }

  @Override
  public void setBufferSize(int size) {
    change(
        () -> {
          checkNotCommitted();
          super.setBufferSize(size);
        });
  }

  // ---- redirects

  @Override
  public void sendRedirect(String location) throws IOException {
    redirect(() -> super.sendRedirect(location));
  }

  /** Overrides HttpServletResponse#sendRedirect(String, boolean) of Servlet 6.1. */
  public void sendRedirect(String location, boolean clearBuffer) throws IOException {
    redirect(() -> Servlet61.sendRedirect(super.getResponse(), location, clearBuffer));
  }

  /** Overrides HttpServletResponse#sendRedirect(String, int) of Servlet 6.1. */
  public void sendRedirect(String location, int status) throws IOException {
    redirect(() -> Servlet61.sendRedirect(super.getResponse(), location, status));
  }

  /** Overrides HttpServletResponse#sendRedirect(String, int, boolean) of Servlet 6.1. */
  public void sendRedirect(String location, int status, boolean clearBuffer) throws IOException {
    redirect(() -> Servlet61.sendRedirect(super.getResponse(), location, status, clearBuffer));
  }

  @FunctionalInterface
  private interface Redirect {
    void send() throws IOException;
  }

  private void redirect(Redirect redirect) throws IOException {
    run.writing(
        () -> {
          checkNotCommitted();
          head.remember();
          time();
          redirect.send();
        });
  }

  // ---- status and headers

  /** Changes the head of the response, which a recorded sendError has closed already. */
  private void change(Runnable change) {
    run.writing(
        () -> {
          head.remember();
          change.run();
        });
  }

  private void changeHead(Runnable change) {
    change(
        () -> {
          if (!head.hasError()) {
            change.run();
          }
        });
  }

  @Override
  public void setStatus(int status) {
    changeHead(() -> super.setStatus(status));
  }

  @Override
  public void addCookie(Cookie cookie) {
    changeHead(() -> super.addCookie(cookie));
  }

  @Override
  public void setHeader(String name, @Nullable String value) {
    changeHead(() -> super.setHeader(name, value));
  }

  @Override
  public void addHeader(String name, @Nullable String value) {
    changeHead(() -> super.addHeader(name, value));
  }

  @Override
  public void setIntHeader(String name, int value) {
    changeHead(() -> super.setIntHeader(name, value));
  }

  @Override
  public void addIntHeader(String name, int value) {
    changeHead(() -> super.addIntHeader(name, value));
  }

  @Override
  public void setDateHeader(String name, long date) {
    changeHead(() -> super.setDateHeader(name, date));
  }

  @Override
  public void addDateHeader(String name, long date) {
    changeHead(() -> super.addDateHeader(name, date));
  }

  @Override
  public void setCharacterEncoding(@Nullable String charset) {
    changeHead(() -> super.setCharacterEncoding(charset));
  }

  /** Overrides ServletResponse#setCharacterEncoding(Charset) of Servlet 6.1. */
  public void setCharacterEncoding(Charset charset) {
    changeHead(() -> Servlet61.setCharacterEncoding(super.getResponse(), charset));
  }

  @Override
  public void setContentLength(int length) {
    changeHead(() -> super.setContentLength(length));
  }

  @Override
  public void setContentLengthLong(long length) {
    changeHead(() -> super.setContentLengthLong(length));
  }

  @Override
  public void setContentType(@Nullable String type) {
    changeHead(() -> super.setContentType(type));
  }

  @Override
  public void setLocale(Locale locale) {
    changeHead(() -> super.setLocale(locale));
  }

  @Override
  public void setTrailerFields(@Nullable Supplier<Map<String, String>> supplier) {
    change(
        () -> {
          // Asked by the container at the end, when the answer may be another than the
          // application's.
          super.setTrailerFields(
              supplier == null ? null : () -> run.isExpired() ? Map.of() : supplier.get());
          trailers = supplier;
        });
  }

  @Override
  public @Nullable Supplier<Map<String, String>> getTrailerFields() {
    return run.call(
        () -> {
          Supplier<Map<String, String>> own = trailers;
          return own == null ? super.getTrailerFields() : own;
        });
  }

  @Override
  public Collection<String> getHeaders(String name) {
    return run.call(() -> List.copyOf(super.getHeaders(name)));
  }

  @Override
  public Collection<String> getHeaderNames() {
    return run.call(() -> List.copyOf(super.getHeaderNames()));
  }

  @Override
  public boolean containsHeader(String name) {
    return run.call(() -> super.containsHeader(name));
  }

  @Override
  public String encodeURL(String url) {
    return run.call(() -> super.encodeURL(url));
  }

  @Override
  public String encodeRedirectURL(String url) {
    return run.call(() -> super.encodeRedirectURL(url));
  }

  @Override
  public @Nullable String getHeader(String name) {
    return run.call(() -> super.getHeader(name));
  }

  @Override
  public String getCharacterEncoding() {
    return run.call(() -> super.getCharacterEncoding());
  }

  @Override
  public @Nullable String getContentType() {
    return run.call(() -> super.getContentType());
  }

  @Override
  public int getBufferSize() {
    return run.call(() -> super.getBufferSize());
  }

  @Override
  public Locale getLocale() {
    return run.call(() -> super.getLocale());
  }
}
