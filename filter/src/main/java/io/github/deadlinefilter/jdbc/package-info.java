/**
 * Databases within the deadline, by JDBC: {@link io.github.deadlinefilter.jdbc.DeadlineDataSource}
 * around a pool, or the prefix {@code jdbc:deadline:} of {@link
 * io.github.deadlinefilter.jdbc.DeadlineDriver} under one.
 *
 * <p>Both give out a {@code GuardedConnection} and what comes from it. Whatever may call the server
 * goes through its {@code Guard}, which lowers the timeouts ({@code NetworkLimit}, and {@code
 * SessionLimit} by a {@code SessionVariable}, or else {@code QueryLimit}) for the time of the
 * {@code Call}. At the deadline the {@code Call} cancels what is inside, and then aborts the
 * connection. Until there is one, {@code PoolWait} waits for a pool and {@code Login} for a server.
 *
 * <p>What does not call the server is in {@code ConnectionFacts}, {@code StatementFacts}, {@code
 * Parameters} and {@code ResultSetReads} with those after it: they only hand on.
 */
@NullMarked
package io.github.deadlinefilter.jdbc;

import org.jspecify.annotations.NullMarked;
