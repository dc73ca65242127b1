package io.github.deadlinefilter.jersey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.contract.RawClient;
import io.github.deadlinefilter.contract.Response;
import io.github.deadlinefilter.contract.TestContainer;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** One request that is late at one place, on a connection of its own. */
record LateRequest(Deployment deployment, Endpoint endpoint, Place place, RawClient client)
    implements AutoCloseable {

  /** All that a 503 may have; none of these comes from the application. */
  private static final Set<String> HEADERS =
      Set.of(
          "server",
          "date",
          "content-type",
          "content-language",
          "content-length",
          "cache-control",
          "deadline-reason",
          "connection");

  static LateRequest send(
      TestContainer container, Deployment deployment, Endpoint endpoint, Place place)
      throws Exception {
    var late = new LateRequest(deployment, endpoint, place, RawClient.connect(container));
    endpoint.send(late.client, Pace.SHORT.under(deployment), Place.HEADER + ": " + late.order());
    return late;
  }

  /** What it tells the application to do. */
  String order() {
    return place + " " + deployment + " " + endpoint;
  }

  /** Reads the answer, which is a whole 503, or cut where it had begun. */
  Response read(Duration deadline) throws IOException {
    Response response = endpoint.read(client);
    assertTrue(response.untilEnd().compareTo(deadline) >= 0, response::toString);
    if (place.begun()) {
      assertEquals(endpoint.status(), response.status(), response::toString);
      assertTrue(response.cut(), response::toString);
      assertEquals(place == Place.BODY, response.text().contains("begun"), response::toString);
      assertFalse(response.text().contains("ended"), response::toString);
    } else {
      assertEquals(503, response.status(), response::toString);
      assertTrue(response.complete(), response::toString);
      assertEquals(List.of(), foreign(response), response::toString);
      // Jetty has no error page for some methods, nor for who accepts only images.
      assertTrue(
          response.text().isEmpty() || response.text().contains("in the time allowed"),
          response::toString);
    }
    return response;
  }

  private static List<String> foreign(Response response) {
    return response.headers().stream()
        .map(header -> header.getKey().toLowerCase(Locale.ROOT))
        .filter(name -> !HEADERS.contains(name))
        .toList();
  }

  @Override
  public void close() throws IOException {
    client.close();
  }

  @Override
  public String toString() {
    return deployment + ": " + endpoint + ", late at " + place;
  }
}
