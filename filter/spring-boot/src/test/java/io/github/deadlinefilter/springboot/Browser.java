package io.github.deadlinefilter.springboot;

import io.github.deadlinefilter.contract.RawClient;
import io.github.deadlinefilter.contract.Response;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A user with one application: keeps its cookies and the last CSRF token that it saw, follows no
 * redirect, and can log in. Not thread-safe.
 */
final class Browser {
  /** The application, by the name that all browsers know it by. */
  static final String HOME = "http://shop.example/";

  private static final String SESSION = "JSESSIONID";
  private static final Pattern FORM_TOKEN =
      Pattern.compile("name=\"_csrf\"[^>]* value=\"([^\"]+)\"");
  private static final Pattern JSON_TOKEN = Pattern.compile("\"token\":\"([^\"]+)\"");

  private final int port;
  private final Map<String, String> cookies = new LinkedHashMap<>();
  private final List<Response> answers = new ArrayList<>();

  /** What is different each time, and how it is called in {@link #transcript}. */
  private final Map<String, String> names = new LinkedHashMap<>();

  private String token = "none";

  Browser(RunningApplication application) {
    this.port = application.port();
  }

  /**
   * Sends a request, on a connection of its own. Each of {@code headers} is a whole line; one
   * character is one byte.
   */
  RawClient send(String method, String path, String body, String... headers) throws IOException {
    var request = new StringBuilder();
    request.append(method).append(' ').append(path).append(" HTTP/1.1\r\nHost: shop.example\r\n");
    if (!cookies.isEmpty()) {
      request
          .append("Cookie: ")
          .append(
              cookies.entrySet().stream()
                  .map(cookie -> cookie.getKey() + "=" + cookie.getValue())
                  .collect(Collectors.joining("; ")))
          .append("\r\n");
    }
    for (String header : headers) {
      request.append(header).append("\r\n");
    }
    return RawClient.connect(port).send(request.append("\r\n").append(body).toString());
  }

  /** Takes the answer to what was sent, with its cookies. */
  Response take(RawClient client) throws IOException {
    Response answer;
    try (client) {
      answer = client.read();
    }
    answers.add(answer);
    for (String cookie : answer.headers("Set-Cookie")) {
      String[] pair = cookie.split(";", 2)[0].split("=", 2);
      cookies.put(pair[0], pair[1]);
      if (pair[0].equals(SESSION)) {
        names.putIfAbsent(pair[1], "SESSION-" + names.size());
      }
    }
    for (Pattern pattern : List.of(FORM_TOKEN, JSON_TOKEN)) {
      Matcher found = pattern.matcher(answer.octets());
      if (found.find()) {
        token = found.group(1);
        names.putIfAbsent(token, "TOKEN");
      }
    }
    return answer;
  }

  Response get(String path, String... headers) throws IOException {
    return take(send("GET", path, "", headers));
  }

  /** With the token that was seen last. */
  Response post(String path, String type, String body) throws IOException {
    return take(sendPost(path, type, body));
  }

  RawClient sendPost(String path, String type, String body) throws IOException {
    return sendPost(path, type, body, body.length());
  }

  /**
   * As {@link #post}, without waiting for the answer.
   *
   * @param length of the body, of which {@code body} may be only the beginning
   */
  RawClient sendPost(String path, String type, String body, int length) throws IOException {
    return send(
        "POST",
        path,
        body,
        "Content-Type: " + type,
        "Content-Length: " + length,
        "X-CSRF-TOKEN: " + token);
  }

  Response postWithoutToken(String path, String type, String body) throws IOException {
    return take(
        send("POST", path, body, "Content-Type: " + type, "Content-Length: " + body.length()));
  }

  /** Gets the form, and posts it as a browser does. */
  Response logIn(String user, String password) throws IOException {
    get("/login");
    return post(
        "/login",
        "application/x-www-form-urlencoded",
        "username=" + user + "&password=" + password + "&_csrf=" + token);
  }

  /** Logs in, and fetches a token for what is posted then. */
  Browser loggedIn() throws IOException {
    Response answer = logIn(SecurityConfiguration.USER, SecurityConfiguration.PASSWORD);
    if (answer.status() != 302 || !HOME.equals(answer.header("Location"))) {
      throw new AssertionError("not logged in: " + answer);
    }
    get("/csrf");
    return this;
  }

  @Nullable String session() {
    return cookies.get(SESSION);
  }

  void useSession(String id) {
    cookies.put(SESSION, id);
  }

  /** Of all answers so far, as in "200 404". */
  String statuses() {
    return answers.stream()
        .map(answer -> Integer.toString(answer.status()))
        .collect(Collectors.joining(" "));
  }

  /** All answers so far, without what is different each time. */
  String transcript() {
    return answers.stream().map(this::comparable).collect(Collectors.joining("\n\n"));
  }

  private String comparable(Response answer) {
    String text =
        answer.status()
            + "\n"
            + answer.headers().stream()
                .filter(header -> !header.getKey().equals("Date"))
                .map(header -> header.getKey() + ": " + header.getValue() + "\n")
                .collect(Collectors.joining())
            + "\n"
            + answer.octets()
            + (answer.complete() ? "" : " (cut)");
    for (Map.Entry<String, String> name : names.entrySet()) {
      text = text.replace(name.getKey(), name.getValue());
    }
    return text.replaceAll("\"timestamp\":\"[^\"]+\"", "\"timestamp\":\"NOW\"")
        .replaceAll("(<div id='created'>)[^<]*", "$1NOW");
  }
}
