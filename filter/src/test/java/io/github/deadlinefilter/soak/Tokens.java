package io.github.deadlinefilter.soak;

/** Bodies that are made of a token over and over, so that each byte tells whose it is. */
final class Tokens {
  /** How long each token is. */
  static final int LENGTH = 16;

  /** With what separates it from the next one. */
  static final int UNIT = LENGTH + 1;

  private Tokens() {}

  /** The token of a user's next request, as no other request of this JVM has it. */
  static String of(String user, long number) {
    String digits = Long.toString(number, Character.MAX_RADIX);
    return user + "0".repeat(LENGTH - user.length() - digits.length()) + digits;
  }

  /** {@code token;token;token;} */
  static String times(String token, int number) {
    return (token + ";").repeat(number);
  }

  /** Whether {@code body} is the beginning of the token over and over. */
  static boolean begins(String body, String token) {
    return firstForeign(body, token) < 0;
  }

  /** How many whole tokens {@code body} is made of, or -1 if it is made of anything else. */
  static int count(String body, String token) {
    return body.length() % UNIT == 0 && begins(body, token) ? body.length() / UNIT : -1;
  }

  /** Whether {@code body} is any piece of the token over and over. */
  static boolean isPiece(String body, String token) {
    return times(token, body.length() / UNIT + 2).contains(body);
  }

  /** Where the first byte is that is not of the token, and what is there. */
  static String foreign(String body, String token) {
    int at = firstForeign(body, token);
    return at < 0
        ? body.length() + " bytes of its own"
        : "at "
            + at
            + " of "
            + body.length()
            + " ["
            + body.substring(at, Math.min(at + 3 * UNIT, body.length()))
            + "]";
  }

  private static int firstForeign(String body, String token) {
    String unit = token + ";";
    for (int i = 0; i < body.length(); i++) {
      if (body.charAt(i) != unit.charAt(i % unit.length())) {
        return i;
      }
    }
    return -1;
  }
}
