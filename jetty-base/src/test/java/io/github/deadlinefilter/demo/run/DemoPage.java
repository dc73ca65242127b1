package io.github.deadlinefilter.demo.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.eclipse.jetty.util.ajax.JSON;

/** The page of a running demo, as far as it asks its server. Any thread. */
record DemoPage(RunningDemo of) {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  /** What the feed tells of a request that was fired, or of what its backend had to do for it. */
  record Told(Map<?, ?> fields) {
    boolean has(String field) {
      return fields.get(field) != null;
    }

    /** Of a field that is there. */
    Object get(String field) {
      return Objects.requireNonNull(fields.get(field), () -> field + " is not in " + this);
    }

    Told part(String field) {
      return new Told((Map<?, ?>) get(field));
    }

    /** When that was, in milliseconds from when it was asked. */
    long after(String field) {
      return (Long) get(field) - (Long) get("asked");
    }

    long backendUntil() {
      return (Long) part("backend").get("until") - (Long) get("asked");
    }

    boolean isOver() {
      return has("answered")
          && (has("free") || !has("began"))
          && (!has("backend") || part("backend").has("until"));
    }
  }

  /** As the page sends it. */
  HttpResponse<String> send(String method, String path) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(of.url() + path))
            .method(method, HttpRequest.BodyPublishers.noBody());
    if (!method.equals("GET")) {
      request.header("X-Demo-Page", "1");
    }
    return CLIENT.sendAsync(request.build(), BodyHandlers.ofString()).join();
  }

  /** The time that the feed is to be asked from. */
  long begin(String query) {
    return (Long) json(202, send("POST", "/page/fire?" + query)).get("asked");
  }

  /** Fires, and waits until all is over. */
  List<Told> fire(String query) throws InterruptedException {
    long asked = begin(query);
    Experiment.await(() -> fired(asked).allMatch(Told::isOver));
    return fired(asked).toList();
  }

  Stream<Told> fired(long since) {
    return Stream.of((Object[]) feed(since).get("runs")).map(one -> new Told((Map<?, ?>) one));
  }

  Told feed(long since) {
    return json(200, send("GET", "/page/runs?since=" + since));
  }

  private static Told json(int status, HttpResponse<String> answer) {
    assertEquals(status, answer.statusCode(), answer.body());
    return new Told((Map<?, ?>) new JSON().fromJSON(answer.body()));
  }
}
