/**
 * The demo's slow views, each a servlet over {@link io.github.deadlinefilter.demo.SlowView}: it
 * reads the {@link io.github.deadlinefilter.demo.Delay}, lets one real thing take that long (a
 * {@link io.github.deadlinefilter.demo.SlowFunction} of an HTTP service, a memcached, a Redis or a
 * database, or the processor) and answers with a {@link io.github.deadlinefilter.demo.ViewReply}.
 *
 * <p>None of these knows of a deadline: what ends it in time is the filter named in {@code
 * web.xml}, and nothing else.
 *
 * <p>The experiment beside them is {@link io.github.deadlinefilter.demo.ApproachView}: the same
 * functions without the filter, under each {@link io.github.deadlinefilter.demo.Approach} to stop
 * them, and what came of it in {@link io.github.deadlinefilter.demo.RunHistory}.
 *
 * <p>The page at {@code /} fires requests at all of these through {@link
 * io.github.deadlinefilter.demo.PageView}. Each has a {@link
 * io.github.deadlinefilter.demo.RunName}, by which its client ({@link
 * io.github.deadlinefilter.demo.Firing}), its thread ({@link
 * io.github.deadlinefilter.demo.WorkerWatch}) and its backend ({@link
 * io.github.deadlinefilter.demo.NetworkControl}) tell the page when they were through with it
 * ({@link io.github.deadlinefilter.demo.PageFeed}).
 *
 * <p>What the filter counts meanwhile is told by {@link io.github.deadlinefilter.demo.MetricsView},
 * out of the registry of {@link io.github.deadlinefilter.demo.PrometheusListener}.
 */
@NullMarked
package io.github.deadlinefilter.demo;

import org.jspecify.annotations.NullMarked;
