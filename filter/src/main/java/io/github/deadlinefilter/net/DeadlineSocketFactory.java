package io.github.deadlinefilter.net;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.util.Objects;
import javax.net.SocketFactory;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Sockets that obey the deadline that is current where they are used, for drivers and clients that
 * can be given a {@link SocketFactory}, as an object or by its class name.
 *
 * <ul>
 *   <li>A connect and a read wait no longer than the smaller of their own timeout and the time
 *       left; {@link Socket#getSoTimeout} goes on telling the application's.
 *   <li>A connect, read or write that is in progress when the time is over ends then with a {@link
 *       java.net.SocketTimeoutException}, in which a {@link
 *       io.github.deadlinefilter.DeadlineExceededException} is suppressed, and the socket is
 *       closed: half an exchange has been made on it. The thread is free at once, whatever it is.
 *   <li>One that begins later is refused with a {@link java.net.SocketException} that tells of it
 *       in the same way, and is no timeout: drivers go on waiting after one. The socket is closed:
 *       half an exchange may be on it, and a driver may forget it after that.
 *   <li>A socket that nobody is calling is not touched: one that waits in a pool outlives the
 *       requests that have used it.
 * </ul>
 *
 * <p>Looking a host's name up is not bounded. Where there is no deadline, or one without an end, a
 * call goes straight to the socket. A driver that reads on a thread of its own is not bounded, for
 * no deadline is current there. Sockets have no channel.
 *
 * <p>Tried by class name, as {@code socketFactory}, with PostgreSQL's driver 42.7 and MariaDB's
 * 3.5.
 *
 * <p>Thread-safe.
 */
public class DeadlineSocketFactory extends SocketFactory {
  private final SocketFactory sockets;

  /** Of the JVM's default sockets. */
  public DeadlineSocketFactory() {
    this(SocketFactory.getDefault());
  }

  /**
   * Of those of {@code sockets}.
   *
   * @param sockets has to make unconnected ones: a connect can be bounded only from its begin
   * @throws IllegalArgumentException if they are for TLS
   */
  public DeadlineSocketFactory(SocketFactory sockets) {
    if (sockets instanceof SSLSocketFactory) {
      throw new IllegalArgumentException("sockets: for TLS there is DeadlineSslSocketFactory");
    }
    this.sockets = Objects.requireNonNull(sockets, "sockets");
  }

  /** For clients that find a factory by this method of a class that they are told by name. */
  public static SocketFactory getDefault() {
    return new DeadlineSocketFactory();
  }

  @Override
  public Socket createSocket() throws IOException {
    return bounded(sockets.createSocket());
  }

  static DeadlineSocket bounded(Socket raw) throws SocketException {
    return raw instanceof DeadlineSocket already ? already : new DeadlineSocket(raw);
  }

  @Override
  public Socket createSocket(@Nullable String host, int port) throws IOException {
    return connected(address(host, port), null);
  }

  @Override
  public Socket createSocket(@Nullable String host, int port, @Nullable InetAddress local, int own)
      throws IOException {
    return connected(address(host, port), new InetSocketAddress(local, own));
  }

  @Override
  public Socket createSocket(@Nullable InetAddress host, int port) throws IOException {
    return connected(address(host, port), null);
  }

  @Override
  public Socket createSocket(
      @Nullable InetAddress host, int port, @Nullable InetAddress local, int own)
      throws IOException {
    return connected(address(host, port), new InetSocketAddress(local, own));
  }

  private static SocketAddress address(@Nullable String host, int port) throws IOException {
    return address(InetAddress.getByName(host), port);
  }

  private static SocketAddress address(@Nullable InetAddress host, int port) {
    return new InetSocketAddress(host == null ? InetAddress.getLoopbackAddress() : host, port);
  }

  private Socket connected(SocketAddress remote, @Nullable SocketAddress local) throws IOException {
    Socket socket = createSocket();
    try {
      if (local != null) {
        socket.bind(local);
      }
      socket.connect(remote);
    } catch (Throwable t) {
      try {
        socket.close();
      } catch (IOException e) {
        t.addSuppressed(e);
      }
      throw t;
    }
    return socket;
  }
}
