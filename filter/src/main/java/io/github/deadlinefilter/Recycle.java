package io.github.deadlinefilter;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * When this process is to be given up as beyond help: {@code COUNT stuck for DURATION [then exit]}.
 * Immutable.
 *
 * @param count how many workers have to be stuck for so long
 * @param nanos for how long
 * @param exit end the JVM in order, and not only turn the health down
 */
record Recycle(int count, long nanos, boolean exit) {
  static final String FORM =
      "COUNT stuck for DURATION [then exit], such as 50 stuck for 1m, or none";

  private static final Pattern RULE =
      Pattern.compile("(\\S+)\\s+stuck\\s+for\\s+(\\S+)(\\s+then\\s+exit)?");

  static Recycle parse(Given given) throws SettingsException {
    Matcher rule = RULE.matcher(given.text());
    if (!rule.matches()) {
      throw SettingsException.notOneOf(given, FORM);
    }
    String place = given.place() + ": " + SettingsException.quote(given.text());
    int count = new Given("COUNT of recycle", rule.group(1), place).count(/* least= */ 1);
    long nanos = new Given("DURATION of recycle", rule.group(2), place).positiveNanos();
    return new Recycle(count, nanos, rule.group(3) != null);
  }

  @Override
  public String toString() {
    return count + " stuck for " + Nanos.format(nanos) + (exit ? " then exit" : "");
  }
}
