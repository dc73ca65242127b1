package io.github.deadlinefilter.soak;

import io.github.deadlinefilter.Deadline;
import io.github.deadlinefilter.DeadlineExceededException;
import io.github.deadlinefilter.contract.NonBlocking;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.eclipse.jetty.http.HttpException;
import org.jspecify.annotations.Nullable;

/**
 * What an application does in one request: the steps that the behaviours are made of. Whatever it
 * reads has to be the request's own token, and once the fence has been met nothing works any more.
 *
 * <p>Used by every thread that the application lets at the request.
 */
final class Work {
  static final String TOKEN = "X-Token";
  static final String LATE = "X-Late";
  static final String OVER = "The request is over";

  /** A step that may fail in the way that container calls do. */
  @FunctionalInterface
  interface Step {
    void run() throws Exception;
  }

  /** A step that reads something of the request: its token, in whatever form. */
  @FunctionalInterface
  interface Look {
    @Nullable String at() throws Exception;
  }

  final Order order;
  final HttpServletRequest request;
  final HttpServletResponse response;
  private final Findings findings;
  private final Executor others;
  private final Deadline deadline = Deadline.current();

  /** Some call has been refused: no later one may succeed. */
  private volatile boolean fenced;

  private Work(
      Order order,
      HttpServletRequest request,
      HttpServletResponse response,
      Findings findings,
      Executor others) {
    this.order = order;
    this.request = request;
    this.response = response;
    this.findings = findings;
    this.others = others;
  }

  static Work of(
      HttpServletRequest request,
      HttpServletResponse response,
      Findings findings,
      Executor others) {
    boolean interrupted = Thread.currentThread().isInterrupted();
    Order order = Order.of(request.getRequestURI(), request.getHeader("x-order"));
    if (interrupted && !Deadline.current().isExpired()) {
      findings.add("an interrupt of an earlier request came to " + order);
    }
    Work work = new Work(order, request, response, findings, others);
    work.own("header", request.getHeader("x-token"));
    work.own("query", query(request.getQueryString()));
    work.own("cookie", cookie(request.getCookies()));
    return work;
  }

  private static @Nullable String query(@Nullable String query) {
    return query == null ? null : query.substring(query.indexOf('=') + 1);
  }

  /** Tomcat has the cookies of a POST over HTTP/2 twice, with this filter or without it. */
  private static @Nullable String cookie(Cookie @Nullable [] cookies) {
    return cookies == null
        ? null
        : Arrays.stream(cookies)
            .map(Cookie::getValue)
            .distinct()
            .collect(Collectors.joining(" and "));
  }

  /** What the request had is its own token, or nothing where the deadline broke off its reading. */
  void own(String what, @Nullable String value) {
    if (!order.token().equals(value) && (value != null || !deadline.isExpired())) {
      found("the " + what + " was " + value + parseFailure());
    }
  }

  /** Tomcat tells why it has no parameters. */
  private String parseFailure() {
    try {
      Object reason = request.getAttribute("org.apache.catalina.parameter_parse_failed_reason");
      return reason == null ? "" : " (" + reason + ")";
    } catch (RuntimeException overMeanwhile) {
      return "";
    }
  }

  private void found(String what) {
    findings.addUnlessLost(order.token(), what + when());
  }

  private String when() {
    return (deadline.isExpired() ? " late in " : " in time in ") + order;
  }

  /**
   * Less than the user has sent, and nothing else. Jetty forgets what has come of the body if the
   * user resets the stream, and tells of its end if there were trailers.
   */
  private void foundLess(String what) {
    findings.addUnlessGone(order.token(), what + when());
  }

  // ---- time

  /** Takes the order's time, unless it is interrupted. */
  void pause() throws InterruptedException {
    if (new CountDownLatch(1).await(order.pauseMillis(), TimeUnit.MILLISECONDS)) {
      throw new AssertionError("nobody counts down");
    }
  }

