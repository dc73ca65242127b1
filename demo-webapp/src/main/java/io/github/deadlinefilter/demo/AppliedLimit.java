package io.github.deadlinefilter.demo;

import jakarta.servlet.FilterRegistration;
import jakarta.servlet.http.HttpServletRequest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The limit that {@code web.xml} gives to a view, for the answer's {@code timeout}: the rule for
 * the view's own path, else the default. It reads exact paths and plain seconds, which is all that
 * this web application's {@code web.xml} uses, and does not see overrides from outside.
 */
final class AppliedLimit {
  private static final Pattern SECONDS = Pattern.compile("([0-9]+)s");

  private AppliedLimit() {}

  /** Seconds as JSON has them, or null if nothing limits this request. */
  static @Nullable String of(HttpServletRequest request) {
    FilterRegistration filter = request.getServletContext().getFilterRegistration("deadline");
    if (filter == null) {
      return null;
    }
    String limit = ruleFor(request.getServletPath(), filter.getInitParameter("routes"));
    if (limit == null) {
      limit = filter.getInitParameter("deadline");
    }
    Matcher seconds = SECONDS.matcher(limit == null ? "" : limit.trim());
    return seconds.matches() ? seconds.group(1) : null;
  }

  private static @Nullable String ruleFor(String path, @Nullable String routes) {
    if (routes == null) {
      return null;
    }
    Matcher rule =
        Pattern.compile("(?m)^\\s*" + Pattern.quote(path) + "\\s*=\\s*(\\S+)").matcher(routes);
    return rule.find() ? rule.group(1) : null;
  }
}
