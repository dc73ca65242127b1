package io.github.deadlinefilter.net;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.NoSuchAlgorithmException;
import java.util.Objects;
import javax.net.SocketFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * As {@link DeadlineSocketFactory}, for TLS, handshake included: the sockets are those of an {@link
 * SSLSocketFactory}, over bounded ones.
 *
 * <p>It makes connected sockets, and such as are put over a connected one. {@link #createSocket()}
 * says as any factory does that it cannot make unconnected ones, and clients then put TLS over a
 * socket that they have connected.
 *
 * <p>Thread-safe.
 */
public class DeadlineSslSocketFactory extends SSLSocketFactory {
  private final SSLSocketFactory tls;
  private final SocketFactory sockets;

  /**
   * Of the JVM's default {@link SSLContext}.
   *
   * @throws IllegalStateException if there is none
   */
  public DeadlineSslSocketFactory() {
    this(ofDefaultContext());
  }

  /** Of {@code tls}, over the JVM's default sockets. */
  public DeadlineSslSocketFactory(SSLSocketFactory tls) {
    this(tls, SocketFactory.getDefault());
  }

  /** Of {@code tls}, over {@code sockets}, which has to make unconnected ones. */
  public DeadlineSslSocketFactory(SSLSocketFactory tls, SocketFactory sockets) {
    this.tls = Objects.requireNonNull(tls, "tls");
    this.sockets = new DeadlineSocketFactory(sockets);
  }

  private static SSLSocketFactory ofDefaultContext() {
    try {
      // Not SSLSocketFactory.getDefault(), which may be set to this class.
      return SSLContext.getDefault().getSocketFactory();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** For clients that find a factory by this method of a class that they are told by name. */
  public static SocketFactory getDefault() {
    return new DeadlineSslSocketFactory();
  }

  @Override
  public String[] getDefaultCipherSuites() {
    return tls.getDefaultCipherSuites();
  }

  @Override
  public String[] getSupportedCipherSuites() {
    return tls.getSupportedCipherSuites();
  }

  @Override
  public Socket createSocket(Socket socket, String host, int port, boolean autoClose)
      throws IOException {
    return tls.createSocket(DeadlineSocketFactory.bounded(socket), host, port, autoClose);
  }

  @Override
  public Socket createSocket(Socket socket, InputStream consumed, boolean autoClose)
      throws IOException {
    return tls.createSocket(DeadlineSocketFactory.bounded(socket), consumed, autoClose);
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    return over(sockets.createSocket(host, port), host, port);
  }

  @Override
  public Socket createSocket(String host, int port, @Nullable InetAddress local, int own)
      throws IOException {
    return over(sockets.createSocket(host, port, local, own), host, port);
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    return over(sockets.createSocket(host, port), name(host), port);
  }

  @Override
  public Socket createSocket(InetAddress host, int port, @Nullable InetAddress local, int own)
      throws IOException {
    return over(sockets.createSocket(host, port, local, own), name(host), port);
  }

  /** As it was looked up, for the certificate is of that; nothing is looked up here. */
  private static String name(InetAddress host) {
    return new InetSocketAddress(host, 0).getHostString();
  }

  private Socket over(Socket connected, String host, int port) throws IOException {
    try {
      return tls.createSocket(connected, host, port, /* autoClose= */ true);
    } catch (Throwable t) {
      try {
        connected.close();
      } catch (IOException e) {
        t.addSuppressed(e);
      }
      throw t;
    }
  }
}
