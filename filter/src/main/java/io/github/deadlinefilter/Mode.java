package io.github.deadlinefilter;

/** Whether the filter acts at all. */
enum Mode {
  /** Deadlines hold. */
  ENFORCE,
  /** Every request passes untouched, and what would have become of it is counted and logged. */
  OBSERVE,
  /** Every request passes untouched; the settings are validated all the same. */
  OFF
}
