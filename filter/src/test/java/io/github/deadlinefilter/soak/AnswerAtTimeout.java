package io.github.deadlinefilter.soak;

import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import java.io.IOException;

/** Answers when the application's own time-out comes. */
record AnswerAtTimeout(Work work) implements AsyncListener {
  @Override
  public void onTimeout(AsyncEvent event) {
    work.tolerate(
        () -> {
          work.answer();
          event.getAsyncContext().complete();
        });
  }

  @Override
  public void onComplete(AsyncEvent event) throws IOException {}

  @Override
  public void onError(AsyncEvent event) throws IOException {}

  @Override
  public void onStartAsync(AsyncEvent event) throws IOException {}
}
