/**
 * Starts the demo and ends it: {@link io.github.deadlinefilter.demo.run.Launcher} runs the backends
 * and a Jetty as processes of their own, and none of them outlives it ({@link
 * io.github.deadlinefilter.demo.run.ExitWithParent}).
 */
@NullMarked
package io.github.deadlinefilter.demo.run;

import org.jspecify.annotations.NullMarked;
