package io.github.deadlinefilter;

import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The application's error page, kept in memory so that it can be sent whole with its length or not
 * at all. Only its body and content type count. Used by one thread.
 */
final class CapturedPage extends HttpServletResponseWrapper {
  private static final int LARGEST = 1 << 20;
  private static final System.Logger LOG = System.getLogger("io.github.deadlinefilter");

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private @Nullable String type;
  private @Nullable Charset charset;
  private @Nullable PrintWriter writer;

  private CapturedPage(HttpServletResponse response) {
    super(response);
  }

  /**
   * Forwards to {@code path} and keeps what it writes.
   *
   * @return null if the page failed, which is logged: the filter's own answer is to be used
   */
  static @Nullable CapturedPage of(
      HttpServletRequest request,
      HttpServletResponse response,
      String path,
      int status,
      ExpiryReport report) {
    CapturedPage page = new CapturedPage(response);
    try {
      RequestDispatcher dispatcher = request.getRequestDispatcher(path);
      if (dispatcher == null) {
        LOG.log(System.Logger.Level.WARNING, "errorPage: there is nothing at \"" + path + "\"");
        return null;
      }
      request.setAttribute(RequestDispatcher.ERROR_STATUS_CODE, status);
      request.setAttribute(RequestDispatcher.ERROR_MESSAGE, Expiry.message(report));
      dispatcher.forward(request, page);
      page.flushBuffer();
      return page.bytes.size() > 0 ? page : null;
    } catch (IOException | ServletException | RuntimeException | Error e) {
      LOG.log(System.Logger.Level.WARNING, "errorPage: \"" + path + "\" failed", e);
      return null;
    }
  }

  byte[] body() {
    return bytes.toByteArray();
  }

  private Charset charset() {
    return charset == null ? StandardCharsets.UTF_8 : charset;
  }

  private void take(byte[] more, int offset, int length) throws IOException {
    if (bytes.size() + length > LARGEST) {
      throw new IOException("the page is larger than " + LARGEST + " bytes");
    }
    bytes.write(more, offset, length);
  }

  @Override
  public ServletOutputStream getOutputStream() {
    return new ServletOutputStream() {
      @Override
      public void write(int b) throws IOException {
        take(new byte[] {(byte) b}, 0, 1);
      }

      @Override
      public void write(byte[] more, int offset, int length) throws IOException {
        take(more, offset, length);
      }

      @Override
      public boolean isReady() {
        return true;
      }

      @Override
      public void setWriteListener(WriteListener listener) {
        throw new IllegalStateException("an error page is not asynchronous");
      }
    };
  }

  @Override
  public PrintWriter getWriter() {
    if (writer == null) {
      writer = new PrintWriter(new OutputStreamWriter(getOutputStream(), charset()));
    }
    return writer;
  }

  @Override
  public void flushBuffer() {
    if (writer != null) {
      writer.flush();
    }
  }

  @Override
  public void setContentType(@Nullable String type) {
    this.type = type;
    if (type != null) {
      for (String parameter : type.split(";", -1)) {
        String[] pair = parameter.trim().split("=", 2);
        if (pair.length == 2 && pair[0].trim().equalsIgnoreCase("charset")) {
          setCharacterEncoding(pair[1].trim().replace("\"", ""));
        }
      }
    }
  }

  @Override
  public @Nullable String getContentType() {
    return type == null || charset == null || type.toLowerCase(Locale.ROOT).contains("charset=")
        ? type
        : type + ";charset=" + charset.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public void setCharacterEncoding(@Nullable String name) {
    charset = name == null || !Charset.isSupported(name) ? null : Charset.forName(name);
  }

  @Override
  public String getCharacterEncoding() {
    return charset().name();
  }

  @Override
  public void reset() {
    bytes.reset();
  }

  @Override
  public void resetBuffer() {
    bytes.reset();
  }

  @Override
  public boolean isCommitted() {
    return false;
  }

  // The rest of the page's head would reach the container's response, which is reset after it.

  @Override
  public void sendError(int status, @Nullable String message) throws IOException {
    throw new IOException("the page called sendError(" + status + ")");
  }

  @Override
  public void sendError(int status) throws IOException {
    sendError(status, null);
  }

  @Override
  public void sendRedirect(String location) throws IOException {
    throw new IOException("the page called sendRedirect");
  }

  @Override
  public void setStatus(int status) {}

  @Override
  public void addCookie(Cookie cookie) {}

  @Override
  public void setHeader(String name, @Nullable String value) {
    if (name.equalsIgnoreCase("Content-Type")) {
      setContentType(value);
    }
  }

  @Override
  public void addHeader(String name, @Nullable String value) {
    setHeader(name, value);
  }

  @Override
  public void setIntHeader(String name, int value) {}

  @Override
  public void addIntHeader(String name, int value) {}

  @Override
  public void setDateHeader(String name, long value) {}

  @Override
  public void addDateHeader(String name, long value) {}

  @Override
  public void setContentLength(int length) {}

  @Override
  public void setContentLengthLong(long length) {}

  @Override
  public void setBufferSize(int size) {}

  @Override
  public void setLocale(Locale locale) {}
}
