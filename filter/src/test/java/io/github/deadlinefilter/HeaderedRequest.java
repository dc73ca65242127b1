package io.github.deadlinefilter;

import jakarta.servlet.http.HttpServletRequest;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A request that has headers and hardly anything else. */
final class HeaderedRequest {
  private final Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
  private String method = "GET";
  private String protocol = "HTTP/1.1";

  /** Each of {@code lines} as {@code Name: value}. */
  static HttpServletRequest of(String... lines) {
    HeaderedRequest request = new HeaderedRequest();
    List.of(lines).forEach(request::add);
    return request.build();
  }

  HeaderedRequest add(String line) {
    int colon = line.indexOf(':');
    headers
        .computeIfAbsent(line.substring(0, colon), name -> new ArrayList<>())
        .add(line.substring(colon + 1).strip());
    return this;
  }

  HeaderedRequest line(String newMethod, String newProtocol) {
    method = newMethod.toUpperCase(Locale.ROOT);
    protocol = newProtocol;
    return this;
  }

  HttpServletRequest build() {
    return (HttpServletRequest)
        Proxy.newProxyInstance(
            HttpServletRequest.class.getClassLoader(),
            new Class<?>[] {HttpServletRequest.class},
            (self, called, arguments) ->
                switch (called.getName()) {
                  case "getHeader" -> {
                    List<String> values = values(arguments);
                    yield values.isEmpty() ? null : values.get(0);
                  }
                  case "getHeaders" -> Collections.enumeration(values(arguments));
                  case "getContentLengthLong" -> {
                    List<String> values = headers.get("Content-Length");
                    yield values == null ? -1L : Long.parseLong(values.get(0));
                  }
                  case "getMethod" -> method;
                  case "getProtocol" -> protocol;
                  default -> throw new UnsupportedOperationException(called.getName());
                });
  }

  private List<String> values(Object[] arguments) {
    return headers.getOrDefault((String) arguments[0], List.of());
  }
}
