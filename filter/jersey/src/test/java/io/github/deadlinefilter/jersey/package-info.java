/**
 * A JAX-RS application on Jersey, with the filter in front of it and without.
 *
 * <p>An {@link io.github.deadlinefilter.jersey.Endpoint} is one request to the application that
 * {@link io.github.deadlinefilter.jersey.JerseyApplication} puts together of its resources. {@link
 * io.github.deadlinefilter.jersey.Deployment} deploys it as a servlet and as a filter. A request
 * may name the {@link io.github.deadlinefilter.jersey.Place} where it is to be late, and {@link
 * io.github.deadlinefilter.jersey.Hold} keeps it there until the test lets it go.
 */
@NullMarked
package io.github.deadlinefilter.jersey;

import org.jspecify.annotations.NullMarked;
