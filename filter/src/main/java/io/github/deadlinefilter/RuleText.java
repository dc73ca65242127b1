package io.github.deadlinefilter;

/**
 * A line of {@code routes} and where it stands, so that a message can show it. Immutable.
 *
 * @param text of the rule without comment and surrounding white space
 * @param place such as {@code web.xml, routes line 3}, counted from 1
 */
record RuleText(String text, String place) {
  static final String FORM =
      "[METHOD[,METHOD]] PATTERN = DURATION or none [key=value ...], such as GET /reports/* = 20s"
          + " grace=10ms";

  /** A value in this rule. */
  Given given(String name, String value) {
    return new Given(name, value, place + ": " + SettingsException.quote(text));
  }

  @Override
  public String toString() {
    return "the rule " + SettingsException.quote(text) + " (" + place + ")";
  }
}
