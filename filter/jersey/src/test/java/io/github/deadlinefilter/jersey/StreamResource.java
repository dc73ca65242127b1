package io.github.deadlinefilter.jersey;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.StreamingOutput;
import jakarta.ws.rs.sse.Sse;
import jakarta.ws.rs.sse.SseEventSink;
import java.io.InterruptedIOException;
import java.util.List;
import org.glassfish.jersey.server.ChunkedOutput;

/** Answers that come in parts, the first of which is on the wire before the next is made. */
@Path(Pace.OF_REQUEST + "/stream")
public class StreamResource {
  /** Jersey sends nothing before it has more than this, however often it is told to flush. */
  private static final int JERSEYS_BUFFER = 8 * 1024;

  private static final Item LAST = new Item(2, "ended", List.of());

  private final Visit visit;

  @Inject
  public StreamResource(Visit visit) {
    this.visit = visit;
  }

  @GET
  @Path("output")
  @Produces(MediaType.TEXT_PLAIN)
  public StreamingOutput output() throws InterruptedIOException {
    visit.at(Place.RESOURCE);
    return out -> {
      out.write("begun ".repeat(JERSEYS_BUFFER).getBytes(UTF_8));
      out.flush();
      visit.at(Place.BODY);
      out.write("ended".getBytes(UTF_8));
    };
  }

  @GET
  @Path("chunks")
  @Produces(MediaType.TEXT_PLAIN)
  public ChunkedOutput<String> chunks() throws InterruptedIOException {
    visit.at(Place.RESOURCE);
    Chunks chunks = new Chunks();
    visit.elsewhere(
        () -> {
          visit.at(Place.HEAD);
          chunks.write("begun ");
          visit.at(Place.BODY);
          chunks.write("ended");
          chunks.closeOnceSuspended();
        });
    return chunks;
  }

  @GET
  @Path("events")
  @Produces(MediaType.SERVER_SENT_EVENTS)
  public void events(@Context SseEventSink sink, @Context Sse sse) throws InterruptedIOException {
    visit.at(Place.RESOURCE);
    visit.elsewhere(
        () -> {
          try (sink) {
            visit.at(Place.HEAD);
            sink.send(sse.newEvent("first", "begun"));
            visit.at(Place.BODY);
            if (sink.isClosed()) {
              return; // Jersey knows by now that nobody listens
            }
            sink.send(
                sse.newEventBuilder()
                    .id("2")
                    .mediaType(MediaType.APPLICATION_JSON_TYPE)
                    .data(LAST)
                    .build());
          }
        });
  }
}
