package io.github.deadlinefilter.jersey;

import jakarta.inject.Inject;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import java.io.InterruptedIOException;

/** Answers by exceptions. */
@Path(Pace.OF_REQUEST + "/fail")
public class FailingResource {
  private final Visit visit;

  @Inject
  public FailingResource(Visit visit) {
    this.visit = visit;
  }

  @GET
  @Path("mapped")
  public String mapped() throws InterruptedIOException {
    visit.at(Place.RESOURCE);
    throw new OutOfCatsException("no cats left");
  }

  @GET
  @Path("answer")
  public String answer() throws InterruptedIOException {
    visit.at(Place.RESOURCE);
    throw new WebApplicationException(
        Response.status(Response.Status.CONFLICT)
            .header("X-Conflict", "yes")
            .entity("conflict")
            .build());
  }

  @GET
  @Path("status")
  public String status() throws InterruptedIOException {
    visit.at(Place.RESOURCE);
    throw new WebApplicationException(Response.Status.GONE);
  }

  @GET
  @Path("unmapped")
  public String unmapped() throws InterruptedIOException {
    visit.at(Place.RESOURCE);
    throw new IllegalStateException("not mapped");
  }

  /** {@link OutOfCatsMapper} makes an answer of it. */
  static final class OutOfCatsException extends RuntimeException {
    private static final long serialVersionUID = 1;

    OutOfCatsException(String message) {
      super(message);
    }
  }
}
