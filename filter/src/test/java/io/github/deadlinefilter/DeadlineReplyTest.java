package io.github.deadlinefilter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DeadlineReplyTest {
  private static final Pattern CODE = Pattern.compile("[a-z]+(-[a-z]+)*");

  @Test
  void apiClient_isAnswered_problemDocument() {
    DeadlineReply reply = DeadlineReply.of("application/json", 503, Reason.EXPIRED, "k3m9x2pqa");

    assertEquals("application/problem+json", reply.contentType());
    assertEquals(
        """
        {"type":"tag:deadlinefilter.github.io,2026:expired","title":"Deadline passed",\
        "status":503,\
        "detail":"The server could not finish this request in the time allowed.",\
        "reason":"expired","incident":"k3m9x2pqa"}
        """,
        body(reply));
  }

  @Test
  void browser_isAnswered_page() {
    DeadlineReply reply = DeadlineReply.of("text/html", 504, Reason.QUEUE_FULL, "k3m9x2pqa");

    assertEquals("text/html;charset=utf-8", reply.contentType());
    assertEquals(
        """
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <title>Timeout</title>
        <h1>504: Too many requests waiting</h1>
        <p>The server is busy, and too many requests are waiting already.</p>
        <p>Incident <code>k3m9x2pqa</code></p>
        </html>
        """,
        body(reply));
  }

  @Test
  void commandLine_isAnswered_text() {
    DeadlineReply reply = DeadlineReply.of(null, 503, Reason.STOPPING, "k3m9x2pqa");

    assertEquals("text/plain;charset=utf-8", reply.contentType());
    assertEquals(
        "Timeout: The application is stopping and takes no new requests.\nReason: stopping\nIncident: k3m9x2pqa\n",
        body(reply));
  }

  @Test
  void incident_hasMarkup_isEscaped() {
    String incident = "<b>&\"'\\\n\u0001";

    assertTrue(reply("text/html", incident).contains("<code>&lt;b&gt;&amp;&quot;&#39;\\\n\u0001<"));
    assertTrue(
        reply("application/json", incident)
            .contains("\"incident\":\"<b>&\\\"'\\\\\\u000a\\u0001\"}"));
  }

  @Test
  void serverHasForeignDigits_isAnswered_statusIsAscii() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
    try {
      assertTrue(reply("text/html", "x").contains("<h1>503: "));
      assertTrue(reply("application/json", "\n").contains("\"status\":503,"));
      assertTrue(reply("application/json", "\n").contains("\\u000a"));
    } finally {
      Locale.setDefault(before);
    }
  }

  @ParameterizedTest
  @EnumSource
  void reason_isShown_codeIsStableAndDetailIsOneSentence(Reason reason) {
    assertTrue(CODE.matcher(reason.code()).matches());
    assertEquals(reason.name().toLowerCase(Locale.ROOT).replace('_', '-'), reason.code());
    assertEquals(reason.detail().length() - 1, reason.detail().indexOf('.'));
    assertEquals(
        1, Arrays.stream(Reason.values()).filter(r -> r.code().equals(reason.code())).count());
  }

  private static String reply(@Nullable String accept, String incident) {
    return body(DeadlineReply.of(accept, 503, Reason.EXPIRED, incident));
  }

  private static String body(DeadlineReply reply) {
    return new String(reply.bytes(), UTF_8);
  }
}
