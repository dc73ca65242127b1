package io.github.deadlinefilter.demo.browser;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.openqa.selenium.Keys;

/** Whether a page can be used without a mouse. */
final class Keyboard {
  /** More than any page has controls. */
  private static final int MOST_TABS = 300;

  private static final String NAME =
      "const name = e => `${e.tagName} ${e.id} ${e.ariaLabel || e.textContent}`.trim();";

  private Keyboard() {}

  /** What Tab never leads to, or leads to without that anybody could see it. */
  static List<String> problems(Browser browser) {
    List<String> problems = new ArrayList<>();
    browser.value("(window.reached = new Set(), true)", Boolean.class);
    for (int i = 0; i < MOST_TABS; i++) {
      browser.press(Keys.TAB);
      Map<?, ?> focused = browser.value("(() => {" + NAME + FOCUSED + "})()", Map.class);
      if (Boolean.TRUE.equals(focused.get("again"))) {
        break;
      } else if (!Boolean.TRUE.equals(focused.get("seen"))) {
        problems.add("no focus to be seen: " + focused.get("name"));
      }
    }
    for (Object name : browser.value("(() => {" + NAME + NOT_REACHED + "})()", List.class)) {
      problems.add("not reached: " + name);
    }
    return problems;
  }

  private static final String FOCUSED =
      """
      const focused = document.activeElement;
      const outlined = [focused, ...(focused.labels ?? [])].map(e => getComputedStyle(e))
        .some(style => style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2);
      const at = focused.getBoundingClientRect();
      const again = window.reached.has(focused);
      window.reached.add(focused);
      return {
        name: name(focused),
        again,
        seen: focused === document.body || outlined && at.width > 0 && at.left >= 0
          && at.bottom > 0 && at.top < innerHeight,
      };
      """;

  private static final String NOT_REACHED =
      """
      return [...document.querySelectorAll('a[href], button, input, select, summary, [tabindex="0"]')]
        .filter(e => e.checkVisibility({visibilityProperty: true}) && !e.matches(':disabled'))
        .filter(e => e.type !== 'radio' || e.checked) // the arrow keys lead to the others
        .filter(e => !window.reached.has(e)).map(name);
      """;
}
