/**
 * What the demo's views wait for, as a process of its own ({@link
 * io.github.deadlinefilter.demo.backend.Backends}): an HTTP service, a memcached, a Redis and a
 * database, all real servers on loopback. In front of each stands a {@link
 * io.github.deadlinefilter.demo.backend.FaultProxy}, which makes the network between a view and its
 * backend as bad as {@link io.github.deadlinefilter.demo.backend.FaultControl} is told. What they
 * do for which request of the demo's page is kept in {@link
 * io.github.deadlinefilter.demo.backend.RunLog}.
 */
@NullMarked
package io.github.deadlinefilter.demo.backend;

import org.jspecify.annotations.NullMarked;
