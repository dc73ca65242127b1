package io.github.deadlinefilter.jersey;

import jakarta.inject.Inject;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.ext.ExceptionMapper;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;

/** Makes an answer of an exception of the application. */
public class OutOfCatsMapper implements ExceptionMapper<FailingResource.OutOfCatsException> {
  private final Hold hold;
  private final HttpHeaders headers;

  @Inject
  public OutOfCatsMapper(Hold hold, @Context HttpHeaders headers) {
    this.hold = hold;
    this.headers = headers;
  }

  @Override
  public Response toResponse(FailingResource.OutOfCatsException exception) {
    try {
      hold.at(Place.MAPPER, headers.getHeaderString(Place.HEADER));
    } catch (InterruptedIOException e) {
      throw new UncheckedIOException(e);
    }
    return Response.status(422)
        .type(MediaType.TEXT_PLAIN_TYPE)
        .entity(exception.getMessage())
        .build();
  }
}
