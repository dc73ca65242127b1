/**
 * One contract, run on every container over real sockets.
 *
 * <p>An {@link io.github.deadlinefilter.contract.Application} says what is deployed, a {@link
 * io.github.deadlinefilter.contract.TestContainer} of {@link
 * io.github.deadlinefilter.contract.Containers} runs it, a {@link
 * io.github.deadlinefilter.contract.RawClient} speaks to it byte by byte, and {@link
 * io.github.deadlinefilter.contract.Gate}s decide who goes first. {@link
 * io.github.deadlinefilter.contract.CrossTalk} holds the attacks that the filter exists to stop. A
 * {@link io.github.deadlinefilter.contract.War} comes and goes while its container runs on.
 */
@NullMarked
package io.github.deadlinefilter.contract;

import org.jspecify.annotations.NullMarked;
