package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.zaxxer.hikari.HikariDataSource;
import io.github.deadlinefilter.http.DeadlineHttpClient;
import io.github.deadlinefilter.jdbc.DeadlineDataSource;
import jakarta.servlet.AsyncContext;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.FieldSource;

/** Limits of the application's own that never act, for the deadline is shorter, are named. */
@ParameterizedClass
@FieldSource("io.github.deadlinefilter.contract.Containers#ALL")
class LimitsContractTest {
  private static final String LONGER = "Limit longer than the deadline above it: limit=";

  @Parameter Containers kind = Containers.TOMCAT;

  private static List<String> named(TestContainer container) {
    return container.log().of("io.github.deadlinefilter").stream()
        .map(ContainerLog::message)
        .filter(line -> line.startsWith(LONGER))
        .map(line -> line.substring(LONGER.length()).replaceFirst(" deadline=1s route=.*", ""))
        .toList();
  }

  @Test
  void longerThanTheDeadline_areNamedAtDeploymentOrWhereTheyAreUsed() throws Exception {
    HttpClient client =
        DeadlineHttpClient.of(
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(70)).build());
    var setup = new Combination(kind, "pool");
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        HikariDataSource pool = new HikariDataSource()) {
      pool.setConnectionTimeout(40_000);
      var unused = new DeadlineDataSource(pool);
      // By a name that no test asks for outside a request, where a limit is known once and for all.
      URI uri = URI.create("http://localhost:" + silent.getLocalPort());
      var app =
          new Application()
              .filter("/*", setup.filter().deadline(Duration.ofSeconds(1)).build())
              .servlet(
                  "/async",
                  (request, response) -> {
                    AsyncContext async = request.startAsync();
                    async.setTimeout(60_000);
                    async.complete();
                  })
              .servlet(
                  "/call",
                  (request, response) -> {
                    var call = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(80)).build();
                    client.send(call, BodyHandlers.discarding());
                  });
      try (TestContainer container = setup.start(app)) {
        Gate.eventually(
            () ->
                named(container)
                    .containsAll(
                        List.of(
                            "\"connect timeout of an HTTP client\" value=70s",
                            "\"connectionTimeout of HikariDataSource\" value=40s")),
            "named at deployment");
        Gate.eventually( // a first request may be late before its worker has begun
            () -> RawClient.ask(container, "/async").status() == 200, "asynchronous");
        assertEquals(503, RawClient.ask(container, "/call").status());
        Gate.eventually(
            () ->
                named(container)
                    .containsAll(
                        List.of(
                            "\"asynchronous timeout of the application\" value=1m",
                            "\"http timeout of localhost\" value=80s")),
            "named where they are used");
        assertEquals(
            1,
            named(container).stream()
                .filter(line -> line.startsWith("\"asynchronous timeout of the container\" "))
                .count());
      }
    }
  }
}
