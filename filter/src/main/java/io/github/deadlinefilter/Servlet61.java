package io.github.deadlinefilter;

import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import org.jspecify.annotations.Nullable;

/**
 * The methods that Servlet 6.1 added to what the guards wrap. The jar is compiled against 6.0,
 * where the guards' own methods override nothing and nobody calls them.
 */
final class Servlet61 {
  private static final @Nullable MethodHandle REQUEST_CHARSET =
      find(ServletRequest.class, "setCharacterEncoding", Charset.class);
  private static final @Nullable MethodHandle RESPONSE_CHARSET =
      find(ServletResponse.class, "setCharacterEncoding", Charset.class);
  private static final @Nullable MethodHandle REDIRECT_CLEAR =
      find(HttpServletResponse.class, "sendRedirect", String.class, boolean.class);
  private static final @Nullable MethodHandle REDIRECT_STATUS =
      find(HttpServletResponse.class, "sendRedirect", String.class, int.class);
  private static final @Nullable MethodHandle REDIRECT_STATUS_CLEAR =
      find(HttpServletResponse.class, "sendRedirect", String.class, int.class, boolean.class);

  private static final @Nullable MethodHandle READ_BUFFER =
      find(int.class, ServletInputStream.class, "read", ByteBuffer.class);
  private static final @Nullable MethodHandle WRITE_BUFFER =
      find(void.class, ServletOutputStream.class, "write", ByteBuffer.class);

  private Servlet61() {}

  private static @Nullable MethodHandle find(Class<?> type, String name, Class<?>... parameters) {
    return find(void.class, type, name, parameters);
  }

  private static @Nullable MethodHandle find(
      Class<?> result, Class<?> type, String name, Class<?>... parameters) {
    try {
      return MethodHandles.publicLookup()
          .findVirtual(type, name, MethodType.methodType(result, parameters));
    } catch (ReflectiveOperationException e) {
      return null; // Servlet 6.0
    }
  }

  static void setCharacterEncoding(ServletRequest request, Charset charset) {
    try {
      present(REQUEST_CHARSET).invoke(request, charset);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e); // the method declares none
    }
  }

  static void setCharacterEncoding(ServletResponse response, Charset charset) {
    try {
      present(RESPONSE_CHARSET).invoke(response, charset);
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e); // the method declares none
    }
  }

  static void sendRedirect(ServletResponse response, String location, boolean clear)
      throws IOException {
    redirect(present(REDIRECT_CLEAR), (HttpServletResponse) response, location, clear);
  }

  static void sendRedirect(ServletResponse response, String location, int status)
      throws IOException {
    redirect(present(REDIRECT_STATUS), (HttpServletResponse) response, location, status);
  }

  static void sendRedirect(ServletResponse response, String location, int status, boolean clear)
      throws IOException {
    redirect(
        present(REDIRECT_STATUS_CLEAR), (HttpServletResponse) response, location, status, clear);
  }

  static int read(ServletInputStream input, ByteBuffer buffer) throws IOException {
    try {
      return (int) present(READ_BUFFER).invoke(input, buffer);
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e); // the method declares IOException only
    }
  }

  static void write(ServletOutputStream output, ByteBuffer buffer) throws IOException {
    try {
      present(WRITE_BUFFER).invoke(output, buffer);
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e); // the method declares IOException only
    }
  }

  private static void redirect(MethodHandle method, Object... arguments) throws IOException {
    try {
      method.invokeWithArguments(arguments);
    } catch (IOException | RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException(e); // the method declares IOException only
    }
  }

  private static MethodHandle present(@Nullable MethodHandle method) {
    if (method == null) {
      throw new UnsupportedOperationException("needs a container of Servlet 6.1");
    }
    return method;
  }
}
