package io.github.deadlinefilter.contract;

import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;

/** Does its task when the container says that an asynchronous request is complete. */
record CompleteListener(Runnable task) implements AsyncListener {
  @Override
  public void onComplete(AsyncEvent event) {
    task.run();
  }

  @Override
  public void onTimeout(AsyncEvent event) {}

  @Override
  public void onError(AsyncEvent event) {}

  @Override
  public void onStartAsync(AsyncEvent event) {}
}
