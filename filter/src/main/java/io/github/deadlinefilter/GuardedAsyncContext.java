package io.github.deadlinefilter;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import org.jspecify.annotations.Nullable;

/**
 * The AsyncContext that an application gets: one for a run, the same over all of its cycles. It
 * gives out the objects that the application holds, and decides with the state word whether {@code
 * complete} or {@code dispatch} came before the deadline. After it both do nothing: the run is
 * answered already, and the filter completes it. So it is where the container has taken the request
 * back without a word, and the filter has told of that.
 *
 * <p>Called on any thread of the application.
 */
final class GuardedAsyncContext implements AsyncContext {
  private final RequestRun run;
  private final AsyncCycle cycle;

  /**
   * Of the present cycle; written inside startAsync, before the application can use this object.
   */
  private volatile @Nullable AsyncContext real;

  private volatile boolean original;

  GuardedAsyncContext(RequestRun run, AsyncCycle cycle) {
    this.run = run;
    this.cycle = cycle;
  }

  /** A new cycle. */
  void renew(AsyncContext containers, boolean hasOriginalRequestAndResponse) {
    real = containers;
    original = hasOriginalRequestAndResponse;
  }

  /** The container's own context of the present cycle. */
  AsyncContext real() {
    AsyncContext now = real;
    if (now == null) {
      throw new IllegalStateException("asynchronous processing has not been started");
    }
    return now;
  }

  @Override
  public ServletRequest getRequest() {
    return run.call(() -> run.guarded(real().getRequest()));
  }

  @Override
  public ServletResponse getResponse() {
    return run.call(() -> run.guarded(real().getResponse()));
  }

  @Override
  public boolean hasOriginalRequestAndResponse() {
    // Asked by the container itself, too, also when the run is over.
    return original;
  }

  @Override
  public void dispatch() {
    end(/* dispatch= */ true, () -> real().dispatch());
  }

  @Override
  public void dispatch(String path) {
    end(/* dispatch= */ true, () -> real().dispatch(path));
  }

  @Override
  public void dispatch(ServletContext context, String path) {
    end(/* dispatch= */ true, () -> real().dispatch(context, path));
  }

  @Override
  public void complete() {
    end(/* dispatch= */ false, () -> real().complete());
  }

  /**
   * Race with expiry: the state word lets one of the two through. Once it let this one, the
   * container is called whatever happens, because nobody else would; and from outside the fence,
   * because Jetty calls onComplete inside complete(), which waits until nobody is inside.
   */
  private void end(boolean dispatch, Runnable call) {
    int before = run.endAsync(dispatch);
    if (before == RunState.LOST) {
      if (!run.isExpired() && !cycle.isLost()) {
        throw run.over();
      }
      return;
    }
    if (cycle.tenure().call(() -> end(dispatch, call, before))) {
      cycle.lookLater();
    } else {
      cycle.lookWhetherLost(/* why= */ null);
    }
  }

  private void end(boolean dispatch, Runnable call, int before) {
    if (!dispatch) {
      run.completeHead(/* through= */ before == RunState.ASYNC); // else the worker is still inside
    }
    if (run.phase() == RunState.ENDING) {
      run.runs().finished(run);
    } else if (dispatch) {
      run.runs().remember(run);
    }
    int callbacks = dispatch ? 0 : run.async().ioListeners().stepOut();
    try {
      call.run();
    } catch (RuntimeException e) {
      run.async().ioListeners().stepBack(callbacks);
      if (before != RunState.UNCHANGED) {
        if (run.undoEndAsync(before)) {
          run.runs().remember(run);
          run.runs().watch(run); // the deadline goes on, as the cycle does
        } else {
          run.runs().forget(run); // over meanwhile, and nobody brings it back
        }
      }
      throw e;
    }
  }

  @Override
  public void start(Runnable task) {
    run.call(
        () ->
            real()
                .start(
                    () -> {
                      Deadline before = Deadline.replaceCurrent(run.deadline);
                      try {
                        task.run();
                      } finally {
                        run.deadline.leave(before);
                      }
                    }));
  }

  @Override
  public void addListener(AsyncListener listener) {
    run.call(() -> cycle.add(new AsyncCycle.Listening(listener, null, null)));
  }

  @Override
  public void addListener(
      AsyncListener listener, ServletRequest request, ServletResponse response) {
    run.call(() -> cycle.add(new AsyncCycle.Listening(listener, request, response)));
  }

  @Override
  public <T extends AsyncListener> T createListener(Class<T> type) throws ServletException {
    return run.read(() -> real().createListener(type));
  }

  @Override
  public void setTimeout(long timeout) {
    run.call(() -> real().setTimeout(timeout));
    cycle.lint("asynchronous timeout of the application", timeout);
  }

  @Override
  public long getTimeout() {
    return run.call(() -> real().getTimeout());
  }
}
