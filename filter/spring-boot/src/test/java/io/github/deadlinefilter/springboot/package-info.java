/**
 * The filter in front of a Spring Boot application: Spring MVC with an embedded Tomcat and Spring
 * Security.
 *
 * <p>{@link io.github.deadlinefilter.springboot.TestedApplication} is the application, with its
 * endpoints; {@link io.github.deadlinefilter.springboot.DeadlineConfiguration} sets the filter up
 * as the README shows it. A {@link io.github.deadlinefilter.springboot.RunningApplication} is one
 * or both of them on a port of its own, a {@link io.github.deadlinefilter.springboot.Browser}
 * speaks to it through the contract's client, and {@link io.github.deadlinefilter.springboot.Late}
 * holds the endpoints that are to be late.
 */
@NullMarked
package io.github.deadlinefilter.springboot;

import org.jspecify.annotations.NullMarked;
