package io.github.deadlinefilter.demo;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the demo's page asks its server for: {@code GET /page/runs?since=MILLIS} is what has become
 * of the requests that it fired, {@code POST /page/fire} fires some (see {@link FireQuery}), {@code
 * GET}, {@code PUT} and {@code DELETE /page/network/NAME} are handed on to the control of the
 * proxies. Answers are JSON; a parameter that cannot be read is a 400 that names it.
 *
 * <p>To be mapped to a path that has {@code = none} in {@code routes}: it is to answer where no
 * worker is free.
 */
public final class PageView extends HttpServlet {
  private static final long serialVersionUID = 1L;
  private static final int TOO_MANY = 429;
  private static final String RUNS = "/runs";
  private static final String FIRE = "/fire";
  private static final String NETWORK = "/network/";
  private static final Pattern SINCE = Pattern.compile("[0-9]{1,15}");

  private final transient HttpClient client =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();
  private final transient Firing firing = new Firing(client);
  private final transient NetworkControl control = NetworkControl.ofThisProcess(client);

  /** Called by the container. */
  public PageView() {}

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    response.setHeader("X-Content-Type-Options", "nosniff");
    String refusal = PageAccess.refusal(request);
    String path = request.getPathInfo() == null ? "" : request.getPathInfo();
    List<String> methods = methods(path);
    if (refusal != null) {
      refuse(response, HttpServletResponse.SC_FORBIDDEN, refusal);
    } else if (methods.isEmpty()) {
      refuse(
          response,
          HttpServletResponse.SC_NOT_FOUND,
          "there are runs, fire, and network/NAME for " + String.join(", ", NetworkControl.NAMES));
    } else if (!methods.contains(request.getMethod())) {
      String accepted = String.join(", ", methods);
      response.setHeader("Allow", accepted);
      refuse(response, HttpServletResponse.SC_METHOD_NOT_ALLOWED, "accepted is " + accepted);
    } else {
      answer(path, request, response);
    }
  }

  /** That are accepted at {@code path}; none if there is no such path. */
  private static List<String> methods(String path) {
    if (path.equals(RUNS)) {
      return List.of("GET");
    } else if (path.equals(FIRE)) {
      return List.of("POST");
    }
    boolean known =
        path.startsWith(NETWORK) && NetworkControl.NAMES.contains(path.substring(NETWORK.length()));
    return known ? List.of("GET", "PUT", "DELETE") : List.of();
  }

  private void answer(String path, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    try {
      switch (path) {
        case RUNS -> {
          long since = since(request.getParameterValues("since"));
          var feed = new PageFeed(fired(), control);
          ViewReply.sendJson(response, HttpServletResponse.SC_OK, feed.json(since));
        }
        case FIRE -> fire(request, response);
        default -> {
          String name = path.substring(NETWORK.length());
          NetworkControl.Answer answer =
              control.send(request.getMethod(), "/" + name + query(request.getParameterMap()));
          ViewReply.sendJson(response, answer.status(), answer.json());
        }
      }
    } catch (BadParameter e) {
      refuse(response, HttpServletResponse.SC_BAD_REQUEST, String.valueOf(e.getMessage()));
    } catch (FiredRequests.TooMany e) {
      refuse(response, TOO_MANY, String.valueOf(e.getMessage()));
    }
  }

  private FiredRequests fired() {
    return FiredRequests.of(getServletContext());
  }

  private void fire(HttpServletRequest request, HttpServletResponse response)
      throws IOException, BadParameter, FiredRequests.TooMany {
    List<FiredRequest> all = fired().begin(FireQuery.of(request));
    String here = Firing.here(request);
    long asked = System.currentTimeMillis();
    all.forEach(one -> firing.send(here, one));
    String runs =
        all.stream().map(one -> Json.quoted(one.run())).collect(Collectors.joining(", ", "[", "]"));
    ViewReply.sendJson(
        response,
        HttpServletResponse.SC_ACCEPTED,
        "{\"asked\": " + asked + ", \"runs\": " + runs + "}\n");
  }

  /** Of parameters that the control knows, and no others. What they mean it says itself. */
  static String query(Map<String, String[]> parameters) throws BadParameter {
    for (var parameter : parameters.entrySet()) {
      if (!NetworkControl.PARAMETERS.contains(parameter.getKey())) {
        throw new BadParameter(
            parameter.getKey(),
            String.join(", ", parameter.getValue()),
            "only " + String.join(", ", NetworkControl.PARAMETERS) + " are known");
      }
    }
    return parameters.entrySet().stream()
        .flatMap(
            parameter ->
                List.of(parameter.getValue()).stream()
                    .map(
                        value ->
                            parameter.getKey()
                                + "="
                                + URLEncoder.encode(value, StandardCharsets.UTF_8)))
        .collect(Collectors.joining("&", parameters.isEmpty() ? "" : "?", ""));
  }

  static long since(String @Nullable [] given) throws BadParameter {
    if (given == null) {
      return 0;
    }
    String all = String.join(", ", given);
    if (!SINCE.matcher(all).matches()) {
      throw new BadParameter("since", all, "milliseconds since 1970 are accepted");
    }
    return Long.parseLong(all);
  }

  private static void refuse(HttpServletResponse response, int status, String why)
      throws IOException {
    ViewReply.sendJson(response, status, "{\"error\": " + Json.quoted(why) + "}\n");
  }
}
