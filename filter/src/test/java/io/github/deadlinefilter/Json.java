package io.github.deadlinefilter;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads a whole JSON document, strictly as RFC 8259 has it. */
final class Json {
  private static final Pattern NUMBER =
      Pattern.compile("-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?");

  private final String text;
  private int at;

  private Json(String text) {
    this.text = text;
  }

  /** Maps, lists, strings, numbers as {@link BigDecimal}, booleans and null. */
  static @Nullable Object read(String text) {
    Json json = new Json(text);
    Object value = json.value();
    json.space();
    if (json.at != text.length()) {
      throw json.wrong("the end");
    }
    return value;
  }

  private @Nullable Object value() {
    space();
    char next = peek();
    if (next == '{') {
      return object();
    } else if (next == '[') {
      return array();
    } else if (next == '"') {
      return string();
    } else if (isWord("null")) {
      return null;
    } else if (isWord("true")) {
      return true;
    } else if (isWord("false")) {
      return false;
    }
    Matcher number = NUMBER.matcher(text).region(at, text.length());
    if (!number.lookingAt()) {
      throw wrong("a value");
    }
    at = number.end();
    return new BigDecimal(number.group());
  }

  private Map<String, @Nullable Object> object() {
    Map<String, @Nullable Object> members = new LinkedHashMap<>();
    at++;
    for (boolean more = !isNext('}'); more; more = !isNext('}')) {
      if (!members.isEmpty() && !isNext(',')) {
        throw wrong(", or }");
      }
      space();
      String name = string();
      if (!isNext(':')) {
        throw wrong(":");
      } else if (members.containsKey(name)) {
        throw new AssertionError(name + " stands twice");
      }
      members.put(name, value());
    }
    return members;
  }

  private List<@Nullable Object> array() {
    List<@Nullable Object> values = new ArrayList<>();
    at++;
    for (boolean more = !isNext(']'); more; more = !isNext(']')) {
      if (!values.isEmpty() && !isNext(',')) {
        throw wrong(", or ]");
      }
      values.add(value());
    }
    return values;
  }

  private String string() {
    if (peek() != '"') {
      throw wrong("a string");
    }
    at++;
    StringBuilder string = new StringBuilder();
    while (peek() != '"') {
      char c = text.charAt(at++);
      if (c < ' ') {
        throw wrong("an escape");
      }
      string.append(c == '\\' ? escaped() : c);
    }
    at++;
    return string.toString();
  }

  private char escaped() {
    char c = peek();
    at++;
    if (c == 'u') {
      at += 4;
      return (char) Integer.parseInt(text, at - 4, at, 16);
    }
    int known = "\"\\/bfnrt".indexOf(c);
    if (known < 0) {
      throw wrong("a known escape");
    }
    return "\"\\/\b\f\n\r\t".charAt(known);
  }

  private boolean isNext(char c) {
    space();
    boolean is = peek() == c;
    at += is ? 1 : 0;
    return is;
  }

  private boolean isWord(String word) {
    boolean is = text.startsWith(word, at);
    at += is ? word.length() : 0;
    return is;
  }

  private void space() {
    while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private char peek() {
    if (at >= text.length()) {
      throw wrong("more");
    }
    return text.charAt(at);
  }

  private AssertionError wrong(String expected) {
    return new AssertionError("expected " + expected + " at " + at + " of " + text);
  }
}
