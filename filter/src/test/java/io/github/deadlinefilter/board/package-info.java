/** Tests of the board without a container; the contract has those with one. */
@NullMarked
package io.github.deadlinefilter.board;

import org.jspecify.annotations.NullMarked;
