@NullMarked
package io.github.deadlinefilter.net;

import org.jspecify.annotations.NullMarked;
