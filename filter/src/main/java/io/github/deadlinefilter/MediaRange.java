package io.github.deadlinefilter;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One element of an {@code Accept} header (RFC 9110, section 12.5.1). Immutable.
 *
 * @param type in lower case, or {@code *}
 * @param subtype in lower case, or {@code *}
 * @param quality thousandths: 0 excludes, 1000 is best
 */
record MediaRange(String type, String subtype, int quality) {
  // The header is a stranger's: only so much of it is read. Browsers send 200 characters.
  private static final int MOST_CHARS = 2_000;
  private static final int MOST_RANGES = 50;

  private static final String TOKEN = "([A-Za-z0-9!#$%&'*+.^_`|~-]+)";
  private static final Pattern RANGE =
      Pattern.compile("\\s*" + TOKEN + "/" + TOKEN + "\\s*(;.*)?", Pattern.DOTALL);
  private static final Pattern QUALITY =
      Pattern.compile(";\\s*q\\s*=([^;]*)", Pattern.CASE_INSENSITIVE);
  private static final Pattern QVALUE = Pattern.compile("\\s*(0(\\.\\d{0,3})?|1(\\.0{0,3})?)\\s*");

  /** What can be understood of the header, in its order; nothing of it is an error. */
  static List<MediaRange> parse(@Nullable String header) {
    List<MediaRange> ranges = new ArrayList<>();
    if (header == null) {
      return ranges;
    }
    String accept = withoutQuoted(header);
    int limit = Math.min(accept.length(), MOST_CHARS);
    int start = 0;
    while (start < limit && ranges.size() < MOST_RANGES) {
      int comma = accept.indexOf(',', start);
      int end = comma < 0 ? accept.length() : comma;
      if (end > MOST_CHARS) {
        break; // Half an element might say the opposite of the whole.
      }
      MediaRange range = element(accept.substring(start, end));
      if (range != null) {
        ranges.add(range);
      }
      start = end + 1;
    }
    return ranges;
  }

  /** A quoted string may hold any separator, and none of what it says counts here. */
  private static String withoutQuoted(String header) {
    if (header.indexOf('"') < 0) {
      return header;
    }
    char[] chars = header.substring(0, Math.min(header.length(), MOST_CHARS + 1)).toCharArray();
    boolean quoted = false;
    for (int i = 0; i < chars.length; i++) {
      if (chars[i] == '"') {
        quoted = !quoted;
      } else if (quoted) {
        if (chars[i] == '\\' && i + 1 < chars.length) {
          chars[i++] = '_';
        }
        chars[i] = '_';
      }
    }
    return new String(chars);
  }

  private static @Nullable MediaRange element(String element) {
    Matcher range = RANGE.matcher(element);
    if (!range.matches()) {
      return null;
    }
    String parameters = range.group(3);
    Integer quality = parameters == null ? Integer.valueOf(1_000) : quality(parameters);
    return quality == null
        ? null
        : new MediaRange(
            range.group(1).toLowerCase(Locale.ROOT),
            range.group(2).toLowerCase(Locale.ROOT),
            quality);
  }

  private static @Nullable Integer quality(String parameters) {
    Matcher quality = QUALITY.matcher(parameters);
    if (!quality.find()) {
      return 1_000;
    }
    Matcher value = QVALUE.matcher(quality.group(1));
    return value.matches() ? (int) Math.round(Double.parseDouble(value.group(1)) * 1_000) : null;
  }
}
