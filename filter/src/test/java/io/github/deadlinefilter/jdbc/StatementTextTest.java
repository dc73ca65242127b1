package io.github.deadlinefilter.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** No literal comes through. */
class StatementTextTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "MARIADB    | SELECT * FROM t WHERE id = 42        | SELECT * FROM t WHERE id = ?",
        "MARIADB    | SELECT t1.a FROM t1 WHERE b=1.5e3    | SELECT t1.a FROM t1 WHERE b=?",
        "MARIADB    | INSERT INTO t VALUES ('it''s', 'b')  | INSERT INTO t VALUES (?, ?)",
        "MARIADB    | SELECT \"secret\", a                 | SELECT ?, a",
        "POSTGRESQL | SELECT \"name\" FROM t               | SELECT \"name\" FROM t",
        "POSTGRESQL | SELECT $tag$secret$tag$, $1         | SELECT ?, $1",
        "POSTGRESQL | SELECT $$secret$$                    | SELECT ?",
        "MARIADB    | SELECT 'a\\'secret', 1               | SELECT ?",
        "MARIADB    | SELECT /* don't */ 'Bob', 1      | SELECT   ?, ?",
        "OTHER      | SELECT \"it's\", 'Bob'               | SELECT \"it's\", ?",
        "OTHER      | SELECT q'[it's Bob]', 'Bob'        | SELECT ?",
        "OTHER      | SELECT 'never closed                 | SELECT ?",
        "OTHER      | SELECT 0xCAFE, x'00'                 | SELECT ?, x?",
      })
  void statement_literals_areNotShown(Product product, String sql, String shown) {
    assertEquals(shown, StatementText.withoutLiterals(sql, product));
  }

  @Test
  void commentToTheEndOfItsLine_isNotShown_norIsWhatComesAfterAQuoteInIt() {
    String sql = "SELECT 1 -- it's\n, 'Bob'";
    assertEquals("SELECT ?  , ?", StatementText.withoutLiterals(sql, Product.POSTGRESQL));
  }

  @Test
  void longStatement_only_itsBeginningIsLookedAt() {
    String sql = "SELECT " + "a, ".repeat(100_000) + "b FROM t";
    assertTrue(StatementText.withoutLiterals(sql, Product.OTHER).length() < 130);
  }
}
