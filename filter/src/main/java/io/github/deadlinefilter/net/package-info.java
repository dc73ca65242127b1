/**
 * Sockets of which no call outlives the request that it is made for: {@link
 * io.github.deadlinefilter.net.DeadlineSocketFactory} and, for TLS, {@link
 * io.github.deadlinefilter.net.DeadlineSslSocketFactory}.
 */
@NullMarked
package io.github.deadlinefilter.net;

import org.jspecify.annotations.NullMarked;
