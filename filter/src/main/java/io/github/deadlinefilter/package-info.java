/**
 * A deadline for every request of a Jakarta Servlet application. The files in the order in which a
 * request meets them:
 *
 * <p><b>Enter.</b> {@link io.github.deadlinefilter.DeadlineFilter} is what the container knows. It
 * has its {@code Settings}, which came from {@code Parameter}s in web.xml, a {@link
 * io.github.deadlinefilter.Builder} or the {@code Environment}, looks the request's {@code Route}
 * up in {@code Routes}, and is put together by {@code Parts}. What the edge and the client say
 * about the deadline is read by {@code EdgeWait} and {@code ClientDeadline}.
 *
 * <p><b>Run.</b> A {@code RequestRun} is one request under a deadline; {@code RunState}, its base,
 * decides whether the chain or the clock won and counts who is inside, and {@code FencedRun} lets
 * the guards' calls in until then. A {@code Pass} brings it past its {@code Bulkhead}, one of the
 * {@code Bulkheads}, to one of the {@code Workers}, or lets the container thread do the work.
 * {@code Runs} knows those in flight. {@code InterruptFence} keeps interrupts inside a run, and
 * takes stacks as {@code StackTime} allows.
 *
 * <p><b>Ask.</b> {@link io.github.deadlinefilter.Deadline} is what the application may ask: a
 * {@code RequestDeadline}, or a {@link io.github.deadlinefilter.DeadlineScope} of its own, which a
 * {@code Clockwork} makes act and {@code ScopedWork} is done in. An {@code IoLedger} knows where
 * the time went, by {@link io.github.deadlinefilter.IoCall}s, and a {@code Linter} which limits
 * never act.
 *
 * <p><b>Guard.</b> The application sees {@code GuardedRequest} and {@code GuardedResponse}, the
 * {@code Guarded...} streams and parts they give out, and {@code AsyncCycle} with its {@code
 * GuardedAsyncContext} and {@code IoListeners} if it goes asynchronous. {@code ResponseHead} knows
 * what the application did to the response's head.
 *
 * <p><b>Expire.</b> {@code Expiry} is the sequence at a deadline. {@code DirectAnswer} writes a
 * {@code DeadlineReply}, or a {@code CapturedPage} of the application, past a worker that stays;
 * {@code ContainerQuirks} is what Jetty, Tomcat and Undertow need beyond the specification; {@code
 * DeadlineTimer} and {@code Background} act where no container thread waits; {@code AnswerNews}
 * tells everybody.
 *
 * <p><b>Bound.</b> {@code StuckWorkers} counts those who stay, {@code InterruptOutcomes} where they
 * ignore what they are told, {@code LentThreads} makes up for those of the container, and {@code
 * LastResort} turns the {@code Health} down that {@link
 * io.github.deadlinefilter.DeadlineHealthServlet} tells.
 *
 * <p><b>Observe.</b> An {@code ExpiryReport} is one line in the log, the same keys every time.
 * {@code Events} tells each {@link io.github.deadlinefilter.DeadlineListener}, of which {@code
 * Listeners} finds those of the application, what became of a request. An {@code Observer} takes
 * the place of all the above in {@code mode=observe}. A {@code RouteHistory} remembers the last
 * hour of a route, in {@code HistorySlice}s, by the buckets of {@code Latencies}; its {@code
 * Summary} is what the {@code Advisor} reads, whose {@code Advice} an {@code AdviceReport} shows.
 * {@code Recent} counts what became of all requests in a {@code Timeline} and keeps the last of the
 * bad ones as {@code RecentIncidents}, for a {@code BoardFeed} to show all of this on the {@link
 * io.github.deadlinefilter.board.BoardServlet}.
 */
@NullMarked
package io.github.deadlinefilter;

import org.jspecify.annotations.NullMarked;
