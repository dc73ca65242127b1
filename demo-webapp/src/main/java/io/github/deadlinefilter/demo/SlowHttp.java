package io.github.deadlinefilter.demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;

/** Waits for an HTTP service. An interrupt ends the wait. */
final class SlowHttp implements SlowFunction {
  private final HttpClient client;

  SlowHttp(HttpClient client) {
    this.client = client;
  }

  /** A client without a timeout of its own, which is the fault that the demo is about. */
  static HttpClient patientClient() {
    return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  }

  @Override
  public void run(Delay delay, Runnable betweenSteps) throws BackendFailure, InterruptedException {
    String base = BackendSetting.HTTP_URL.value().replaceAll("/+$", "");
    HttpRequest request;
    try {
      var builder = HttpRequest.newBuilder(URI.create(base + "/delay/" + delay));
      if (!delay.run().equals(RunName.NONE)) {
        builder.header(RunName.HEADER, delay.run());
      }
      request = builder.build();
    } catch (IllegalArgumentException e) {
      throw BackendSetting.HTTP_URL.unusable("is not a URL");
    }
    betweenSteps.run();
    int status;
    try {
      status = client.send(request, BodyHandlers.discarding()).statusCode();
    } catch (IOException e) {
      throw new BackendFailure(BackendSetting.HTTP_URL, e);
    }
    betweenSteps.run();
    if (status != 200) {
      throw new BackendFailure("the HTTP service answered " + status + " instead of 200");
    }
  }
}
