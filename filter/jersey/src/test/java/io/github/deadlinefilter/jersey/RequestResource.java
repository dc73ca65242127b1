package io.github.deadlinefilter.jersey;

import jakarta.inject.Inject;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.ws.rs.BeanParam;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.CookieParam;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.FormParam;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.MatrixParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.core.SecurityContext;
import jakarta.ws.rs.core.UriInfo;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import org.glassfish.jersey.media.multipart.FormDataContentDisposition;
import org.glassfish.jersey.media.multipart.FormDataParam;
import org.jspecify.annotations.Nullable;

/** Says what it saw of its request, by every way that JAX-RS has to see it. */
@Path(Pace.OF_REQUEST + "/request")
@Produces(MediaType.TEXT_PLAIN)
public class RequestResource {
  private final Visit visit;

  @Inject
  public RequestResource(Visit visit) {
    this.visit = visit;
  }

  /** Parameters of every kind, in one object. */
  public record Params(
      String first, String color, String second, List<String> query, String cookie, String user) {

    public Params(
        @PathParam("first") String first,
        @MatrixParam("color") @DefaultValue("none") String color,
        @PathParam("second") String second,
        @QueryParam("q") List<String> query,
        @CookieParam("FLAVOUR") @DefaultValue("none") String cookie,
        @HeaderParam("X-User") @DefaultValue("none") String user) {
      this.first = first;
      this.color = color;
      this.second = second;
      this.query = query;
      this.cookie = cookie;
      this.user = user;
    }
  }

  @GET
  @Path("params/{first}/{second: .+}")
  public String params(@BeanParam Params params) throws InterruptedIOException {
    visit.at(Place.RESOURCE);
    return params.toString();
  }

  @POST
  @Path("form")
  @Consumes(MediaType.APPLICATION_FORM_URLENCODED)
  public String form(@FormParam("a") String a, MultivaluedMap<String, String> all)
      throws InterruptedIOException {
    visit.at(Place.RESOURCE);
    return a + " " + new TreeMap<>(all);
  }

  @POST
  @Path("body")
  public String body(InputStream body) throws IOException {
    visit.at(Place.RESOURCE);
    return body.readAllBytes().length + " bytes";
  }

  @POST
  @Path("upload")
  @Consumes(MediaType.MULTIPART_FORM_DATA)
  public String upload(
      @FormDataParam("note") String note,
      @FormDataParam("file") InputStream file,
      @FormDataParam("file") FormDataContentDisposition about)
      throws IOException {
    visit.at(Place.RESOURCE);
    return note + " " + about.getFileName() + " " + file.readAllBytes().length;
  }

  @GET
  @Path("context")
  public String context(
      @Context UriInfo uri,
      @Context HttpHeaders headers,
      @Context SecurityContext security,
      @Context HttpServletRequest request)
      throws InterruptedIOException {
    visit.at(Place.RESOURCE);
    request.setAttribute("seen", request.getRequestURI());
    return String.join(
        "\n",
        "base=" + uri.getBaseUri(),
        "path=" + uri.getPath(),
        "request=" + uri.getRequestUri(),
        "matched=" + uri.getMatchedURIs(),
        "languages=" + headers.getAcceptableLanguages().stream().map(Locale::toString).toList(),
        "secure=" + security.isSecure() + " " + principal(security),
        "servlet=" + request.getServletPath() + " " + request.getPathInfo(),
        "seen=" + request.getAttribute("seen"),
        "async=" + request.isAsyncSupported() + " " + request.isAsyncStarted(),
        "dispatch=" + request.getDispatcherType());
  }

  private static @Nullable Object principal(SecurityContext security) {
    return security.getUserPrincipal();
  }
}
