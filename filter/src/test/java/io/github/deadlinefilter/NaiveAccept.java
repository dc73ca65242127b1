package io.github.deadlinefilter;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The choice of a format as RFC 9110, section 12.5.1, and {@link ReplyFormat#of} word it, slow and
 * plain, for a header that is short enough to be read whole: the reference in tests.
 */
final class NaiveAccept {
  private record Range(String type, String subtype, int quality, int position) {
    /** How exactly this names a format; 0: not at all. */
    int names(ReplyFormat format) {
      String mime = format.contentType().replaceFirst(";.*", "");
      if (mime.equals(type + "/" + subtype)) {
        return 4;
      } else if (format == ReplyFormat.PROBLEM
          && type.equals("application")
          && ("+" + subtype).endsWith("+json")) {
        return 3;
      } else if (mime.startsWith(type + "/") && subtype.equals("*")) {
        return 2;
      }
      return type.equals("*") && subtype.equals("*") ? 1 : 0;
    }
  }

  private record Choice(ReplyFormat format, int exactness, Range range) {
    int quality() {
      return range.quality();
    }

    /** Any JSON is meant as much as ours. */
    int exactnessAmongFormats() {
      return Math.min(exactness, 3);
    }
  }

  private NaiveAccept() {}

  static ReplyFormat choose(String accept) {
    List<Range> ranges = new ArrayList<>();
    for (String element : split(accept, ',')) {
      Range range = range(element, ranges.size());
      if (range != null) {
        ranges.add(range);
      }
    }
    List<Choice> named =
        Arrays.stream(ReplyFormat.values())
            .map(format -> bestFor(format, ranges))
            .flatMap(Optional::stream)
            .toList();
    Comparator<Choice> byQuality = descending(Choice::quality);
    Optional<Choice> best =
        named.stream()
            .filter(choice -> choice.quality() > 0)
            .min(
                byQuality
                    .thenComparing(descending(Choice::exactnessAmongFormats))
                    .thenComparing(choice -> choice.range().position())
                    .thenComparing(Choice::format));
    return best.map(Choice::format)
        .orElseGet(
            () ->
                Arrays.stream(ReplyFormat.values())
                    .filter(format -> named.stream().noneMatch(choice -> choice.format() == format))
                    .findFirst()
                    .orElse(ReplyFormat.TEXT));
  }

  /** What the most exact of the ranges says, and of those the one with the highest quality. */
  private static Optional<Choice> bestFor(ReplyFormat format, List<Range> ranges) {
    return ranges.stream()
        .map(range -> new Choice(format, range.names(format), range))
        .filter(choice -> choice.exactness() > 0)
        .min(descending(Choice::exactness).thenComparing(descending(Choice::quality)));
  }

  private static Comparator<Choice> descending(ToIntFunction<Choice> number) {
    return Comparator.comparingInt(number).reversed();
  }

  private static @Nullable Range range(String element, int position) {
    List<String> parts = split(element, ';');
    String mime = strip(parts.get(0)).toLowerCase(Locale.ROOT);
    int slash = mime.indexOf('/');
    if (slash < 0 || !isToken(mime.substring(0, slash)) || !isToken(mime.substring(slash + 1))) {
      return null;
    }
    for (String parameter : parts.subList(1, parts.size())) {
      int equals = parameter.indexOf('=');
      if (equals >= 0 && strip(parameter.substring(0, equals)).equalsIgnoreCase("q")) {
        int quality = quality(strip(parameter.substring(equals + 1)));
        return quality < 0
            ? null
            : new Range(mime.substring(0, slash), mime.substring(slash + 1), quality, position);
      }
    }
    return new Range(mime.substring(0, slash), mime.substring(slash + 1), 1_000, position);
  }

  /** Thousandths, or -1 if it is not a quality. */
  private static int quality(String value) {
    if (value.isEmpty() || "01".indexOf(value.charAt(0)) < 0 || value.length() > 5) {
      return -1;
    } else if (value.length() > 1 && value.charAt(1) != '.') {
      return -1;
    }
    String digits = value.substring(Math.min(2, value.length()));
    if (!digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
      return -1;
    }
    int quality = Integer.parseInt(value.charAt(0) + (digits + "000").substring(0, 3));
    return quality <= 1_000 ? quality : -1;
  }

  /** At each separator that does not stand in a quoted string. */
  private static List<String> split(String text, char separator) {
    List<String> parts = new ArrayList<>();
    boolean quoted = false;
    int start = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"') {
        quoted = !quoted;
      } else if (c == '\\' && quoted) {
        i++;
      } else if (c == separator && !quoted) {
        parts.add(text.substring(start, i));
        start = i + 1;
      }
    }
    parts.add(text.substring(start));
    return parts;
  }

  private static boolean isToken(String text) {
    return !text.isEmpty()
        && text.chars()
            .allMatch(
                c ->
                    (c >= 'a' && c <= 'z')
                        || (c >= '0' && c <= '9')
                        || "!#$%&'*+-.^_`|~".indexOf(c) >= 0);
  }

  private static String strip(String text) {
    int from = 0;
    int to = text.length();
    while (from < to && isSpace(text.charAt(from))) {
      from++;
    }
    while (from < to && isSpace(text.charAt(to - 1))) {
      to--;
    }
    return text.substring(from, to);
  }

  private static boolean isSpace(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
  }
}
