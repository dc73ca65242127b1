/** A deadline for every request of a Jakarta Servlet application. */
@NullMarked
package io.github.deadlinefilter;

import org.jspecify.annotations.NullMarked;
