/** What the filter tells the JDK's flight recorder, where the JVM has that. */
@NullMarked
package io.github.deadlinefilter.jfr;

import org.jspecify.annotations.NullMarked;
