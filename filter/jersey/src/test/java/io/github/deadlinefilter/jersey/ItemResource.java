package io.github.deadlinefilter.jersey;

import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.EntityTag;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.NewCookie;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import java.io.InterruptedIOException;
import java.net.URI;
import java.time.Instant;
import java.util.Date;
import java.util.List;

/** Entities as JSON and as text, with tags, dates and conditions. */
@Path(Pace.OF_REQUEST + "/items")
@Produces(MediaType.APPLICATION_JSON)
public class ItemResource {
  private static final EntityTag TAG = new EntityTag("version-1");

  @SuppressWarnings("JavaUtilDate") // JAX-RS takes no other
  private static final Date CHANGED = Date.from(Instant.ofEpochSecond(1_700_000_000));

  private final Visit visit;

  @Inject
  public ItemResource(Visit visit) {
    this.visit = visit;
  }

  @GET
  @Path("{id}")
  public Item get(@PathParam("id") int id, @Context HttpServletResponse response)
      throws InterruptedIOException {
    response.addHeader("X-Past-Jersey", "yes");
    visit.at(Place.RESOURCE);
    return new Item(id, "a cat, gr\u00e5", List.of("small", "grey"));
  }

  @GET
  @Path("{id}")
  @Produces(MediaType.TEXT_PLAIN)
  public String getText(@PathParam("id") int id) throws InterruptedIOException {
    visit.at(Place.RESOURCE);
    return "item " + id;
  }

  @POST
  @Consumes(MediaType.APPLICATION_JSON)
  public Response create(Item item, @Context UriInfo uri) throws InterruptedIOException {
    visit.at(Place.RESOURCE);
    return Response.created(uri.getAbsolutePathBuilder().path(String.valueOf(item.id())).build())
        .entity(item)
        .cookie(new NewCookie.Builder("LAST").value("item-" + item.id()).path("/").build())
        .build();
  }

  @DELETE
  @Path("{id}")
  public void delete(@PathParam("id") int id) throws InterruptedIOException {
    visit.at(Place.RESOURCE);
  }

  @GET
  @Path("{id}/state")
  public Response state(@PathParam("id") int id, @Context Request request)
      throws InterruptedIOException {
    visit.at(Place.RESOURCE);
    Response.ResponseBuilder met = request.evaluatePreconditions(CHANGED, TAG);
    Response.ResponseBuilder answer =
        met == null ? Response.ok(new Item(id, "state", List.of())) : met;
    return answer.tag(TAG).lastModified(CHANGED).build();
  }

  @PUT
  @Path("{id}/state")
  public Response change(@PathParam("id") int id, @Context Request request, Item item)
      throws InterruptedIOException {
    visit.at(Place.RESOURCE);
    Response.ResponseBuilder met = request.evaluatePreconditions(TAG);
    return met == null ? Response.noContent().build() : met.build();
  }

  @GET
  @Path("{id}/moved")
  public Response moved(@PathParam("id") int id) throws InterruptedIOException {
    visit.at(Place.RESOURCE);
    return Response.seeOther(URI.create("items/" + id)).build();
  }
}
