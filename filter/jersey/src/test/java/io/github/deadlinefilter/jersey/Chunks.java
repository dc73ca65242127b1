package io.github.deadlinefilter.jersey;

import io.github.deadlinefilter.contract.Gate;
import java.io.IOException;
import org.glassfish.jersey.server.ChunkedOutput;
import org.glassfish.jersey.server.monitoring.ApplicationEvent;
import org.glassfish.jersey.server.monitoring.ApplicationEventListener;
import org.glassfish.jersey.server.monitoring.RequestEvent;
import org.glassfish.jersey.server.monitoring.RequestEventListener;

/**
 * A chunked answer that is closed only after Jersey has suspended its request. Jersey is not safe
 * against one that is closed while it does so: such a request may stay suspended for ever.
 */
final class Chunks extends ChunkedOutput<String> {
  private final Gate suspended = new Gate("Jersey's thread has done its part of the request");

  Chunks() {
    super(String.class);
  }

  void closeOnceSuspended() throws IOException, InterruptedException {
    suspended.await();
    close();
  }

  /** Hears from Jersey when its own thread is done with a request. */
  public static class Listener implements ApplicationEventListener {
    @Override
    public void onEvent(ApplicationEvent event) {}

    @Override
    public RequestEventListener onRequest(RequestEvent start) {
      return event -> {
        if (event.getType() == RequestEvent.Type.FINISHED
            && event.getContainerResponse() != null
            && event.getContainerResponse().getEntity() instanceof Chunks chunks) {
          chunks.suspended.open();
        }
      };
    }
  }
}
