package io.github.deadlinefilter.contract;

import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import java.util.function.Consumer;

/** Does its tasks when an asynchronous request is said to be over its time, and complete. */
record EndListener(Consumer<AsyncEvent> timeout, Runnable complete) implements AsyncListener {
  EndListener(Runnable complete) {
    this(event -> {}, complete);
  }

  @Override
  public void onComplete(AsyncEvent event) {
    complete.run();
  }

  @Override
  public void onTimeout(AsyncEvent event) {
    timeout.accept(event);
  }

  @Override
  public void onError(AsyncEvent event) {}

  @Override
  public void onStartAsync(AsyncEvent event) {}
}
