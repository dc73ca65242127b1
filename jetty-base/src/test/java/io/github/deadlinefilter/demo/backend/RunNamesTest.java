package io.github.deadlinefilter.demo.backend;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunNamesTest {
  private static final String RUN = "run-0123456789ab";

  private final RunNames names = new RunNames();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET /delay/3 HTTP/1.1\r\nX-Request-Id: " + RUN + "\r\n\r\n",
        "get delay:3:" + RUN + "\r\n",
        "*3\r\n$5\r\nBLPOP\r\n$16\r\n" + RUN + "\r\n$1\r\n3\r\n",
        "\u0003\0\0\u00ffSELECT SLEEP(3) /* " + RUN + " */",
      })
  void name_isFound_inEachProtocol(String request) {
    assertEquals(RUN, in(request));
  }

  @Test
  void nameThatIsCut_isFoundWithItsEnd_andOnlyOnce() {
    for (int cut = 1; cut < RUN.length(); cut++) {
      assertNull(in("x " + RUN.substring(0, cut)));
      assertEquals(RUN, in(RUN.substring(cut)));
      assertNull(in("\r\n"));
    }
  }

  @Test
  void ofTwo_itIsTheLast() {
    assertEquals(RUN, in("run-aaaaaaaaaaaa run-bbbbbbbbbbbb " + RUN));
  }

  @Test
  void whatIsNoName_isNone() {
    assertNull(in("run-0123 RUN-0123456789ab run_0123456789ab"));
  }

  private @Nullable String in(String piece) {
    return names.in(ByteBuffer.wrap(piece.getBytes(ISO_8859_1)));
  }
}
