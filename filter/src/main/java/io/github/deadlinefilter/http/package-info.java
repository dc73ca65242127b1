/**
 * Calls of {@code java.net.http} that end with the request that they are made for: {@link
 * io.github.deadlinefilter.http.DeadlineHttpClient}.
 */
@NullMarked
package io.github.deadlinefilter.http;

import org.jspecify.annotations.NullMarked;
