package io.github.deadlinefilter.jersey;

import io.github.deadlinefilter.contract.Response;
import java.util.List;
import java.util.regex.Pattern;

/** A response without what differs from one moment to the next. */
final class Shape {
  /** Tomcat's page for an exception shows stack traces, which have the filter in them. */
  private static final Pattern FRAMES = Pattern.compile("\\t[\\w.$&;#]+\\(.*\\)\\R");

  private static final Pattern UNPRINTABLE = Pattern.compile("[^\\x20-\\x7e\\s]");

  private Shape() {}

  static String of(Response response) {
    boolean stack = FRAMES.matcher(response.octets()).find();
    List<String> headers =
        response.headers().stream()
            .filter(header -> !header.getKey().equalsIgnoreCase("Date"))
            .filter(header -> !stack || !header.getKey().equalsIgnoreCase("Content-Length"))
            .map(Object::toString)
            .toList();
    return response.status()
        + " "
        + headers
        + " "
        + response.ending()
        + " "
        + response.trailers()
        + " "
        + printable(FRAMES.matcher(response.octets()).replaceAll(""));
  }

  private static String printable(String octets) {
    return UNPRINTABLE
        .matcher(octets)
        .replaceAll(found -> String.format("<%02x>", (int) found.group().charAt(0)));
  }
}
