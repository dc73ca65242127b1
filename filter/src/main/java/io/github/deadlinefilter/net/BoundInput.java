package io.github.deadlinefilter.net;

import io.github.deadlinefilter.Deadline;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;

/** What arrives on a {@link DeadlineSocket}. As thread-safe as that of a plain one. */
final class BoundInput extends FilterInputStream {
  private final DeadlineSocket socket;

  BoundInput(DeadlineSocket socket, InputStream in) {
    super(in);
    this.socket = socket;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    Deadline deadline = Deadline.forCalls();
    if (!deadline.canEnd() || socket.isClosed()) {
      return in.read(bytes, offset, length);
    }
    BoundCall call = new BoundCall(deadline, socket.raw, socket.target());
    try {
      int read = read(call, bytes, offset, length);
      call.returned();
      return read;
    } catch (IOException e) {
      throw call.failed(e);
    } finally {
      call.end();
      socket.restoreSoTimeout();
    }
  }

  private int read(BoundCall call, byte[] bytes, int offset, int length) throws IOException {
    int own = socket.getSoTimeout();
    while (true) {
      int most = call.millis(own);
      socket.raw.setSoTimeout(most);
      try {
        return in.read(bytes, offset, length);
      } catch (SocketTimeoutException e) {
        if (most == own || call.isOver()) {
          throw e;
        }
        // The deadline has been extended meanwhile.
      }
    }
  }

  @Override
  public long skip(long most) throws IOException {
    byte[] skipped = new byte[(int) Math.min(8192, Math.max(0, most))];
    long left = most;
    while (left > 0) {
      int read = read(skipped, 0, (int) Math.min(skipped.length, left));
      if (read < 0) {
        break;
      }
      left -= read;
    }
    return Math.max(0, most) - Math.max(0, left);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
