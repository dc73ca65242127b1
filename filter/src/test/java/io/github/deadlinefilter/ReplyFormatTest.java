package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReplyFormatTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        // nothing, or nothing that can be understood
        "                                                  | TEXT",
        "''                                                | TEXT",
        "json                                              | TEXT",
        ",;,/,=;q                                          | TEXT",
        // curl, wget, fetch
        "*/*                                               | TEXT",
        // browsers: a page, an image
        "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8 | HTML",
        "image/avif,image/webp,image/png,*/*;q=0.5         | TEXT",
        // API clients: plain, axios, jQuery, vendor types
        "application/problem+json                          | PROBLEM",
        "application/json                                  | PROBLEM",
        "Application/JSON; charset=utf-8                   | PROBLEM",
        "application/json, text/plain, */*                 | PROBLEM",
        "application/json, text/javascript, */*; q=0.01    | PROBLEM",
        "application/vnd.github+json                       | PROBLEM",
        "application/hal+json, */*;q=0.1                   | PROBLEM",
        // quality, exactness, order
        "text/plain;q=0.5, text/html;q=0.501               | HTML",
        "text/plain;q=0.5, text/html;q=0.50                | TEXT",
        "text/html, application/json                       | HTML",
        "text/*, application/json                          | PROBLEM",
        "*/*, text/html                                    | HTML",
        "text/*                                            | TEXT",
        "application/*                                     | PROBLEM",
        "application/*, application/json;q=0.2, text/html;q=0.5 | HTML",
        "text/html ; Q=0.2 , text/plain ; x=y ; q=0.3      | TEXT",
        // exclusions
        "text/plain;q=0, */*                               | HTML",
        "text/*;q=0, */*                                   | PROBLEM",
        "text/*;q=0, text/html, */*;q=0.1                  | HTML",
        "application/json;q=0, */*;q=0.5, text/plain;q=0.1 | HTML",
        "application/a+json;q=0, application/b+json        | PROBLEM",
        // accepts none of ours: one that it does not exclude
        "image/png                                         | TEXT",
        "text/plain;q=0                                    | HTML",
        "*/*;q=0                                           | TEXT",
        // a wrong quality makes its range garbage
        "text/html;q=2, application/json;q=0.1             | PROBLEM",
        "text/html;q=-1, application/json;q=0.1            | PROBLEM",
        "text/html;q=NaN, application/json;q=0.1           | PROBLEM",
        "text/html;q=, application/json;q=0.1              | PROBLEM",
        "*/json, text/html;q=0.1                           | HTML",
        // what is quoted does not count
        "text/html;p=\"a,application/json,\";q=0.5, */*;q=0.1| HTML",
        "text/html;p=\"a,*/*;q=0,\";q=0.5, text/plain;q=0.4| HTML",
        "text/html;p=\";q=0\", */*;q=0.1                   | HTML",
        "text/html;p=\"\\\";q=0\", */*;q=0.1               | HTML",
        "text/html;p=\"\\\\\", application/json;q=0.2      | HTML",
        "application/json;p=\"\\\\\";q=0.1, text/html      | HTML",
        "text/html;p=\u0085, application/json;q=0.1        | HTML",
      })
  void accept_isNegotiated_formatSuitsTheClient(@Nullable String accept, ReplyFormat expected) {
    assertEquals(expected, ReplyFormat.of(accept));
  }

  @Test
  void veryLongAccept_isNegotiated_onlyItsBeginningCounts() {
    assertEquals(ReplyFormat.HTML, ReplyFormat.of("text/html" + ",a/b".repeat(1_000_000)));
    assertEquals(ReplyFormat.TEXT, ReplyFormat.of("a/b,".repeat(1_000_000) + "text/html"));
    assertEquals(ReplyFormat.TEXT, ReplyFormat.of("text/html;x=" + "y".repeat(10_000_000)));
    assertEquals(ReplyFormat.TEXT, ReplyFormat.of(",".repeat(10_000_000)));
    assertEquals(ReplyFormat.TEXT, ReplyFormat.of(";q ".repeat(1_000_000)));
  }

  @Test
  void randomAccept_isNegotiated_neverThrows() {
    Random random = new Random(1);
    String parts = "text/htmlplain*,;q=01.5 \t\r\n\"\\\u0000\u00e9\ud83d/json+application";
    for (int i = 0; i < 20_000; i++) {
      StringBuilder accept = new StringBuilder();
      for (int j = random.nextInt(60); j > 0; j--) {
        accept.append(parts.charAt(random.nextInt(parts.length())));
      }
      assertNotNull(ReplyFormat.of(accept.toString()));
    }
  }
}
