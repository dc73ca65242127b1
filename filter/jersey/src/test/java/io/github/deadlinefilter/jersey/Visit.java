package io.github.deadlinefilter.jersey;

import jakarta.inject.Inject;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import java.io.InterruptedIOException;
import org.jspecify.annotations.Nullable;

/**
 * One request, as far as its being late is concerned. Made anew for each of them by Jersey, so that
 * it may be taken along to other threads.
 */
public final class Visit {
  private final Hold hold;
  private final @Nullable String order;

  @Inject
  public Visit(Hold hold, @Context HttpHeaders headers) {
    this.hold = hold;
    this.order = headers.getHeaderString(Place.HEADER);
  }

  void at(Place place) throws InterruptedIOException {
    hold.at(place, order);
  }

  /** Work that throws what it likes. */
  @FunctionalInterface
  interface Work {
    void run() throws Exception;
  }

  /** Does the work on a thread of its own; it is {@link Place#ELSEWHERE} there. */
  void elsewhere(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                at(Place.ELSEWHERE);
                work.run();
              } catch (Throwable e) {
                hold.failed(e);
              }
            },
            "elsewhere");
    thread.setDaemon(true);
    thread.start();
  }
}
