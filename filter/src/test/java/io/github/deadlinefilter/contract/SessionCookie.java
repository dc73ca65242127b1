package io.github.deadlinefilter.contract;

import io.github.deadlinefilter.contract.Comparison.Exchange;
import java.util.Arrays;

/**
 * The session's cookie as the client last got it, sent along with every later request.
 *
 * <p>Not thread-safe.
 */
final class SessionCookie {
  /** What a client sends that has got none. */
  private static final String UNKNOWN = "JSESSIONID=unknown";

  private String cookie = UNKNOWN;

  void forget() {
    cookie = UNKNOWN;
  }

  Exchange get(String path, String... headers) {
    return client -> kept(client.get(path, with(headers)).read());
  }

  Exchange post(String path, String body, String... headers) {
    return client -> kept(client.post(path, body, with(headers)).read());
  }

  private String[] with(String... headers) {
    String[] all = Arrays.copyOf(headers, headers.length + 1);
    all[headers.length] = "Cookie: " + cookie;
    return all;
  }

  private Response kept(Response response) {
    for (String set : response.headers("Set-Cookie")) {
      if (set.startsWith("JSESSIONID=")) {
        cookie = set.replaceAll(";.*", "");
      }
    }
    return response;
  }
}
