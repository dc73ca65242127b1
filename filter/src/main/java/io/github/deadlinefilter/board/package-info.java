/**
 * A live page for operators. {@link io.github.deadlinefilter.board.BoardServlet} is what an
 * application maps, if it wants to have it; {@code Access} decides who may look, {@code Pages} has
 * what never changes, {@code Streams} feeds those who look, and a {@link
 * io.github.deadlinefilter.board.Feed} is what a filter shows.
 */
@NullMarked
package io.github.deadlinefilter.board;

import org.jspecify.annotations.NullMarked;
