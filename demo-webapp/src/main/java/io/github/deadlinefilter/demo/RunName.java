package io.github.deadlinefilter.demo;

import jakarta.servlet.http.HttpServletRequest;
import java.security.SecureRandom;
import java.util.regex.Pattern;

/**
 * The name of a request that the page has fired, by which it is found again wherever it leaves a
 * trace: in the worker, and in what the backends are asked. It is the request's id.
 */
final class RunName {
  static final String HEADER = "X-Request-Id";

  /** Of a request that the page has not fired. */
  static final String NONE = "demo";

  // Nothing that means anything in SQL, in a memcached's key or in a header. The backends look for
  // it.
  private static final Pattern NAME = Pattern.compile("run-[0-9a-z]{12}");
  private static final String LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz";
  private static final int LETTERS_OF_A_NAME = 12;
  private static final SecureRandom RANDOM = new SecureRandom();

  private RunName() {}

  static String of(HttpServletRequest request) {
    String id = request.getHeader(HEADER);
    return id != null && NAME.matcher(id).matches() ? id : NONE;
  }

  /** One that no other request has. */
  static String next() {
    var name = new StringBuilder("run-");
    for (int i = 0; i < LETTERS_OF_A_NAME; i++) {
      name.append(LETTERS.charAt(RANDOM.nextInt(LETTERS.length())));
    }
    return name.toString();
  }
}
