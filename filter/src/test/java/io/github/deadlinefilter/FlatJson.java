package io.github.deadlinefilter;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads a JSON object of strings and numbers, strictly as RFC 8259 has it. */
final class FlatJson {
  private static final Pattern WORD = Pattern.compile("[{},:]|-?(?:0|[1-9][0-9]*)");

  private final String text;
  private int at;

  private FlatJson(String text) {
    this.text = text;
  }

  /** The values by name, numbers as they are written. */
  static Map<String, String> read(String text) {
    FlatJson json = new FlatJson(text.strip());
    Map<String, String> values = new LinkedHashMap<>();
    String next = json.word("{");
    do {
      String name = json.string();
      json.word(":");
      String value = json.text.charAt(json.at) == '"' ? json.string() : json.word("number");
      if (values.put(name, value) != null) {
        throw new AssertionError(name + " stands twice");
      }
      next = json.word(", or }");
    } while (next.equals(","));
    if (!next.equals("}") || json.at != json.text.length()) {
      throw json.wrong("the end");
    }
    return values;
  }

  private String word(String expected) {
    Matcher word = WORD.matcher(text).region(at, text.length());
    boolean punctuation = expected.length() == 1;
    if (!word.lookingAt() || (punctuation && !word.group().equals(expected))) {
      throw wrong(expected);
    }
    at = word.end();
    return word.group();
  }

  private String string() {
    if (text.charAt(at++) != '"') {
      throw wrong("a string");
    }
    StringBuilder string = new StringBuilder();
    while (text.charAt(at) != '"') {
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
    char c = text.charAt(at++);
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

  private AssertionError wrong(String expected) {
    return new AssertionError("expected " + expected + " at " + at + " of " + text);
  }
}
