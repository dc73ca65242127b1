package io.github.deadlinefilter.board;

import org.jspecify.annotations.Nullable;

/**
 * What a deployed filter shows on the board, and what may be done there. Implemented by the filter
 * itself, which puts it into the list that is the servlet context's attribute {@link #ATTRIBUTE},
 * and takes it out when it is destroyed.
 *
 * <p>Thread-safe. No request waits for any of this, but for the worker whose stack is taken.
 */
public interface Feed {
  /** A {@code List<Feed>}, never changed but replaced. */
  String ATTRIBUTE = "io.github.deadlinefilter.board.Feed";

  /** What has come of {@link #cancel}. */
  enum Cancelled {
    /** It is being ended, or its worker has been told once more to stop. */
    TOLD,
    /** It had ended before. */
    ENDED,
    /** No such request is known. */
    UNKNOWN
  }

  /** What goes on, and what the last hour was like: a JSON object, on one line. */
  String snapshot();

  /**
   * Where a request is slow: a JSON object with the stack of its worker, which is stopped for a
   * moment, and the one at its end if it had one.
   *
   * @param id as the snapshot has it
   * @return null if there is no such request
   */
  @Nullable String stack(String id);

  /**
   * Ends a request as if its deadline had come.
   *
   * @param id as the snapshot has it
   */
  Cancelled cancel(String id);

  /**
   * Has {@code task} run when the filter is being destroyed, before it ends its requests and waits
   * for them; at once if that has begun. The same task runs once, however often it is given.
   */
  void whenOver(Runnable task);
}
