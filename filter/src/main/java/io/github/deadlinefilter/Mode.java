package io.github.deadlinefilter;

/** Whether the filter acts at all. */
enum Mode {
  /** Deadlines hold. */
  ENFORCE,
  /** Every request passes untouched; the settings are validated all the same. */
  OFF
}
