package io.github.deadlinefilter.net;

import io.github.deadlinefilter.Deadline;
import java.io.IOException;
import java.io.OutputStream;

/** What is sent on a {@link DeadlineSocket}. As thread-safe as that of a plain one. */
final class BoundOutput extends OutputStream {
  private final DeadlineSocket socket;
  private final OutputStream out;

  BoundOutput(DeadlineSocket socket, OutputStream out) {
    this.socket = socket;
    this.out = out;
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    Deadline deadline = Deadline.forCalls();
    if (!deadline.canEnd() || socket.isClosed()) {
      out.write(bytes, offset, length);
      return;
    }
    // Not in the ledger: a write as a rule only fills a buffer, and the wait is in the next read.
    BoundCall call = new BoundCall(deadline, socket.raw, null);
    try {
      out.write(bytes, offset, length);
      call.returned();
    } catch (IOException e) {
      throw call.failed(e);
    } finally {
      call.end();
    }
  }

  @Override
  public void flush() throws IOException {
    out.flush();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