  /** Takes the order's time whatever happens, and an interrupt is found afterwards. */
  void pauseDeaf() {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(order.pauseMillis());
    boolean interrupted = false;
    while (end - System.nanoTime() > 0) {
      LockSupport.parkNanos(end - System.nanoTime());
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Goes on in a thread of the application's own, which ends as if the step had been allowed to.
   */
  void spawn(Step step) {
    others.execute(() -> tolerate(step));
  }

  // ---- the answer

  void head() {
    response.setContentType("text/plain");
    response.setHeader(TOKEN, order.token());
    response.addCookie(new Cookie("token", order.token()));
  }

  void write(int tokens) throws IOException {
    response
        .getOutputStream()
        .write(Tokens.times(order.token(), tokens).getBytes(StandardCharsets.US_ASCII));
  }

  /** The whole answer. */
  void answer() throws IOException {
    head();
    write(order.tokens());
  }

  /** The whole answer in pieces, each of them sent at once. */
  void answerInPieces(Step between) throws Exception {
    head();
    int pieces = 1 + order.tokens() / 16;
    for (int i = 0; i < order.tokens(); i += pieces) {
      write(Math.min(pieces, order.tokens() - i));
      response.flushBuffer();
      if (i == 0) {
        between.run();
      }
    }
  }

  /** {@code body}, as fast as it is taken, which ends the cycle. */
  void writeNonBlocking(AsyncContext async, byte[] body) throws IOException {
    ServletOutputStream out = response.getOutputStream();
    out.setWriteListener(
        new NonBlocking.Writer(
            out, body, /* piece= */ 4096, async::complete, () -> tolerate(async::complete)));
  }

  // ---- the request's body

  void readWhole(InputStream in) throws IOException {
    String body = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
    if (Tokens.count(body, order.token()) == order.sent()) {
      return;
    }
    String what = " bytes of body: " + start(body);
    if (Tokens.isPiece(body, order.token()) && body.length() < order.sent() * Tokens.UNIT) {
      foundLess(body.length() + " of " + order.sent() * Tokens.UNIT + what);
    } else {
      found(body.length() + " other" + what);
    }
  }

  /** Reads half of the body. */
  void readHalf(InputStream in) throws IOException {
    String half =
        new String(in.readNBytes(order.sent() / 2 * Tokens.UNIT), StandardCharsets.US_ASCII);
    if (!Tokens.begins(half, order.token())) {
      found("another body: " + start(half));
    }
  }

  static String start(String body) {
    return body.length() > 600 ? body.substring(0, 600) + "..." : body;
  }

  // ---- after the deadline, or about it

  /** Runs a step that is allowed to be refused. */
  void tolerate(Step step) {
    try {
      step.run();
    } catch (DeadlineExceededException expected) {
      fenced = true;
    } catch (IllegalStateException refused) {
      fenced |= String.valueOf(refused.getMessage()).startsWith(OVER);
    } catch (IOException | InterruptedException clientHasGone) {
      // Or the connection was cut under a write, or the deadline interrupted a pause.
    } catch (Exception other) {
      // Undertow wraps what a read of parameters throws.
      if (!(other.getCause() instanceof IOException)) {
        String what = "a late step failed with " + SoakLog.stack(other);
        if (other instanceof HttpException) { // Jetty, of half a form
          foundLess(what);
        } else {
          found(what);
        }
      }
    }
  }

  /** Looks at something that is the request's own, if it can be had. */
  void look(String what, Look look) {
    boolean before = fenced;
    tolerate(
        () -> {
          String value = look.at();
          own("late " + what, value);
          if (before) {
            findings.add("the fence let a late look at the " + what + " through in " + order);
          }
        });
  }

  /** Does what no answer may show any more. Only after the fence has been met. */
  private void mustFail(String what, Step step) {
    tolerate(
        () -> {
          step.run();
          findings.add("the fence let a late " + what + " through in " + order);
        });
  }

  /** All that a late worker can do with a request that it still holds. */
  void useLate() {
    look("header", () -> request.getHeader("x-token"));
    look("query", () -> query(request.getQueryString()));
    look("cookie", () -> cookie(request.getCookies()));
    look("path", () -> Order.of(request.getRequestURI(), "0 0 0").token());
    look("headers", () -> String.join(",", List.copyOf(headers())));
    tolerate(() -> response.setHeader(LATE, order.token()));
    if (!fenced) {
      return;
    }
    String foreign = "late-" + order.token();
    mustFail("header", () -> response.addHeader("X-Foreign", foreign));
    mustFail("cookie", () -> response.addCookie(new Cookie("foreign", foreign)));
    mustFail("status", () -> response.setStatus(599));
    mustFail("output", () -> response.getOutputStream().print(foreign));
    mustFail("writer", () -> write(response.getWriter(), foreign));
    mustFail("reset", response::reset);
    mustFail("flush", response::flushBuffer);
    mustFail("error", () -> response.sendError(599, foreign));
    mustFail("redirect", () -> response.sendRedirect("/" + foreign));
    mustFail("attribute", () -> request.setAttribute("foreign", foreign));
    mustFail("session", () -> request.getSession(true));
    mustFail("asynchronous start", request::startAsync);
    mustFail("parameter", () -> request.getParameter("posted"));
    mustFail("body", () -> request.getInputStream().read());
    mustFail("parts", request::getParts);
    mustFail(
        "forward",
        () ->
            Objects.requireNonNull(request.getRequestDispatcher("/target"))
                .forward(request, response));
  }

  private List<String> headers() {
    return Collections.list(request.getHeaders("x-token"));
  }

  private static void write(PrintWriter writer, String text) throws IOException {
    writer.write(text);
    if (writer.checkError()) {
      throw new IOException("refused");
    }
  }
}
