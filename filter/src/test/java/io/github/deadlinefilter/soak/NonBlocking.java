package io.github.deadlinefilter.soak;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.ByteArrayOutputStream;
import java.io.IOException;

/** Listeners for non-blocking bodies. The container calls each from one thread at a time. */
final class NonBlocking {
  private NonBlocking() {}

  /** Reads the whole body, pauses, and writes it back. */
  static final class Echo implements ReadListener {
    private final Work work;
    private final AsyncContext async;
    private final ServletInputStream in;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();

    Echo(Work work, AsyncContext async, ServletInputStream in) {
      this.work = work;
      this.async = async;
      this.in = in;
    }

    @Override
    public void onDataAvailable() throws IOException {
      byte[] buffer = new byte[512];
      while (in.isReady() && !in.isFinished()) {
        int read = in.read(buffer);
        if (read < 0) {
          return;
        }
        body.write(buffer, 0, read);
      }
    }

    @Override
    public void onAllDataRead() throws IOException {
      work.pauseDeaf();
      work.head();
      ServletOutputStream out = work.response.getOutputStream();
      out.setWriteListener(new Download(work, async, out, body.toByteArray()));
    }

    @Override
    public void onError(Throwable error) {
      work.tolerate(async::complete);
    }
  }

  /** Writes a body as fast as it is taken. */
  static final class Download implements WriteListener {
    private static final int PIECE = 4096;

    private final Work work;
    private final AsyncContext async;
    private final ServletOutputStream out;
    private final byte[] body;
    private int written;

    Download(Work work, AsyncContext async, ServletOutputStream out, byte[] body) {
      this.work = work;
      this.async = async;
      this.out = out;
      this.body = body;
    }

    @Override
    public void onWritePossible() throws IOException {
      while (out.isReady()) {
        if (written == body.length) {
          async.complete();
          return;
        }
        int length = Math.min(PIECE, body.length - written);
        out.write(body, written, length);
        written += length;
      }
    }

    @Override
    public void onError(Throwable error) {
      work.tolerate(async::complete);
    }
  }
}
