/**
 * The demo's slow views, each a servlet over {@link io.github.deadlinefilter.demo.SlowView}: it
 * reads the {@link io.github.deadlinefilter.demo.Delay}, lets one real thing take that long (an
 * HTTP service, a memcached, a database, the processor) and answers with a {@link
 * io.github.deadlinefilter.demo.ViewReply}.
 *
 * <p>No view knows of a deadline: what ends it in time is the filter named in {@code web.xml}, and
 * nothing else.
 */
@NullMarked
package io.github.deadlinefilter.demo;

import org.jspecify.annotations.NullMarked;
