/** More load than there are workers, for a minute: see {@code -Poverload} in README. */
@NullMarked
package io.github.deadlinefilter.overload;

import org.jspecify.annotations.NullMarked;
