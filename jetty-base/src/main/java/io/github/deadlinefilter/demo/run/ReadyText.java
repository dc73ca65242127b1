package io.github.deadlinefilter.demo.run;

import java.util.List;
import java.util.Map;

/** What the launcher says when everything is up: the address, and commands to try as they stand. */
final class ReadyText {
  /**
   * The proxies' names, each with the setting that is told only where the demo's own backend runs.
   * The one that is the quickest to understand is first.
   */
  private static final List<Map.Entry<String, String>> PROXIES =
      List.of(
          Map.entry("DEMO_HTTP_URL", "http"),
          Map.entry("DEMO_JDBC_URL", "db"),
          Map.entry("DEMO_MEMCACHED", "cache"),
          Map.entry("DEMO_REDIS_URL", "redis"));

  private ReadyText() {}

  /**
   * @param url of Jetty, without a slash at the end
   * @param settings that the backends told
   */
  static String of(String url, Map<String, String> settings) {
    String views =
        """

        The demo is ready: %1$s/ in a browser shows what it does (Ctrl-C ends it)
        By hand:

          curl -i '%1$s/http'                  200: in time
          curl -i '%1$s/http?delay=5'          503 after 2 s: an HTTP service is slow
          curl -i '%1$s/cache?delay=5'         503 after 2 s: a memcached is slow
          curl -i '%1$s/redis?delay=5'         503 after 2 s: a Redis is slow
          curl -i '%1$s/db?delay=5'            503 after 2 s: a database is slow
          curl -i '%1$s/cpu?delay=5'           503 after 2 s: the code itself is slow, and deaf
          curl -i '%1$s/stream?delay=5'        cut after 3 s: the answer had begun
          curl -i '%1$s/baseline?delay=5'      200 after 5 s: no deadline
        """
            .formatted(url);
    return PROXIES.stream()
        .filter(proxy -> settings.containsKey(proxy.getKey()))
        .map(Map.Entry::getValue)
        .findFirst()
        .map(name -> views + faults(settings.getOrDefault("DEMO_CONTROL", "") + "/" + name, name))
        .orElse(views);
  }

  private static String faults(String proxy, String name) {
    return """

        The network to the backends gets bad on demand:
          curl -X PUT '%1$s?latency=3s'   now /%2$s is late by itself
          curl -X DELETE '%1$s'           and in time again
        """
        .formatted(proxy, name);
  }
}
