package io.github.deadlinefilter.jersey;

import jakarta.inject.Inject;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.container.PreMatching;
import jakarta.ws.rs.core.NewCookie;
import jakarta.ws.rs.core.Response;
import java.io.IOException;

/** Jersey's own filters: sees every request come and every answer go, and may send one away. */
@PreMatching
public class Doorman implements ContainerRequestFilter, ContainerResponseFilter {
  private final Hold hold;

  @Inject
  public Doorman(Hold hold) {
    this.hold = hold;
  }

  @Override
  public void filter(ContainerRequestContext request) throws IOException {
    hold.at(Place.ENTRY, request.getHeaderString(Place.HEADER));
    if ("nobody".equals(request.getHeaderString("X-User"))) {
      request.abortWith(
          Response.status(Response.Status.UNAUTHORIZED)
              .header("WWW-Authenticate", "Basic realm=\"cats\"")
              .entity("who are you?")
              .build());
    }
  }

  @Override
  public void filter(ContainerRequestContext request, ContainerResponseContext response)
      throws IOException {
    response.getHeaders().add("X-Application", "through Jersey");
    response
        .getHeaders()
        .add("Set-Cookie", new NewCookie.Builder("SEEN").value("yes").httpOnly(true).build());
    hold.at(Place.ANSWER, request.getHeaderString(Place.HEADER));
  }
}
