package io.github.deadlinefilter;

/** How the work of an expired run is told to stop. */
enum OnExpiry {
  /** Run the registered cancellations and interrupt the worker. */
  INTERRUPT,
  /** Let it run on: it is neither cancelled nor interrupted, only fenced off. */
  ABANDON,
  /**
   * Run the registered cancellations, but do not interrupt: for code that breaks when interrupted.
   */
  COOPERATE
}
