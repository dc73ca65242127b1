package io.github.deadlinefilter.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * One request: what its user asks for. The server learns all of it from the request, which carries
 * the token in its path, query, header, cookie and body.
 *
 * @param token whose every byte is; no other request of the JVM has it
 * @param zone the path of a worker kind
 * @param tokens how many times the answer should have the token
 * @param pauseMillis how long the work takes, in time or not
 * @param sent how many times the body has the token
 * @param chunked the body has no length given, and trailers in HTTP/1.1
 */
record Order(
    String token,
    Behaviour behaviour,
    String zone,
    Limit limit,
    int tokens,
    int pauseMillis,
    int sent,
    boolean chunked,
    Manner manner) {

  /** How the user sends it. */
  enum Manner {
    PLAIN,
    /** The second half of the body comes when the deadline is near. */
    HALTING,
    /** Goes away without waiting for the answer. */
    QUITTING
  }

  static final String BOUNDARY = "part-of-the-soak";

  static Order random(Random random, String token, List<String> zones) {
    Behaviour behaviour = Behaviour.random(random);
    Limit limit = Limit.ALL.get(random.nextInt(Limit.ALL.size()));
    int luck = random.nextInt(10);
    int pause =
        luck < 5
            ? random.nextInt(3)
            : luck < 8 ? limit.millis - 3 + random.nextInt(6) : random.nextInt(2 * limit.millis);
    Manner manner =
        random.nextInt(100) == 0
            ? Manner.QUITTING
            : behaviour.upload != Behaviour.Upload.NONE && random.nextInt(10) == 0
                ? Manner.HALTING
                : Manner.PLAIN;
    int sent =
        switch (behaviour.upload) {
          case NONE -> 0;
          case RAW -> 1 + random.nextInt(behaviour.isBig() ? 10_000 : 100);
          case FORM, MULTIPART -> 1 + random.nextInt(100);
        };
    String zone = zones.get(random.nextInt(zones.size()));
    return new Order(
        token,
        behaviour,
        zone,
        limit,
        1 + random.nextInt(behaviour.isBig() ? 6_000 : 60),
        pause,
        sent,
        random.nextInt(4) == 0 && !isLostByTomcat(zone, behaviour, manner),
        manner);
  }

  /**
   * Where it reads the end of a chunked body for a listener, Tomcat processes the connection once
   * more on the same thread. If the client has gone by then that closes the connection under the
   * request, which nobody completes any more, and Tomcat keeps it.
   */
  private static boolean isLostByTomcat(String zone, Behaviour behaviour, Manner manner) {
    return zone.startsWith("/tomcat")
        && behaviour == Behaviour.NON_BLOCKING_READ
        && manner == Manner.QUITTING;
  }

  String path() {
    return zone + "/" + limit + "/" + behaviour + "/" + token;
  }

  String target() {
    return path() + "?token=" + token;
  }

  String method() {
    return behaviour.upload == Behaviour.Upload.NONE ? "GET" : "POST";
  }

  /**
   * The order of a request, as its own path and headers have it, which say nothing of how its user
   * sends it.
   */
  static Order of(String uri, String header) {
    String[] path = uri.split("/", -1);
    String[] numbers = header.split(" ", -1);
    return new Order(
        path[4],
        Behaviour.valueOf(path[3]),
        "/" + path[1],
        Limit.valueOf(path[2]),
        Integer.parseInt(numbers[0]),
        Integer.parseInt(numbers[1]),
        Integer.parseInt(numbers[2]),
        /* chunked= */ false,
        Manner.PLAIN);
  }

  List<Map.Entry<String, String>> headers() {
    List<Map.Entry<String, String>> headers = new ArrayList<>();
    headers.add(Map.entry("x-token", token));
    headers.add(Map.entry("x-order", tokens + " " + pauseMillis + " " + sent));
    headers.add(Map.entry("cookie", "token=" + token));
    switch (behaviour.upload) {
      case NONE -> {}
      case RAW -> headers.add(Map.entry("content-type", "application/octet-stream"));
      case FORM -> headers.add(Map.entry("content-type", "application/x-www-form-urlencoded"));
      case MULTIPART ->
          headers.add(Map.entry("content-type", "multipart/form-data; boundary=" + BOUNDARY));
    }
    return headers;
  }

  String body() {
    return switch (behaviour.upload) {
      case NONE -> "";
      case RAW -> Tokens.times(token, sent);
      case FORM -> "posted=" + token + "&many=" + token.repeat(sent);
      case MULTIPART -> part("posted", token) + part("many", Tokens.times(token, sent)) + end();
    };
  }

  private static String part(String name, String content) {
    return "--"
        + BOUNDARY
        + "\r\nContent-Disposition: form-data; name=\""
        + name
        + "\"\r\n\r\n"
        + content
        + "\r\n";
  }

  private static String end() {
    return "--" + BOUNDARY + "--\r\n";
  }
}
