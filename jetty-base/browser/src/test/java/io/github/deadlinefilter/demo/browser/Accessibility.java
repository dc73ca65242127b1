package io.github.deadlinefilter.demo.browser;

import com.deque.html.axecore.results.Rule;
import com.deque.html.axecore.selenium.AxeBuilder;
import java.util.List;
import java.util.Set;
import org.openqa.selenium.WebDriver;

/** An audit of a page by axe-core: contrast, names, roles, and what else a program can see. */
final class Accessibility {
  private static final Set<String> GRAVE = Set.of("serious", "critical");

  private Accessibility() {}

  /** What keeps somebody from using the page as it is now. */
  @SuppressWarnings("deprecation")
  static List<String> problems(WebDriver driver) {
    // The other mode opens a second tab, and so hides the page.
    return new AxeBuilder()
        .setLegacyMode(true).analyze(driver).getViolations().stream()
            .filter(violation -> GRAVE.contains(violation.getImpact()))
            .map(Accessibility::text)
            .toList();
  }

  private static String text(Rule violation) {
    StringBuilder text = new StringBuilder(violation.getId() + ": " + violation.getHelp());
    violation
        .getNodes()
        .forEach(
            node ->
                text.append("\n  ")
                    .append(node.getHtml())
                    .append("\n    ")
                    .append(node.getFailureSummary()));
    return text.toString();
  }
}
