@NullMarked
package io.github.deadlinefilter.http;

import org.jspecify.annotations.NullMarked;
