package io.github.deadlinefilter.demo.browser;

import java.net.URI;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** Where on the demo's own page something is. */
final class DemoPage {
  private final Browser browser;
  private final URI address;

  DemoPage(Browser browser, URI demo) {
    this.browser = browser;
    this.address = demo.resolve("/");
  }

  /** Comes back when it can be used. */
  void open() {
    browser.open(address);
    browser.read(() -> browser.see(By.id("state")), "ready");
  }

  /** What is slow, or what is to stop it. */
  void choose(String value) {
    browser.see(By.cssSelector("label:has([value='" + value + "'])")).click();
  }

  /** In seconds: moves the slider there with the arrow keys. */
  void slide(String id, double seconds) {
    WebElement slider = browser.see(By.id(id));
    slider.sendKeys(Keys.HOME);
    double step = Double.parseDouble(String.valueOf(slider.getDomAttribute("step")));
    double least = Double.parseDouble(String.valueOf(slider.getDomAttribute("min")));
    for (double at = least; at < seconds; at += step) {
      slider.sendKeys(Keys.ARROW_RIGHT);
    }
  }

  void fire(String button) {
    browser.see(By.xpath("//button[.='" + button + "']")).click();
  }

  /** Waits until the page sums up so what was fired. */
  void awaitSaid(String beginning) {
    browser.read(() -> browser.see(By.id("said")), beginning);
  }

  /** Waits for the line beside a lane's bar. */
  void awaitLine(WebElement lane, String kind, String beginning) {
    browser.read(() -> lane.findElement(By.cssSelector(".strip." + kind + " .what")), beginning);
  }

  /** The part of the picture for one way of stopping, as the page calls it. */
  WebElement lane(String name) {
    return browser.see(By.cssSelector("#lanes [role=group][aria-label^='" + name + ":']"));
  }

  /** How long a lane's bar is, against the distance from its request to its deadline. */
  double barAgainstDeadline(WebElement lane, String kind) {
    return browser
        .value(
            """
            ((strip) => {
              const bar = strip.querySelector('.hill').getBBox();
              return bar.width / (strip.querySelector('.limit').getBBox().x - bar.x);
            })(arguments[0])""",
            Number.class,
            lane.findElement(By.cssSelector(".strip." + kind)))
        .doubleValue();
  }
}
