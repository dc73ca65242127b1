package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.Part;
import java.io.BufferedReader;
import java.io.Reader;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * A read that the deadline comes into fails: the container may have cut the body under it, and the
 * end that it then reports is not the end of what the client sent.
 */
class OvertakenReadTest {
  private final RequestRun run = BareServlet.run((request, response) -> {});
  private boolean comes = true;
  private final GuardedInput input = new GuardedInput(run, new CutBody());
  private final GuardedReader reader =
      new GuardedReader(
          run,
          new BufferedReader(Reader.nullReader()) {
            @Override
            public int read(char[] chars, int offset, int length) {
              deadlineComes();
              return -1;
            }
          });
  private final GuardedRequest request = new GuardedRequest(run, new CutParts());

  private void deadlineComes() {
    if (comes) {
      assertTrue(run.tryExpire(1 << RunState.RUNNING, 0) >= 0);
    }
  }

  /** Ends early, because it is cut. */
  private final class CutBody extends ServletInputStream {
    @Override
    public int read() {
      deadlineComes();
      return -1;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) {
      return read();
    }

    @Override
    public boolean isFinished() {
      return true;
    }

    @Override
    public boolean isReady() {
      return true;
    }

    @Override
    public void setReadListener(ReadListener listener) {
      throw new UnsupportedOperationException();
    }
  }

  private final class CutParts extends HttpServletRequestWrapper {
    CutParts() {
      super(run.request);
    }

    @Override
    public Collection<Part> getParts() {
      deadlineComes();
      return List.of();
    }

    @Override
    public @Nullable Part getPart(String name) {
      deadlineComes();
      return null;
    }

    @Override
    public @Nullable String getParameter(String name) {
      deadlineComes();
      return null;
    }
  }

  @Test
  void anEndInTime_isTheEnd() throws Exception {
    assertTrue(run.begin());
    comes = false;
    assertEquals(-1, input.read());
    assertEquals(-1, reader.read(new char[1], 0, 1));
    assertEquals(List.of(), request.getParts());
  }

  @Test
  void theEndOfACutBody_isNot() {
    assertTrue(run.begin());
    assertThrows(DeadlineExceededException.class, input::read);
  }

  @Test
  void norForManyBytes() {
    assertTrue(run.begin());
    assertThrows(DeadlineExceededException.class, () -> input.read(new byte[8], 0, 8));
  }

  @Test
  void norForCharacters() {
    assertTrue(run.begin());
    assertThrows(DeadlineExceededException.class, () -> reader.read(new char[8], 0, 8));
  }

  @Test
  void partsOfACutBody_areNoneAndNotFewer() {
    assertTrue(run.begin());
    assertThrows(DeadlineExceededException.class, request::getParts);
  }

  @Test
  void aPartOfACutBody_isNotMissing() {
    assertTrue(run.begin());
    assertThrows(DeadlineExceededException.class, () -> request.getPart("file"));
  }

  @Test
  void aParameterOfACutBody_isNotMissing() {
    assertTrue(run.begin());
    assertThrows(DeadlineExceededException.class, () -> request.getParameter("name"));
  }
}
