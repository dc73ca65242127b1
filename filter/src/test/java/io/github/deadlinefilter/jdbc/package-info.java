/** The JDBC adapter, with real databases and with drivers that do what none should. */
@NullMarked
package io.github.deadlinefilter.jdbc;

import org.jspecify.annotations.NullMarked;
