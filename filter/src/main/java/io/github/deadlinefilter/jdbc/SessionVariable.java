package io.github.deadlinefilter.jdbc;

import java.lang.reflect.InvocationTargetException;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** By which a server limits the statements of one session; zero is no limit. */
enum SessionVariable {
  /** In seconds, with decimals. */
  MAX_STATEMENT_TIME(
      "max_statement_time",
      1000,
      "SELECT @@SESSION.max_statement_time, CONNECTION_ID()",
      "SELECT @@SESSION.max_statement_time",
      ""),

  /** Of MySQL, in milliseconds. It limits what only reads: {@link #limits}. */
  MAX_EXECUTION_TIME(
      "max_execution_time",
      1,
      "SELECT @@SESSION.max_execution_time, CONNECTION_ID()",
      "SELECT @@SESSION.max_execution_time",
      ""),

  /** Of PostgreSQL, in milliseconds or with a unit. What a transaction has set its end may undo. */
  STATEMENT_TIMEOUT(
      "statement_timeout",
      1,
      "SELECT current_setting('statement_timeout'), pg_backend_pid()",
      "SHOW statement_timeout",
      "'");

  private static final SessionVariable[] ALL = values();

  /** In PostgreSQL's statements that may undo what was set in their transaction. */
  private static final String[] UNDOING = {"rollback", "abort"};

  /** How PostgreSQL's statements begin that reset all there is. */
  private static final String[] RESETTING = {"reset", "discard"};

  /** URLs of several servers, or of one that may be another after a while. */
  private static final Pattern SEVERAL =
      Pattern.compile(
          "jdbc:[a-z+]+:(?:replication|load-?balance|sequential|failover|aurora)\\b.*"
              + "|jdbc:[a-z]+\\+srv:.*|jdbc:[a-z:]+//[^/?]*,.*",
          Pattern.CASE_INSENSITIVE);

  /** What the drivers call the number that the server has told them at login. */
  private static final String[] NUMBERS = {"getThreadId", "getId", "getBackendPID"};

  private static final Pattern VALUE = Pattern.compile("(\\d+(?:\\.\\d+)?)(ms|s|min|h|d)?");

  /** A value that is in force. */
  record Found(String text, long millis) {}

  private final String variable;
  private final int unitMillis;
  private final String firstQuestion;
  private final String question;
  private final String quote;

  SessionVariable(
      String variable, int unitMillis, String firstQuestion, String question, String quote) {
    this.variable = variable;
    this.unitMillis = unitMillis;
    this.firstQuestion = firstQuestion;
    this.question = question;
    this.quote = quote;
  }

  static @Nullable SessionVariable of(Product product) {
    return switch (product) {
      case MARIADB -> MAX_STATEMENT_TIME;
      case MYSQL -> MAX_EXECUTION_TIME;
      case POSTGRESQL -> STATEMENT_TIMEOUT;
      default -> null;
    };
  }

  /** Whether {@code sql} may do anything to one of them, whose ever server it is for. */
  static boolean isAnyConcernedBy(String sql) {
    for (SessionVariable variable : ALL) {
      if (variable.isSetBy(sql) || variable.mayBeUndoneBy(sql)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a transaction's end may undo what was set in it, and a look at it begins one. */
  boolean isTransactional() {
    return this == STATEMENT_TIMEOUT;
  }

  /** Whether {@code sql} may show or set it. */
  boolean isSetBy(String sql) {
    return contains(sql, variable) || (isTransactional() && resets(sql));
  }

  /** Whether {@code sql} is one of the statements that it ends. */
  static boolean limits(String sql, Product product) {
    return product != Product.MYSQL || begins(sql, skipSpace(sql, 0), "select");
  }

  /** Whether one of the statements in {@code sql} begins so. */
  private static boolean resets(String sql) {
    int at = 0;
    do {
      at = skipSpace(sql, at);
      for (String word : RESETTING) {
        if (begins(sql, at, word)) {
          return true;
        }
      }
      at = sql.indexOf(';', at) + 1;
    } while (at > 0);
    return false;
  }

  private static int skipSpace(String sql, int from) {
    int at = from;
    while (at < sql.length() && Character.isWhitespace(sql.charAt(at))) {
      at++;
    }
    return at;
  }

  private static boolean begins(String sql, int at, String word) {
    return sql.regionMatches(/* ignoreCase= */ true, at, word, 0, word.length());
  }

  /** Whether {@code sql} may undo what was set. */
  boolean mayBeUndoneBy(String sql) {
    for (String word : isTransactional() ? UNDOING : new String[0]) {
      if (contains(sql, word)) {
        return true;
      }
    }
    return false;
  }

  private static boolean contains(String sql, String word) {
    char first = word.charAt(0);
    for (int at = 0; at <= sql.length() - word.length(); at++) {
      if ((sql.charAt(at) | 0x20) == first
          && sql.regionMatches(/* ignoreCase= */ true, at, word, 0, word.length())) {
        return true;
      }
    }
    return false;
  }

  /**
   * What is in force, asked for the first time; null if that cannot be told, if there are several
   * servers, or if the session is not the one that the driver has logged in to: a proxy between
   * them gives it to others, too.
   */
  @Nullable Found readFirst(Connection connection) throws SQLException {
    String url = connection.getMetaData().getURL();
    if (url != null && SEVERAL.matcher(url).matches()) {
      return null;
    }
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(firstQuestion)) {
      return result.next() && numberOf(connection) == result.getLong(2)
          ? found(result.getString(1))
          : null;
    }
  }

  /** What is in force now; a transaction does not begin with it. */
  @Nullable Found read(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(question)) {
      return result.next() ? found(result.getString(1)) : null;
    }
  }

  private @Nullable Found found(@Nullable String text) {
    if (text == null) {
      return null;
    }
    Matcher matcher = VALUE.matcher(text);
    return matcher.matches()
        ? new Found(text, Math.round(Double.parseDouble(matcher.group(1)) * millis(matcher)))
        : null;
  }

  private double millis(Matcher value) {
    String unit = value.group(2);
    return switch (unit == null ? "" : unit) {
      case "ms" -> 1;
      case "s" -> 1_000;
      case "min" -> 60_000;
      case "h" -> 3_600_000;
      case "d" -> 86_400_000;
      default -> unitMillis;
    };
  }

  private static long numberOf(Connection connection) {
    for (String name : NUMBERS) {
      try {
        Object number = connection.getClass().getMethod(name).invoke(connection);
        return number instanceof Number known ? known.longValue() : -1;
      } catch (NoSuchMethodException e) {
        // Another driver's.
      } catch (IllegalAccessException | InvocationTargetException e) {
        return -1;
      }
    }
    return -1;
  }

  void write(Connection connection, Found value) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("SET SESSION " + variable + "=" + quote + value.text + quote);
    }
  }

  /** That many milliseconds. */
  Found value(long millis) {
    BigDecimal number = BigDecimal.valueOf(millis).divide(BigDecimal.valueOf(unitMillis));
    return new Found(number.toPlainString(), millis);
  }
}
