package io.github.deadlinefilter.demo;

import java.util.Map;
import java.util.stream.Collectors;

/**
 * What the page draws, as JSON: the requests that it has fired, and the faults of the network. What
 * the clients, the threads and the backends know is brought together here.
 */
final class PageFeed {
  private final FiredRequests fired;
  private final NetworkControl control;

  PageFeed(FiredRequests fired, NetworkControl control) {
    this.fired = fired;
    this.control = control;
  }

  /**
   * The feed.
   *
   * @param since only requests that were asked then or later, in milliseconds since 1970
   */
  String json(long since) {
    NetworkControl.Answer faults = control.send("GET", "/");
    Map<String, String> backends =
        NetworkControl.runs(control.send("GET", "/runs?since=" + Math.max(0, since)));
    String runs =
        fired.since(since).stream()
            .map(one -> one.json(backends.getOrDefault(one.run(), "null")))
            .collect(Collectors.joining(",\n  ", "[", "]"));
    return "{\"now\": %d, \"java\": %d, \"network\": %s, \"why\": %s,\n \"runs\": %s}\n"
        .formatted(
            System.currentTimeMillis(),
            Runtime.version().feature(),
            network(faults),
            faults.isOk() ? "null" : faults.json().strip(),
            runs);
  }

  private static String network(NetworkControl.Answer answer) {
    return NetworkControl.faults(answer).entrySet().stream()
        .map(proxy -> "\"" + proxy.getKey() + "\": " + proxy.getValue())
        .collect(Collectors.joining(", ", "{", "}"));
  }
}
