package io.github.deadlinefilter;

import java.util.concurrent.ThreadLocalRandom;

/**
 * Ids by which a person who got a 503 and the log line about it find each other. Called from any
 * thread; cheap, and no secret: who knows one can do nothing with it but over JMX, where {@code
 * cancel} takes it.
 */
final class Incident {
  // 32 letters and digits of which no two look alike or are mixed up on the telephone.
  private static final char[] ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz".toCharArray();
  private static final int BITS_PER_LETTER = 5;
  // 45 bits: among 100,000 incidents two are the same with a probability of 1 in 7,000.
  private static final int LENGTH = 9;

  private Incident() {}

  static String next() {
    long bits = ThreadLocalRandom.current().nextLong();
    char[] id = new char[LENGTH];
    for (int i = 0; i < LENGTH; i++) {
      id[i] = ALPHABET[(int) (bits & (ALPHABET.length - 1))];
      bits >>>= BITS_PER_LETTER;
    }
    return new String(id);
  }
}
