package io.github.deadlinefilter;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes a JSON document (RFC 8259) from its begin to its end. What is text is escaped so that it
 * can stand in a script, in a page and on one line, too. Times become numbers of milliseconds, and
 * what does not exist becomes null.
 *
 * <p>Not thread-safe. It is the caller who closes what he opens.
 */
final class JsonText {
  private final StringBuilder text = new StringBuilder();

  /** Something stands before the next value in the same brackets. */
  private boolean comma;

  JsonText object() {
    return open('{');
  }

  JsonText object(String key) {
    return key(key).open('{');
  }

  JsonText endObject() {
    return close('}');
  }

  JsonText array() {
    return open('[');
  }

  JsonText array(String key) {
    return key(key).open('[');
  }

  JsonText endArray() {
    return close(']');
  }

  private JsonText open(char bracket) {
    separate();
    text.append(bracket);
    comma = false;
    return this;
  }

  private JsonText close(char bracket) {
    text.append(bracket);
    comma = true;
    return this;
  }

  private void separate() {
    if (comma) {
      text.append(',');
    }
    comma = true;
  }

  private JsonText key(String key) {
    separate();
    quote(key);
    text.append(':');
    comma = false;
    return this;
  }

  JsonText put(String key, @Nullable String value) {
    return value == null ? raw(key, "null") : key(key).value(value);
  }

  JsonText put(String key, long value) {
    return raw(key, Long.toString(value));
  }

  JsonText put(String key, boolean value) {
    return raw(key, Boolean.toString(value));
  }

  /** In milliseconds, to the microsecond; {@link Long#MAX_VALUE} is null. */
  JsonText putNanos(String key, long nanos) {
    if (nanos == Long.MAX_VALUE) {
      return raw(key, "null");
    }
    long micros = nanos / 1_000;
    long rest = Math.abs(micros % 1_000);
    String sign = micros < 0 && micros > -1_000 ? "-" : "";
    String whole = sign + micros / 1_000;
    return raw(key, rest == 0 ? whole : whole + "." + Long.toString(rest + 1_000).substring(1));
  }

  JsonText put(String key, List<String> values) {
    array(key);
    values.forEach(this::value);
    return endArray();
  }

  JsonText put(String key, long[] values) {
    array(key);
    for (long value : values) {
      separate();
      text.append(value);
    }
    return endArray();
  }

  JsonText value(String value) {
    separate();
    quote(value);
    return this;
  }

  /** A value that is JSON already. */
  JsonText raw(String key, String json) {
    key(key);
    text.append(json);
    comma = true;
    return this;
  }

  private void quote(String value) {
    text.append('"');
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == '"' || c == '\\') {
        text.append('\\').append(c);
      } else if (mustBeEscaped(value, i)) {
        text.append("\\u");
        for (int shift = 12; shift >= 0; shift -= 4) {
          text.append(Character.forDigit((c >> shift) & 0xf, 16));
        }
      } else {
        text.append(c);
      }
    }
    text.append('"');
  }

  private static boolean mustBeEscaped(String value, int at) {
    char c = value.charAt(at);
    return Character.isISOControl(c)
        || c == '<'
        || c == '>'
        || c == '&'
        || c == '\u2028'
        || c == '\u2029'
        || (Character.isSurrogate(c) && isAlone(value, at)); // which no UTF-8 can have
  }

  private static boolean isAlone(String value, int at) {
    char c = value.charAt(at);
    return Character.isHighSurrogate(c)
        ? at + 1 == value.length() || !Character.isLowSurrogate(value.charAt(at + 1))
        : at == 0 || !Character.isHighSurrogate(value.charAt(at - 1));
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
