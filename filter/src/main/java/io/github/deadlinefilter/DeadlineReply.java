package io.github.deadlinefilter;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

/**
 * The body of the direct answer, in the form that the client understands. Immutable, made on
 * whichever thread answers; never throws, whatever the client sent.
 *
 * <p>It tells nothing of the application: no path, no route, no stack. It is the same for all but
 * its reason and incident, so that nobody learns from it what was slow.
 */
final class DeadlineReply {
  private final String contentType;
  private final byte[] bytes;

  private DeadlineReply(String contentType, byte[] bytes) {
    this.contentType = contentType;
    this.bytes = bytes;
  }

  /**
   * @param accept the client's {@code Accept} header, or null
   */
  static DeadlineReply of(@Nullable String accept, int status, Reason reason, String incident) {
    ReplyFormat format = ReplyFormat.of(accept);
    String body =
        switch (format) {
          case TEXT -> text(reason, incident);
          case HTML -> html(status, reason, incident);
          case PROBLEM -> problem(status, reason, incident);
        };
    return new DeadlineReply(format.contentType(), body.getBytes(UTF_8));
  }

  String contentType() {
    return contentType;
  }

  /** In UTF-8; their number is the {@code Content-Length}. Not to be written to. */
  byte[] bytes() {
    return bytes;
  }

  private static String text(Reason reason, String incident) {
    return "Timeout: "
        + reason.detail()
        + "\nReason: "
        + reason.code()
        + "\nIncident: "
        + incident
        + "\n";
  }

  private static String html(int status, Reason reason, String incident) {
    return """
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <title>Timeout</title>
        <h1>%s: %s</h1>
        <p>%s</p>
        <p>Incident <code>%s</code></p>
        </html>
        """
        .formatted(
            status, escapeHtml(reason.title()), escapeHtml(reason.detail()), escapeHtml(incident));
  }

  /** RFC 9457; the type is a name, as there is no page to be read at its address. */
  private static String problem(int status, Reason reason, String incident) {
    return """
        {"type":"tag:deadlinefilter.github.io,2026:%1$s","title":"%2$s","status":%3$s,\
        "detail":"%4$s","reason":"%1$s","incident":"%5$s"}
        """
        .formatted(
            escapeJson(reason.code()),
            escapeJson(reason.title()),
            status,
            escapeJson(reason.detail()),
            escapeJson(incident));
  }

  static String escapeHtml(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }

  private static String escapeJson(String text) {
    StringBuilder escaped = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        escaped.append('\\').append(c);
      } else if (c < ' ') {
        escaped.append("\\u%04x".formatted((int) c));
      } else {
        escaped.append(c);
      }
    }
    return escaped.toString();
  }
}
