package io.github.deadlinefilter.http;

import io.github.deadlinefilter.Deadline;
import io.github.deadlinefilter.DeadlineExceededException;
import java.io.IOException;
import java.net.Authenticator;
import java.net.CookieHandler;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.PushPromiseHandler;
import java.net.http.HttpTimeoutException;
import java.net.http.WebSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * An {@link HttpClient} whose calls end with the deadline that is current where they begin, body
 * included.
 *
 * <pre>{@code
 * HttpClient client =
 *     DeadlineHttpClient.of(HttpClient.newHttpClient())
 *         .sending(BudgetHeader.envoyExpectedTimeout())
 *         .withSlack(Duration.ofMillis(20));
 * }</pre>
 *
 * <p>A request's own timeout stays what it is. At the end of the deadline:
 *
 * <ul>
 *   <li>{@code send} throws a {@link HttpTimeoutException} that has a {@link
 *       DeadlineExceededException} suppressed in it; or an {@link InterruptedException}, if the
 *       thread was interrupted first, as a deadline does with {@code INTERRUPT}.
 *   <li>a future of {@code sendAsync} fails with that {@link HttpTimeoutException}.
 *   <li>a body that is still arriving is cut, also if it is read after {@code send} has returned: a
 *       read fails with an {@link IOException} of which the cause is that {@link
 *       HttpTimeoutException} ({@code UncheckedIOException} for lines), a subscriber gets it in
 *       {@code onError}. The connection is closed, or the stream reset, and not used again.
 *   <li>a call that begins later is refused with {@link DeadlineExceededException}; its future
 *       fails with that.
 * </ul>
 *
 * <p>Where there is no deadline calls go straight to the client. WebSockets are not bounded, for
 * they outlive requests. Looking a host's name up is bounded only as the client does that.
 *
 * <p>Thread-safe, if the client is; immutable.
 */
public final class DeadlineHttpClient extends HttpClient {
  private final HttpClient client;
  private final List<BudgetHeader> headers;
  private final Duration slack;

  private DeadlineHttpClient(HttpClient client, List<BudgetHeader> headers, Duration slack) {
    this.client = client;
    this.headers = headers;
    this.slack = slack;
  }

  /** {@code client}, bounded; no header is sent, and there is no slack. */
  public static DeadlineHttpClient of(HttpClient client) {
    client
        .connectTimeout()
        .ifPresent(own -> Deadline.NONE.lint("connect timeout of an HTTP client", own));
    return new DeadlineHttpClient(
        Objects.requireNonNull(client, "client"), List.of(), Duration.ZERO);
  }

  /**
   * The same, which also sends the time left, less the slack, in {@code header}. A request that has
   * that header keeps its own.
   */
  public DeadlineHttpClient sending(BudgetHeader header) {
    List<BudgetHeader> more = new ArrayList<>(headers);
    more.add(Objects.requireNonNull(header, "header"));
    return new DeadlineHttpClient(client, List.copyOf(more), slack);
  }

  /**
   * The same, which keeps {@code slack} back from what it tells the called service, for the way
   * back and what is done with the answer: zero if this is not called. A call that begins with less
   * than that left is refused with {@link HttpTimeoutException}.
   *
   * @throws IllegalArgumentException if it is negative
   */
  public DeadlineHttpClient withSlack(Duration slack) {
    if (slack.isNegative()) {
      throw new IllegalArgumentException("slack: " + slack + " is negative");
    }
    return new DeadlineHttpClient(client, headers, slack);
  }

  // ---- calls

