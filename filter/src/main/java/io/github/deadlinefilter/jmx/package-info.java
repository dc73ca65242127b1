/** Shows a filter to operators over JMX, where the JVM has that. */
@NullMarked
package io.github.deadlinefilter.jmx;

import org.jspecify.annotations.NullMarked;
