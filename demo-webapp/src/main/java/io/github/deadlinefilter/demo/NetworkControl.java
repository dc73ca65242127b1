package io.github.deadlinefilter.demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The control of the proxies in front of the demo's backends, at the address that the system
 * property {@code demo.control} or else the environment variable {@code DEMO_CONTROL} has, as the
 * demo's launcher sets it. Only ever one of this machine. Called from any thread.
 */
final class NetworkControl {
  /** What there may be a proxy in front of. */
  static final List<String> NAMES = List.of("http", "cache", "redis", "db");

  static final List<String> PARAMETERS =
      List.of("latency", "jitter", "bandwidth", "blackhole", "reset");

  private static final Duration PATIENCE = Duration.ofSeconds(2);
  private static final Pattern ADDRESS =
      Pattern.compile("http://(?:127\\.0\\.0\\.1|localhost|\\[::1]):[0-9]{1,5}");
  private static final Pattern PROXY = Pattern.compile("\"(\\w+)\": (\\{[^{}]*})");
  private static final Pattern RUN = Pattern.compile("\\{\"run\": \"([0-9a-z-]+)\"[^{}]*}");

  private final HttpClient client;
  private final @Nullable String address;

  /**
   * An answer of the control's, or in its place.
   *
   * @param status of HTTP
   * @param json a whole answer
   */
  record Answer(int status, String json) {
    boolean isOk() {
      return status == 200;
    }
  }

  static NetworkControl ofThisProcess(HttpClient client) {
    return new NetworkControl(
        client, System.getProperty("demo.control", System.getenv("DEMO_CONTROL")));
  }

  /** A blank address is none. */
  NetworkControl(HttpClient client, @Nullable String address) {
    this.client = client;
    this.address = address == null || address.isBlank() ? null : address.trim();
  }

  /** Why there is no control; null if there may be one. */
  @Nullable String missing() {
    if (address == null) {
      return "there is no proxy in front of the backends: the demo's launcher starts it, and sets"
          + " DEMO_CONTROL";
    }
    return ADDRESS.matcher(address).matches()
        ? null
        : "DEMO_CONTROL is not an address such as http://127.0.0.1:34669";
  }

  /**
   * Asks it.
   *
   * @param path with the query, as it is sent
   */
  Answer send(String method, String path) {
    String missing = missing();
    if (missing != null) {
      return refusal(503, missing);
    }
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(address + path))
            .method(method, HttpRequest.BodyPublishers.noBody())
            .timeout(PATIENCE)
            .build();
    try {
      HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
      return new Answer(answer.statusCode(), answer.body());
    } catch (IOException e) {
      return refusal(
          502,
          "the control of the network does not answer ("
              + e.getClass().getSimpleName()
              + "): have the backends ended?");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return refusal(503, "the application is being stopped");
    }
  }

  private static Answer refusal(int status, String why) {
    return new Answer(status, "{\"error\": " + Json.quoted(why) + "}\n");
  }

  /** The faults by the proxies' names, each as a JSON object. */
  static Map<String, String> faults(Answer answer) {
    return objects(PROXY, 2, answer);
  }

  /** What the backends had to do by the runs' names, each as a JSON object. */
  static Map<String, String> runs(Answer answer) {
    return objects(RUN, 0, answer);
  }

  private static Map<String, String> objects(Pattern pattern, int object, Answer answer) {
    var objects = new LinkedHashMap<String, String>();
    if (answer.isOk()) {
      Matcher found = pattern.matcher(answer.json());
      while (found.find()) {
        objects.put(found.group(1), found.group(object));
      }
    }
    return objects;
  }
}
