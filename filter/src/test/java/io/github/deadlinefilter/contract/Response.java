package io.github.deadlinefilter.contract;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One response as it was on the wire. Immutable.
 *
 * @param status the status code
 * @param reason the reason phrase, often empty
 * @param headers in the order of the wire, repeated names repeated
 * @param octets the body without the framing of chunks, one character for each byte
 * @param trailers the fields after the last chunk
 * @param ending how the body ended
 * @param informational the status codes of the 1xx responses before this one
 * @param headNanos from the last send to the end of the head
 * @param endNanos from the last send to the end of the body, or to its being cut
 */
public record Response(
    int status,
    String reason,
    List<Map.Entry<String, String>> headers,
    String octets,
    List<Map.Entry<String, String>> trailers,
    Ending ending,
    List<Integer> informational,
    long headNanos,
    long endNanos) {

  /** What the client may conclude about the body. */
  public enum Ending {
    /** Whole: by its length, by its last chunk, or because this response can have no body. */
    COMPLETE,
    /** The connection ended before the body did. */
    CUT,
    /** The body's only end is the connection's, so that nobody can tell whether it is whole. */
    UNFRAMED
  }

  public boolean complete() {
    return ending == Ending.COMPLETE;
  }

  public boolean cut() {
    return ending == Ending.CUT;
  }

  /** The first header of that name, in any case. */
  public @Nullable String header(String name) {
    List<String> all = headers(name);
    return all.isEmpty() ? null : all.get(0);
  }

  /** All headers of that name, in any case, in the order of the wire. */
  public List<String> headers(String name) {
    return headers.stream()
        .filter(header -> header.getKey().equalsIgnoreCase(name))
        .map(Map.Entry::getValue)
        .toList();
  }

  /** Whether the server says that this is the connection's last response. */
  public boolean announcesClose() {
    return headers("Connection").stream().anyMatch("close"::equalsIgnoreCase);
  }

  public byte[] body() {
    return octets.getBytes(StandardCharsets.ISO_8859_1);
  }

  public String text() {
    return new String(body(), StandardCharsets.UTF_8);
  }

  public Duration untilHead() {
    return Duration.ofNanos(headNanos);
  }

  public Duration untilEnd() {
    return Duration.ofNanos(endNanos);
  }

  /** The whole response on one line, for the message of an assertion. */
  @Override
  public String toString() {
    return status
        + " "
        + headers
        + " "
        + ending
        + " ["
        + RawClient.printable(body())
        + "]"
        + (trailers.isEmpty() ? "" : " " + trailers)
        + " after "
        + untilEnd().toMillis()
        + " ms";
  }
}
