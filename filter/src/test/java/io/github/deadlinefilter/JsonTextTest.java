package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class JsonTextTest {
  private static String text(String value) {
    return new JsonText().object().put("a", value).endObject().toString();
  }

  @Test
  void values_areSeparated_howeverTheyAreNested() {
    JsonText json = new JsonText().object().put("a", "x").put("b", 1).put("c", true);
    json.array("d").value("y").value("z").endArray();
    json.array("e").object().put("f", -1).endObject().object().endObject().endArray();
    json.put("g", new long[] {1, 2}).put("h", List.of()).object("i").endObject();
    json.put("j", (String) null).raw("k", "[1]").put("l", false);
    assertEquals(
        "{\"a\":\"x\",\"b\":1,\"c\":true,\"d\":[\"y\",\"z\"],\"e\":[{\"f\":-1},{}],\"g\":[1,2],"
            + "\"h\":[],\"i\":{},\"j\":null,\"k\":[1],\"l\":false}",
        json.endObject().toString());
  }

  @Test
  void text_isEscapedForJson_andForScripts_andForPages() {
    assertEquals("{\"a\":\"\\\"\\\\\"}", text("\"\\"));
    assertEquals("{\"a\":\"\\u0000\\u000a\\u001f\\u007f\\u0085\"}", text("\0\n\u001f\u007f\u0085"));
    assertEquals("{\"a\":\"\\u2028\\u2029\"}", text("\u2028\u2029"));
    assertEquals("{\"a\":\"\\u003c/script\\u003e\\u0026\"}", text("</script>&"));
    assertEquals("{\"a\":\"ä€\uD83D\uDE00\"}", text("ä€\uD83D\uDE00"));
  }

  @Test
  void halfOfACharacter_isEscaped_forNoUtf8CanHaveIt() {
    assertEquals("{\"a\":\"\\ud83dx\"}", text("\uD83Dx"));
    assertEquals("{\"a\":\"\\ude00\\ud83d\"}", text("\uDE00\uD83D"));
  }

  @Test
  void times_areMilliseconds_toTheMicrosecond() {
    JsonText json = new JsonText().object();
    json.putNanos("a", 5_000_000_000L).putNanos("b", 1_234_567).putNanos("c", 999);
    json.putNanos("d", Long.MAX_VALUE).putNanos("e", -1_500_000).putNanos("f", -500_000);
    json.putNanos("g", 1_050_000);
    assertEquals(
        "{\"a\":5000,\"b\":1.234,\"c\":0,\"d\":null,\"e\":-1.500,\"f\":-0.500,\"g\":1.050}",
        json.endObject().toString());
  }
}
