/**
 * What the filter costs, beside what else there is: {@link io.github.deadlinefilter.bench.Figures}
 * measures all of it and writes the table of the README.
 */
@NullMarked
package io.github.deadlinefilter.bench;

import org.jspecify.annotations.NullMarked;
