package io.github.deadlinefilter.demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;

/**
 * Waits for an HTTP service. The client has no timeout of its own, which is the fault that the demo
 * is about; an interrupt ends the wait.
 *
 * <p>Mapped twice: as {@code /http}, and as {@code /baseline}, which the filter's routes except.
 */
public final class HttpView extends SlowView {
  private static final long serialVersionUID = 1L;

  private final transient HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @Override
  String slow() {
    return "http";
  }

  @Override
  void work(Delay delay) throws BackendFailure, InterruptedException {
    String base = BackendSetting.HTTP_URL.value().replaceAll("/+$", "");
    HttpRequest request;
    try {
      request = HttpRequest.newBuilder(URI.create(base + "/delay/" + delay)).build();
    } catch (IllegalArgumentException e) {
      throw BackendSetting.HTTP_URL.unusable("is not a URL");
    }
    int status;
    try {
      status = client.send(request, BodyHandlers.discarding()).statusCode();
    } catch (IOException e) {
      throw new BackendFailure(BackendSetting.HTTP_URL, e);
    }
    if (status != 200) {
      throw new BackendFailure("the HTTP service answered " + status + " instead of 200");
    }
  }
}
