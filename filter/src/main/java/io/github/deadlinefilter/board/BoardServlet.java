package io.github.deadlinefilter.board;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A live page for operators: what each {@code DeadlineFilter} of the web application is working on,
 * what is stuck and where, what the last hour was like, and what it advises. It needs nothing from
 * any other server.
 *
 * <p>To be mapped in {@code web.xml} to a path such as {@code /deadlines/*}, async-supported, and
 * named in the filter's {@code routes}: {@code /deadlines/* = none}, for it is to answer where no
 * worker is free, and {@code /deadlines/events = 30s until=commit idle=1m}. Its init-params:
 *
 * <ul>
 *   <li>{@code role}: who may see it. Without, and without a {@link BoardAccess}, it is only shown
 *       to a browser on the same machine.
 *   <li>{@code cancel}: {@code true} lets whoever sees it end a request; {@code false} is the
 *       default.
 * </ul>
 *
 * <p>Thread-safe, as every servlet. {@link #init()} throws a {@link ServletException} that names
 * the parameter, the value and what is accepted, if one is wrong.
 */
public final class BoardServlet extends HttpServlet {
  private static final long serialVersionUID = 1L;

  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
          + " connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none';"
          + " require-trusted-types-for 'script'; trusted-types 'none'";

  private static final String TOKEN = "X-Deadline-Token";
  private static final int TOKEN_BYTES = 24;

  /** The ids of the filter's are of this form, and need no decoding. */
  private static final Pattern ID = Pattern.compile("(?:^|&)id=([0-9a-z]{1,32})(?:&|$)");

  private transient @Nullable Parts parts;

  private record Parts(
      Access access, Pages pages, Snapshots snapshots, Streams streams, @Nullable String token) {}

  /** For the container. */
  public BoardServlet() {}

  @Override
  public void init() throws ServletException {
    String role = getInitParameter("role");
    if (role != null && role.isBlank()) {
      throw new ServletException("role: \"" + role + "\" is not the name of a role");
    }
    String cancel = getInitParameter("cancel");
    if (cancel != null && !cancel.equals("true") && !cancel.equals("false")) {
      throw new ServletException("cancel: \"" + cancel + "\" is neither true nor false");
    }
    String token = "true".equals(cancel) ? newToken() : null;
    Snapshots snapshots = new Snapshots(getServletContext(), token);
    try {
      parts =
          new Parts(
              new Access(role, getServletContext()),
              new Pages(),
              snapshots,
              new Streams(snapshots),
              token);
    } catch (IOException e) {
      throw new ServletException(e);
    }
  }

  private static String newToken() {
    byte[] bytes = new byte[TOKEN_BYTES];
    new SecureRandom().nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  @Override
  protected void service(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    Parts current = parts;
    if (current == null) {
      throw new IllegalStateException("BoardServlet has not been initialised");
    }
    response.setHeader("Content-Security-Policy", POLICY);
    response.setHeader("X-Content-Type-Options", "nosniff");
    response.setHeader("X-Frame-Options", "DENY");
    response.setHeader("Referrer-Policy", "no-referrer");
    response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
    response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
    response.setHeader("Cache-Control", "no-store");
    String refusal = current.access.refusal(request);
    String path = request.getPathInfo();
    if (refusal != null) {
      say(response, HttpServletResponse.SC_FORBIDDEN, refusal);
    } else if (path == null) {
      toFolder(request, response);
    } else if (path.equals("/cancel")) {
      cancel(current, request, response);
    } else if (isRead(request, response)) {
      read(current, path.substring(1), request, response);
    }
  }

  /** The page's own links need the slash. By a relative one, whatever proxies make of the path. */
  private static void toFolder(HttpServletRequest request, HttpServletResponse response) {
    String path = request.getServletPath();
    response.setHeader("Location", "./" + path.substring(path.lastIndexOf('/') + 1) + "/");
    response.setStatus(HttpServletResponse.SC_MOVED_TEMPORARILY);
  }

  private static boolean isRead(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    String method = request.getMethod();
    boolean read = method.equals("GET") || method.equals("HEAD");
    if (!read) {
      response.setHeader("Allow", "GET, HEAD");
      say(response, HttpServletResponse.SC_METHOD_NOT_ALLOWED, "This can only be read.");
    }
    return read;
  }

  private static void read(
      Parts current, String name, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    if (current.pages.answer(name, request, response)) {
      return;
    }
    boolean live = name.equals("data") || name.equals("events") || name.equals("stack");
    if (!live) {
      say(response, HttpServletResponse.SC_NOT_FOUND, "There is no such page of the board.");
    } else if (Access.isFromElsewhere(request)) {
      say(response, HttpServletResponse.SC_FORBIDDEN, "This is for the board's own page.");
    } else if (name.equals("data")) {
      json(response, current.snapshots.json());
    } else if (name.equals("stack")) {
      stack(current, request, response);
    } else {
      events(current, request, response);
    }
  }

  private static void events(
      Parts current, HttpServletRequest request, HttpServletResponse response) throws IOException {
    if (request.getMethod().equals("HEAD")) {
      response.setContentType("text/event-stream");
    } else if (!request.isAsyncSupported()) {
      say(
          response,
          HttpServletResponse.SC_NOT_IMPLEMENTED,
          "The board is not live where its servlet, or a filter before it, is not"
              + " async-supported.");
    } else if (!current.streams.open(request, response)) {
      response.setHeader("Retry-After", "5");
      say(
          response,
          HttpServletResponse.SC_SERVICE_UNAVAILABLE,
          "The board has " + Streams.MOST + " viewers already, or is being stopped.");
    }
  }

  private static void stack(Parts current, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    String id = id(request);
    for (Feed feed : current.snapshots.feeds()) {
      String stack = feed.stack(id);
      if (stack != null) {
        json(response, stack.getBytes(UTF_8));
        return;
      }
    }
    say(response, HttpServletResponse.SC_NOT_FOUND, "There is no such request any more.");
  }

  private static void cancel(
      Parts current, HttpServletRequest request, HttpServletResponse response) throws IOException {
    String token = current.token;
    if (!request.getMethod().equals("POST")) {
      response.setHeader("Allow", "POST");
      say(response, HttpServletResponse.SC_METHOD_NOT_ALLOWED, "To cancel is a POST.");
    } else if (token == null) {
      say(
          response,
          HttpServletResponse.SC_FORBIDDEN,
          "Nothing can be cancelled here: the servlet's init-param \"cancel\" is not true.");
    } else if (Access.isSentFromElsewhere(request)) {
      say(response, HttpServletResponse.SC_FORBIDDEN, "To cancel is for the board's own page.");
    } else if (!isToken(request.getHeader(TOKEN), token)) {
      say(
          response,
          HttpServletResponse.SC_FORBIDDEN,
          "The header " + TOKEN + " is missing, or of another deployment.");
    } else {
      cancel(current, id(request), response);
    }
  }

  /** Takes as long for one that is nearly right. */
  private static boolean isToken(@Nullable String given, String token) {
    return given != null && MessageDigest.isEqual(given.getBytes(UTF_8), token.getBytes(UTF_8));
  }

  private static void cancel(Parts current, String id, HttpServletResponse response)
      throws IOException {
    Feed.Cancelled best = Feed.Cancelled.UNKNOWN;
    for (Feed feed : current.snapshots.feeds()) {
      Feed.Cancelled one = feed.cancel(id);
      best = one.compareTo(best) < 0 ? one : best;
    }
    switch (best) {
      case TOLD -> say(response, HttpServletResponse.SC_OK, "It is being ended.");
      case ENDED -> say(response, HttpServletResponse.SC_CONFLICT, "It had ended before.");
      case UNKNOWN ->
          say(response, HttpServletResponse.SC_NOT_FOUND, "There is no such request any more.");
    }
  }

  private static String id(HttpServletRequest request) {
    String query = request.getQueryString();
    Matcher id = ID.matcher(query == null ? "" : query);
    return id.find() ? id.group(1) : "";
  }

  private static void json(HttpServletResponse response, byte[] json) throws IOException {
    response.setContentType("application/json");
    response.setContentLength(json.length);
    response.getOutputStream().write(json);
  }

  private static void say(HttpServletResponse response, int status, String sentence)
      throws IOException {
    byte[] bytes = (sentence + "\n").getBytes(UTF_8);
    response.setStatus(status);
    response.setContentType("text/plain");
    response.setCharacterEncoding("utf-8");
    response.setContentLength(bytes.length);
    response.getOutputStream().write(bytes);
  }

  @Override
  public void destroy() {
    Parts current = parts;
    if (current != null) {
      current.streams.run();
    }
  }
}
