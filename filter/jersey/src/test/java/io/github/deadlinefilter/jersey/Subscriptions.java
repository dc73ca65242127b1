package io.github.deadlinefilter.jersey;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.CompletionCallback;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import jakarta.ws.rs.sse.SseBroadcaster;
import jakarta.ws.rs.sse.SseEventSink;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.glassfish.jersey.server.ChunkedOutput;
import org.jspecify.annotations.Nullable;

/** Gives what it was given to answer with to the test, which answers in its place, or late. */
@Path("{deadline}")
public class Subscriptions {
  final BlockingQueue<AsyncResponse> responses = new LinkedBlockingQueue<>();
  final BlockingQueue<ChunkedOutput<String>> outputs = new LinkedBlockingQueue<>();
  final BlockingQueue<SseEventSink> sinks = new LinkedBlockingQueue<>();

  /** How often a suspended request was completed, one way or the other. */
  final AtomicInteger completions = new AtomicInteger();

  // Guarded by this.
  private @Nullable Sse sse;
  private @Nullable SseBroadcaster broadcaster;

  @GET
  @Path("suspended")
  public void suspended(@Suspended AsyncResponse response) {
    response.register((CompletionCallback) failure -> completions.incrementAndGet());
    responses.add(response);
  }

  @GET
  @Path("chunks")
  @Produces(MediaType.TEXT_PLAIN)
  public ChunkedOutput<String> chunks() {
    ChunkedOutput<String> output = new ChunkedOutput<>(String.class);
    outputs.add(output);
    return output;
  }

  @GET
  @Path("events")
  @Produces(MediaType.SERVER_SENT_EVENTS)
  public synchronized void events(@Context SseEventSink sink, @Context Sse given) {
    if (broadcaster == null) {
      sse = given;
      broadcaster = given.newBroadcaster();
    }
    sink.send(given.newEvent("welcome"));
    broadcaster.register(sink);
    sinks.add(sink);
  }

  synchronized OutboundSseEvent event(String data) {
    return Objects.requireNonNull(sse).newEvent(data);
  }

  synchronized void broadcast(String data) {
    Objects.requireNonNull(broadcaster).broadcast(event(data));
  }

  /** Closes every sink once it has had its events. */
  synchronized void closeAll() {
    Objects.requireNonNull(broadcaster).close();
  }
}
