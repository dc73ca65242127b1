package io.github.deadlinefilter.demo.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.openqa.selenium.By;

/** How a page looks on a desktop and on a phone, light and dark. */
final class Appearance {

  private Appearance() {}

  /**
   * That nothing of the page as it is now keeps anybody from using it, and nothing is beyond a
   * window's sides. Keeps its pictures, for people to look at.
   */
  static void assertRight(Browser browser, String state) throws IOException {
    boolean wholePage = !browser.isSeen(By.cssSelector("dialog"));
    for (int width : List.of(390, 1280)) {
      browser.resize(width, width == 390 ? 844 : 900);
      for (String scheme : List.of("dark", "light")) {
        browser.prefer(scheme);
        String name = state + "-" + width + "-" + scheme + ".png";
        browser.keepPicture(Path.of(System.getProperty("screenshots"), name), wholePage);
        assertEquals(List.of(), Accessibility.problems(browser.driver()), name);
        assertEquals(
            width, browser.value("document.documentElement.scrollWidth", Long.class), name);
      }
    }
  }
}
