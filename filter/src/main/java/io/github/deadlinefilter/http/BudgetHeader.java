package io.github.deadlinefilter.http;

import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * A request header that tells the called service how much time is left, and how it is written.
 *
 * <p>Immutable, thread-safe.
 */
public final class BudgetHeader {
  /** The most digits that the gRPC specification has. */
  private static final long LONGEST_GRPC = 99_999_999;

  private final String name;
  private final Function<Duration, String> format;

  /** Whether a value that a request has already says this. */
  private final Predicate<String> says;

  private BudgetHeader(String name, Function<Duration, String> format, Predicate<String> says) {
    this.name = name;
    this.format = format;
    this.says = says;
  }

  private BudgetHeader(String name, Function<Duration, String> format) {
    this(Objects.requireNonNull(name, "name"), format, value -> true);
  }

  /**
   * Whole seconds, rounded down, but never below 1: many take 0 for no limit. There is no standard
   * for names such as {@code X-Request-Timeout}: ask whoever reads it whether that is seconds or
   * milliseconds.
   */
  public static BudgetHeader seconds(String name) {
    return new BudgetHeader(name, BudgetHeader::wholeSeconds);
  }

  /** Whole milliseconds, rounded down, but never below 1. */
  public static BudgetHeader millis(String name) {
    return new BudgetHeader(name, left -> Long.toString(wholeMillis(left)));
  }

  /** {@code grpc-timeout: 1500m}, of gRPC over HTTP/2: milliseconds, or seconds where too long. */
  public static BudgetHeader grpcTimeout() {
    return new BudgetHeader(
        "grpc-timeout",
        left ->
            wholeMillis(left) <= LONGEST_GRPC
                ? wholeMillis(left) + "m"
                : Math.min(LONGEST_GRPC, left.toSeconds()) + "S");
  }

  /** {@code X-Envoy-Expected-Rq-Timeout-Ms: 1500}, as Envoy itself sends it upstream. */
  public static BudgetHeader envoyExpectedTimeout() {
    return millis("X-Envoy-Expected-Rq-Timeout-Ms");
  }

  /** {@code Prefer: wait=2} of RFC 7240, in seconds as {@link #seconds}. */
  public static BudgetHeader preferWait() {
    return new BudgetHeader(
        "Prefer",
        left -> "wait=" + wholeSeconds(left),
        value -> value.matches("(?i)(.*[,;])?\\s*wait\\s*=.*"));
  }

  /** Adds it to {@code copy}, unless {@code request} says so itself. */
  void add(HttpRequest request, HttpRequest.Builder copy, Duration left) {
    if (request.headers().allValues(name).stream().noneMatch(says)) {
      copy.header(name, format.apply(left));
    }
  }

  private static long wholeMillis(Duration left) {
    return Math.max(1, left.toMillis());
  }

  private static String wholeSeconds(Duration left) {
    return Long.toString(Math.max(1, left.toSeconds()));
  }

  @Override
  public String toString() {
    return name;
  }
}
