package io.github.deadlinefilter.net;

import io.github.deadlinefilter.Deadline;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import org.jspecify.annotations.Nullable;

/**
 * A socket of which each connect, read and write is bounded by the deadline that is current where
 * it is called. Between calls it belongs to no deadline.
 *
 * <p>As thread-safe as a plain one.
 */
final class DeadlineSocket extends DelegatingSocket {
  private volatile @Nullable String target;

  // Guarded by this.

  /** The application's, in milliseconds, which is not what the socket has during a read. */
  private int soTimeout;

  private @Nullable InputStream input;
  private @Nullable OutputStream output;

  DeadlineSocket(Socket raw) throws SocketException {
    super(raw);
    soTimeout = raw.getSoTimeout();
  }

  @Override
  public void connect(SocketAddress endpoint) throws IOException {
    connect(endpoint, 0);
  }

  @Override
  public void connect(SocketAddress endpoint, int timeout) throws IOException {
    Deadline deadline = Deadline.forCalls();
    if (!deadline.canEnd() || timeout < 0) {
      raw.connect(endpoint, timeout);
      return;
    }
    BoundCall call = new BoundCall(deadline, raw, text(endpoint));
    try {
      raw.connect(endpoint, call.millis(timeout));
      call.returned();
    } catch (IOException e) {
      throw call.failed(e);
    } finally {
      call.end();
    }
  }

  /** Whom it is connected to, for the ledger. */
  String target() {
    String made = target;
    if (made == null) {
      SocketAddress remote = raw.getRemoteSocketAddress();
      made = remote == null ? "?" : text(remote);
      target = made;
    }
    return made;
  }

  private static String text(SocketAddress endpoint) {
    return endpoint instanceof InetSocketAddress inet
        ? inet.getHostString() + ":" + inet.getPort()
        : endpoint.toString();
  }

  @Override
  public synchronized InputStream getInputStream() throws IOException {
    if (input == null || isClosed() || isInputShutdown()) {
      input = new BoundInput(this, raw.getInputStream());
    }
    return input;
  }

  @Override
  public synchronized OutputStream getOutputStream() throws IOException {
    if (output == null || isClosed() || isOutputShutdown()) {
      output = new BoundOutput(this, raw.getOutputStream());
    }
    return output;
  }

  @Override
  public synchronized void setSoTimeout(int timeout) throws SocketException {
    raw.setSoTimeout(timeout);
    soTimeout = timeout;
  }

  @Override
  public synchronized int getSoTimeout() throws SocketException {
    return raw.isClosed() ? raw.getSoTimeout() : soTimeout; // throws as a plain one
  }

  /** After a read: the socket has the application's value again. */
  synchronized void restoreSoTimeout() {
    try {
      if (!raw.isClosed()) {
        raw.setSoTimeout(soTimeout);
      }
    } catch (SocketException e) {
      // Closed meanwhile.
    }
  }

  @Override
  public void sendUrgentData(int data) throws IOException {
    Deadline deadline = Deadline.forCalls();
    if (!deadline.canEnd()) {
      raw.sendUrgentData(data);
      return;
    }
    BoundCall call = new BoundCall(deadline, raw, null);
    try {
      raw.sendUrgentData(data);
      call.returned();
    } catch (IOException e) {
      throw call.failed(e);
    } finally {
      call.end();
    }
  }
}
