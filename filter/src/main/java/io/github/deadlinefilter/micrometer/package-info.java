/** What binds the filter to Micrometer's libraries, where an application has them. */
@NullMarked
package io.github.deadlinefilter.micrometer;

import org.jspecify.annotations.NullMarked;
