/**
 * The soak: many users at once, on every container, against an application that misbehaves at
 * random around deadlines of a few milliseconds.
 *
 * <p>A {@link io.github.deadlinefilter.soak.Soak} runs a {@link
 * io.github.deadlinefilter.soak.SoakApplication}, whose {@link
 * io.github.deadlinefilter.soak.Behaviour}s do their {@link io.github.deadlinefilter.soak.Work}.
 * Each {@link io.github.deadlinefilter.soak.User} sends {@link
 * io.github.deadlinefilter.soak.Order}s, and {@link io.github.deadlinefilter.soak.Verdict} judges
 * every byte that comes back: it holds the order's own token, or is one of the {@link
 * io.github.deadlinefilter.soak.OwnReplies} of the filter. {@link
 * io.github.deadlinefilter.soak.SoakLog} wants a reason for whatever is logged.
 */
@NullMarked
package io.github.deadlinefilter.soak;

import org.jspecify.annotations.NullMarked;
