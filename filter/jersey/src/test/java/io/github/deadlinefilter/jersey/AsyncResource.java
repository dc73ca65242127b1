package io.github.deadlinefilter.jersey;

import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.container.AsyncResponse;
import jakarta.ws.rs.container.Suspended;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.glassfish.jersey.server.ManagedAsync;

/** Answers that are made on another thread than the one that took the request. */
@Path(Pace.OF_REQUEST + "/async")
@Produces(MediaType.APPLICATION_JSON)
public class AsyncResource {
  private static final int OWN_TIMEOUT_MILLIS = 20;

  private final Visit visit;

  @Inject
  public AsyncResource(Visit visit) {
    this.visit = visit;
  }

  private static Item item(String name) {
    return new Item(1, name, List.of());
  }

  @GET
  @Path("resumed")
  public void resumed(@Suspended AsyncResponse response) throws InterruptedIOException {
    visit.at(Place.RESOURCE);
    visit.elsewhere(() -> response.resume(item("resumed")));
  }

  @GET
  @Path("failed")
  public void failed(@Suspended AsyncResponse response) throws InterruptedIOException {
    visit.at(Place.RESOURCE);
    visit.elsewhere(() -> response.resume(new FailingResource.OutOfCatsException("none here")));
  }

  /** Its own time-out comes before any deadline, and its handler answers. */
  @GET
  @Path("handled-timeout")
  public void handledTimeout(@Suspended AsyncResponse response) throws InterruptedIOException {
    visit.at(Place.RESOURCE);
    response.setTimeoutHandler(
        late -> visit.elsewhere(() -> late.resume(Response.accepted(item("not yet")).build())));
    response.setTimeout(OWN_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** Its own time-out comes before any deadline, and Jersey answers. */
  @GET
  @Path("timeout")
  public void timeout(@Suspended AsyncResponse response) throws InterruptedIOException {
    visit.at(Place.RESOURCE);
    response.setTimeout(OWN_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** On a thread of Jersey's. */
  @GET
  @Path("managed")
  @ManagedAsync
  public void managed(@Suspended AsyncResponse response) throws InterruptedIOException {
    visit.at(Place.RESOURCE);
    response.resume(item("managed"));
  }

  @GET
  @Path("stage")
  public CompletionStage<Item> stage() throws InterruptedIOException {
    visit.at(Place.RESOURCE);
    CompletableFuture<Item> stage = new CompletableFuture<>();
    visit.elsewhere(() -> stage.complete(item("staged")));
    return stage;
  }

  @GET
  @Path("failed-stage")
  public CompletionStage<Item> failedStage() throws InterruptedIOException {
    visit.at(Place.RESOURCE);
    CompletableFuture<Item> stage = new CompletableFuture<>();
    visit.elsewhere(
        () -> stage.completeExceptionally(new FailingResource.OutOfCatsException("not staged")));
    return stage;
  }
}
