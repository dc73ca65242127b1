package io.github.deadlinefilter;

/**
 * Reads numbers from headers: ASCII digits and nothing else, no sign, no exponent. Stateless; never
 * throws and never takes longer than the text is, whatever a client sends.
 */
final class Digits {
  /** What is not a number in the form that is asked for. */
  static final long MALFORMED = -1;

  private static final int MOST_WHOLE = 19;
  private static final int MOST_FRACTION = 9;
  private static final long BILLION = 1_000_000_000L;

  private Digits() {}

  /** The index of the first character from {@code from} on that is not a digit. */
  static int end(String text, int from) {
    int end = from;
    while (end < text.length() && text.charAt(end) >= '0' && text.charAt(end) <= '9') {
      end++;
    }
    return end;
  }

  /**
   * A number with or without a fraction of at most 9 digits, times {@code unit}, rounded down.
   *
   * @param to where the number has to end
   * @param unit positive; up to 10^9, or a multiple of it
   * @return {@link Long#MAX_VALUE} for what is more, or {@link #MALFORMED}
   */
  static long times(String text, int from, int to, long unit) {
    int point = Math.min(to, end(text, from));
    if (point == from || point - from > MOST_WHOLE) {
      return MALFORMED;
    }
    long fraction = point == to ? 0 : billionths(text, point, to);
    if (fraction == MALFORMED) {
      return MALFORMED;
    }
    long whole = 0;
    for (int i = from; i < point; i++) {
      int digit = text.charAt(i) - '0';
      if (whole > (Long.MAX_VALUE - digit) / 10) {
        return Long.MAX_VALUE;
      }
      whole = whole * 10 + digit;
    }
    // Less by one, so that the fraction fits in, too.
    if (whole > Long.MAX_VALUE / unit - 1) {
      return Long.MAX_VALUE;
    }
    long part = unit % BILLION == 0 ? unit / BILLION * fraction : unit * fraction / BILLION;
    return whole * unit + part;
  }

  /** Of the fraction whose point is at {@code point}. */
  private static long billionths(String text, int point, int to) {
    int digits = to - point - 1;
    if (text.charAt(point) != '.'
        || digits < 1
        || digits > MOST_FRACTION
        || end(text, point + 1) < to) {
      return MALFORMED;
    }
    long fraction = 0;
    for (int i = 1; i <= MOST_FRACTION; i++) {
      fraction = fraction * 10 + (i <= digits ? text.charAt(point + i) - '0' : 0);
    }
    return fraction;
  }
}
