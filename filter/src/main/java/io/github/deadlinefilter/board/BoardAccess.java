package io.github.deadlinefilter.board;

import jakarta.servlet.http.HttpServletRequest;

/**
 * Decides who may see the board: the application's own rule, as the servlet context's attribute
 * {@link #ATTRIBUTE}, in place of the rule that only this machine may. Where the servlet has the
 * init-param {@code role}, both are asked.
 *
 * <p>Called with each request to the board, on its thread. What it throws is an error of that
 * request, which sees nothing then.
 */
@FunctionalInterface
public interface BoardAccess {
  /** Where the servlet looks for it. */
  String ATTRIBUTE = "io.github.deadlinefilter.board.BoardAccess";

  /**
   * Whether the request may go on; one that is to end another request is a {@code POST}. To be
   * decided by who is logged in, and not by addresses or names: what a request says of those may be
   * its client's word, or that of a page that has led a browser here.
   */
  boolean isAllowed(HttpServletRequest request);
}
