package io.github.deadlinefilter.soak;

import io.github.deadlinefilter.contract.Gate;
import io.github.deadlinefilter.contract.Response;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.MetaData;
import org.jspecify.annotations.Nullable;

/** One exchange of an {@link Http2Connection}, which feeds it. Thread-safe. */
final class Http2Stream {
  final int id;

  /** What may be sent; the connection's, under its own lock. */
  long window;

  private int status;
  private final List<Map.Entry<String, String>> headers = new ArrayList<>();
  private final List<Map.Entry<String, String>> trailers = new ArrayList<>();
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private Response.@Nullable Ending ending;
  private boolean lost;
  private @Nullable String malformed;
  private boolean reset;
  private int resetCode = -1;

  Http2Stream(int id) {
    this.id = id;
  }

  synchronized boolean isEnded() {
    return ending != null;
  }

  /** The server has reset it, if only after its whole answer. */
  synchronized boolean isReset() {
    return reset;
  }

  /** It ended because its connection did. */
  synchronized boolean isLost() {
    return lost;
  }

  synchronized @Nullable String malformed() {
    return malformed;
  }

  synchronized int resetCode() {
    return resetCode;
  }

  synchronized void headers(MetaData fields, boolean last) {
    if (fields instanceof MetaData.Response head && head.getStatus() < 200) {
      return;
    }
    if (fields instanceof MetaData.Response head && status == 0) {
      status = head.getStatus();
      add(fields, headers);
    } else if (last && status != 0) {
      add(fields, trailers);
    } else {
      malformed("two heads");
    }
    if (last) {
      end(Response.Ending.COMPLETE);
    }
  }

  private static void add(MetaData from, List<Map.Entry<String, String>> to) {
    for (HttpField field : from) {
      to.add(Map.entry(field.getName(), field.getValue() == null ? "" : field.getValue()));
    }
  }

  synchronized void data(ByteBuffer bytes, boolean last) {
    if (ending != null || status == 0) {
      malformed(status == 0 ? "a body without a head" : "bytes after the end");
    }
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    body.writeBytes(copy);
    if (last) {
      end(Response.Ending.COMPLETE);
    }
  }

  synchronized void malformed(String what) {
    malformed = what;
    end(Response.Ending.CUT);
  }

  synchronized void reset(int code) {
    reset = true;
    if (ending == null) {
      resetCode = code;
    }
    end(Response.Ending.CUT);
  }

  synchronized void connectionEnded() {
    lost |= ending == null;
    end(Response.Ending.CUT);
  }

  private void end(Response.Ending how) {
    if (ending == null) {
      ending = how;
      notifyAll();
    }
  }

  /** Waits for the end; null if it came before the head. */
  synchronized @Nullable Response await() throws InterruptedException {
    long start = System.nanoTime();
    while (ending == null) {
      long left = Gate.LIMIT.minusNanos(System.nanoTime() - start).toMillis();
      if (left <= 0) {
        throw new AssertionError("no end within " + Gate.LIMIT + " of " + status + " " + body);
      }
      wait(left);
    }
    return status == 0
        ? null
        : new Response(
            status,
            "",
            List.copyOf(headers),
            body.toString(StandardCharsets.ISO_8859_1),
            List.copyOf(trailers),
            ending,
            List.of(),
            0,
            0);
  }
}
