package io.github.deadlinefilter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Fuzzes what is escaped in the direct answer: whatever stands there, it is one JSON object or one
 * page of the same elements, and reads as what was put in. The input is a character that chooses
 * the reason, and the incident.
 */
final class ReplyFuzz {
  private static final Pattern PAGE =
      Pattern.compile(
          """
          <!doctype html>
          <html lang="en">
          <meta charset="utf-8">
          <meta name="viewport" content="width=device-width">
          <title>Timeout</title>
          <h1>503: [^<>"'&]+</h1>
          <p>[^<>"'&]+</p>
          <p>Incident <code>([^<>"']*)</code></p>
          </html>
          """);
  private static final List<Reason> REASONS = List.of(Reason.values());
  private static final Pattern BARE_AMPERSAND = Pattern.compile("&(?!(amp|lt|gt|quot|#39);)");

  private ReplyFuzz() {}

  public static void fuzzerTestOneInput(byte[] input) {
    String text = new String(input, UTF_8);
    if (text.isEmpty()) {
      return;
    }
    Reason reason = REASONS.get(text.charAt(0) % REASONS.size());
    String incident = text.substring(text.offsetByCodePoints(0, 1));

    assertEquals(
        Map.of(
            "type",
            "tag:deadlinefilter.github.io,2026:" + reason.code(),
            "title",
            reason.title(),
            "status",
            "503",
            "detail",
            reason.detail(),
            "reason",
            reason.code(),
            "incident",
            incident),
        FlatJson.read(body("application/json", reason, incident)));

    Matcher page = PAGE.matcher(body("text/html", reason, incident));
    assertTrue(page.matches());
    assertTrue(!BARE_AMPERSAND.matcher(page.group(1)).find());
    assertEquals(incident, unescaped(page.group(1)));

    assertTrue(body("text/plain", reason, incident).endsWith("\nIncident: " + incident + "\n"));
  }

  private static String body(String accept, Reason reason, String incident) {
    byte[] bytes = DeadlineReply.of(accept, 503, reason, incident).bytes();
    String body = new String(bytes, UTF_8);
    assertArrayEquals(bytes, body.getBytes(UTF_8));
    return body;
  }

  private static String unescaped(String html) {
    return html.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&");
  }
}
