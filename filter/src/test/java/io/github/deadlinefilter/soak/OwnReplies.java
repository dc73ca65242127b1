package io.github.deadlinefilter.soak;

import io.github.deadlinefilter.contract.Response;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the filter's answers look like on one container: learned from requests that did nothing to
 * their response before they expired, and the same byte for byte ever after, but for the incident,
 * the reason, and the request's own path in the container's error page.
 *
 * <p>Thread-safe.
 */
final class OwnReplies {
  private static final Pattern INCIDENT =
      Pattern.compile("(?i)incident(?::? |=\")([0-9a-z]{9})\\b");

  /** Of an answer that its log need not have a line for. */
  private static final Pattern REFUSAL = Pattern.compile("\\b(queue-full|stuck)\\b");

  /** The reasons that a running filter has here: code, title and detail. */
  private static final Pattern REASON =
      Pattern.compile(
          "\\b(expired-in-queue|queue-full|stuck|expired)\\b"
              + "|The server could not finish this request in the time allowed\\."
              + "|The server was busy, and this request waited for its turn until its time was"
              + " over\\."
              + "|The server is busy, and too many requests are waiting already\\."
              + "|Earlier requests of this kind are stuck, and no new ones are taken until some of"
              + " them end\\.");

  /** Different in every answer, or given by the protocol: each is checked by itself. */
  private static final Set<String> APART =
      Set.of(
          "date",
          "connection",
          "keep-alive",
          "content-length",
          "x-outer",
          "transfer-encoding",
          "retry-after");

  private final Set<String> known = ConcurrentHashMap.newKeySet();

  void learn(Response response, Order order) {
    known.add(shape(response, order));
  }

  boolean isKnown(Response response, Order order) {
    return known.contains(shape(response, order));
  }

  /** Whether it was refused without having been tried; the log says so of some of these only. */
  static boolean isRefusal(Response response) {
    return REFUSAL.matcher(response.octets()).find();
  }

  /** The incident that its header and its body name, null if that is none or two. */
  static @Nullable String incident(Response response) {
    String found = null;
    Matcher matcher = INCIDENT.matcher(response.octets() + response.headers("Deadline-Reason"));
    while (matcher.find()) {
      if (found != null && !found.equals(matcher.group(1))) {
        return null;
      }
      found = matcher.group(1);
    }
    return found;
  }

  static String shape(Response response, Order order) {
    List<String> headers =
        response.headers().stream()
            .map(header -> Map.entry(header.getKey().toLowerCase(Locale.ROOT), header.getValue()))
            .filter(header -> !APART.contains(header.getKey()))
            .map(header -> header.getKey() + ": " + common(header.getValue()))
            .sorted()
            .toList();
    return response.status()
        + headers.stream().collect(Collectors.joining("\n", "\n", "\n\n"))
        + common(response.octets()).replace(order.target(), "/path");
  }

  private static String common(String text) {
    String anonymous = INCIDENT.matcher(text).replaceAll("incident");
    return REASON.matcher(anonymous).replaceAll("reason");
  }
}
