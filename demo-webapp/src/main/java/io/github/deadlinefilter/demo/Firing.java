package io.github.deadlinefilter.demo;

import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Sends the page's requests, each as a client of its own over a connection of its own, to the
 * server that we are in: a browser has six connections for a server and no more, so that the
 * seventh of its requests would wait for the first, and not for the server.
 */
final class Firing {
  /** Longer than any delay. */
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final HttpClient client;

  Firing(HttpClient client) {
    this.client = client;
  }

  /** The application that {@code request} has come to, at the address it has come to. */
  static String here(HttpServletRequest request) {
    String address = request.getLocalAddr();
    String host = address.contains(":") && !address.startsWith("[") ? "[" + address + "]" : address;
    return request.getScheme()
        + "://"
        + host
        + ":"
        + request.getLocalPort()
        + request.getContextPath();
  }

  void send(String here, FiredRequest fired) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(here + fired.path()))
            .header(RunName.HEADER, fired.run())
            .header("Accept", "application/problem+json, application/json")
            .timeout(PATIENCE)
            .build();
    fired.sent();
    var unused =
        client
            .sendAsync(request, BodyHandlers.ofString())
            .whenComplete((answer, failure) -> note(fired, answer, failure));
  }

  private static void note(
      FiredRequest fired, @Nullable HttpResponse<String> answer, @Nullable Throwable failure) {
    if (answer != null) {
      fired.answered(answer.statusCode(), answer.body());
    } else {
      Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
      fired.failed(String.valueOf(cause));
    }
  }
}