  @Override
  public <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> handler)
      throws IOException, InterruptedException {
    Deadline deadline = Deadline.forCalls();
    if (!deadline.canEnd()) {
      return client.send(request, handler);
    }
    deadline.check();
    HttpRequest told = told(deadline, request);
    BoundCall call = BoundCall.begin(deadline, request);
    boolean answered = false;
    try {
      // Not the client's own send, though that changes threads less often: there the caller's
      // thread looks the host up, publishes the request's body and, where an answer is fast, may
      // call the handler and the reader. Race with expiry: an interrupt, which is what ends a send,
      // would hit the application's code in those, also for a deadline that interrupts nobody, and
      // whoever hears none would keep the caller. Here that does nothing but wait. Nor by
      // a timeout, which is for each hop of a redirect anew, and on some JDKs is left behind and
      // closes somebody else's connection (JDK-8304701).
      CompletableFuture<HttpResponse<T>> sent = client.sendAsync(told, call.bind(handler));
      call.stopBy(() -> sent.cancel(/* mayInterruptIfRunning= */ true));
      HttpResponse<T> response = await(sent, call);
      answered = call.hasBody();
      return response;
    } finally {
      if (!answered) {
        call.end();
      }
    }
  }

  private static <T> HttpResponse<T> await(CompletableFuture<HttpResponse<T>> sent, BoundCall call)
      throws IOException, InterruptedException {
    try {
      return sent.get();
    } catch (InterruptedException e) {
      sent.cancel(/* mayInterruptIfRunning= */ true);
      throw e;
    } catch (CancellationException e) {
      throw call.timeout(e); // nobody else has the future
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      if (call.isLate(cause)) {
        throw call.timeout(cause);
      } else if (cause instanceof IOException io) {
        throw io;
      } else if (cause instanceof RuntimeException runtime) {
        throw runtime;
      } else if (cause instanceof Error error) {
        throw error;
      }
      throw new IOException(cause);
    }
  }

  @Override
  public <T> CompletableFuture<HttpResponse<T>> sendAsync(
      HttpRequest request, BodyHandler<T> handler) {
    return sendAsync(request, handler, null);
  }

  @Override
  public <T> CompletableFuture<HttpResponse<T>> sendAsync(
      HttpRequest request, BodyHandler<T> handler, @Nullable PushPromiseHandler<T> pushes) {
    Deadline deadline = Deadline.forCalls();
    if (!deadline.canEnd()) {
      return pushes == null
          ? client.sendAsync(request, handler)
          : client.sendAsync(request, handler, pushes);
    }
    HttpRequest bounded;
    try {
      deadline.check();
      bounded = told(deadline, request);
    } catch (DeadlineExceededException | HttpTimeoutException e) {
      return CompletableFuture.failedFuture(e);
    }
    BoundCall call = BoundCall.begin(deadline, request);
    try {
      return bounded(call, start(deadline, call, bounded, handler, pushes));
    } catch (RuntimeException | Error e) {
      call.end();
      throw e;
    }
  }

  private <T> CompletableFuture<HttpResponse<T>> start(
      Deadline deadline,
      BoundCall call,
      HttpRequest request,
      BodyHandler<T> handler,
      @Nullable PushPromiseHandler<T> pushes) {
    BodyHandler<T> bound = call.bind(handler);
    if (pushes == null) {
      return client.sendAsync(request, bound);
    }
    return client.sendAsync(
        request,
        bound,
        (initiating, promised, accept) ->
            pushes.applyPushPromise(
                initiating,
                promised,
                pushed -> {
                  BoundCall push = BoundCall.begin(deadline, promised);
                  return bounded(push, accept.apply(push.bind(pushed)));
                }));
  }

  /** Derived from {@code sent}: as the client's own, cancelling it cancels the exchange. */
  private static <T> CompletableFuture<HttpResponse<T>> bounded(
      BoundCall call, CompletableFuture<HttpResponse<T>> sent) {
    call.stopBy(() -> sent.cancel(/* mayInterruptIfRunning= */ true));
    CompletableFuture<HttpResponse<T>> given =
        // Not on the thread that cuts it, which others wait for.
        sent.handleAsync(
            (response, failure) -> {
              if (failure == null) {
                return response;
              }
              Throwable cause =
                  failure instanceof CompletionException && failure.getCause() != null
                      ? failure.getCause()
                      : failure;
              throw new CompletionException(call.isLate(cause) ? call.timeout(cause) : cause);
            });
    // Not above: that is not called for a future that its user has cancelled.
    var unused =
        sent.whenComplete(
            (response, failure) -> {
              if (failure != null || !call.hasBody()) {
                call.end();
              }
            });
    return given;
  }

  /** {@code request}, or a copy that says how long its answer is waited for. */
  private HttpRequest told(Deadline deadline, HttpRequest request) throws HttpTimeoutException {
    deadline.lint(
        "http timeout of " + request.uri().getHost(), request.timeout().orElse(Duration.ZERO));
    Duration left = deadline.remaining();
    Duration told = left.minus(slack);
    if (told.isNegative() || told.isZero()) {
      deadline.check();
      throw new HttpTimeoutException(
          "Not begun: " + left.toMillis() + "ms left, slack " + slack.toMillis() + "ms");
    }
    if (headers.isEmpty() || deadline.isUnlimited()) {
      return request;
    }
    HttpRequest.Builder copy = HttpRequest.newBuilder(request, (name, value) -> true);
    for (BudgetHeader header : headers) {
      header.add(request, copy, told);
    }
    return copy.build();
  }

  // ---- the rest is the client's

  @Override
  public Optional<CookieHandler> cookieHandler() {
    return client.cookieHandler();
  }

  @Override
  public Optional<Duration> connectTimeout() {
    return client.connectTimeout();
  }

  @Override
  public Redirect followRedirects() {
    return client.followRedirects();
  }

  @Override
  public Optional<ProxySelector> proxy() {
    return client.proxy();
  }

  @Override
  public SSLContext sslContext() {
    return client.sslContext();
  }

  @Override
  public SSLParameters sslParameters() {
    return client.sslParameters();
  }

  @Override
  public Optional<Authenticator> authenticator() {
    return client.authenticator();
  }

  @Override
  public Version version() {
    return client.version();
  }

  @Override
  public Optional<Executor> executor() {
    return client.executor();
  }

  @Override
  public WebSocket.Builder newWebSocketBuilder() {
    return client.newWebSocketBuilder();
  }

  // Of Java 21, without @Override, for this is compiled for 17.

  /** As the client's; does nothing before Java 21. */
  public void shutdown() {
    new Closing(client).shutdown();
  }

  /** As the client's; does nothing before Java 21. */
  public void shutdownNow() {
    new Closing(client).shutdownNow();
  }

  /** As the client's; does nothing before Java 21. */
  public void close() {
    new Closing(client).close();
  }

  /** As the client's; false before Java 21. */
  public boolean isTerminated() {
    return new Closing(client).isTerminated();
  }

  /** As the client's; false, at once, before Java 21. */
  public boolean awaitTermination(Duration most) throws InterruptedException {
    return new Closing(client).awaitTermination(Objects.requireNonNull(most, "most"));
  }

  @Override
  public String toString() {
    return "DeadlineHttpClient[" + client + "]";
  }
}
