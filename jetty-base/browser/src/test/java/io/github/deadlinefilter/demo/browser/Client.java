package io.github.deadlinefilter.demo.browser;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Somebody who uses the demo's views. */
final class Client {
  private final HttpClient http = HttpClient.newHttpClient();
  private final URI demo;

  Client(URI demo) {
    this.demo = demo;
  }

  /** The answer, when it comes. */
  CompletableFuture<HttpResponse<String>> get(String path) {
    return http.sendAsync(
            HttpRequest.newBuilder(URI.create(demo + path)).build(), BodyHandlers.ofString())
        .orTimeout(90, TimeUnit.SECONDS);
  }

  /** The answers to as many at once. */
  List<CompletableFuture<HttpResponse<String>>> get(int times, String path) {
    return Stream.generate(() -> get(path)).limit(times).toList();
  }
}
