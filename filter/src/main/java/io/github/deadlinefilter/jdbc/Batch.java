package io.github.deadlinefilter.jdbc;

/**
 * What an application collects in a statement to have it executed at once, as far as a {@link
 * SessionLimit} has to know of it: the other statements may be many.
 *
 * <p>Used by one thread at a time, as its statement is.
 */
final class Batch {
  private static final String NAME = "(batch)";

  private final StringBuilder text = new StringBuilder(NAME);

  void add(String sql) {
    if (SessionVariable.isAnyConcernedBy(sql)) {
      text.append("; ").append(sql);
    }
  }

  /** It has been executed, or is not wanted. */
  void clear() {
    text.setLength(NAME.length());
  }

  /** As one text of several statements. */
  String text() {
    return text.length() == NAME.length() ? NAME : text.toString();
  }
}
