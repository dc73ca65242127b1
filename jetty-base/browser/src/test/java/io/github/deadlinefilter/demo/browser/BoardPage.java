package io.github.deadlinefilter.demo.browser;

import java.net.URI;
import org.openqa.selenium.By;
import org.openqa.selenium.WebElement;

/** Where on the board something is. Its tables are named by their ids: running, stuck, ... */
final class BoardPage {
  private final Browser browser;
  private final URI address;

  BoardPage(Browser browser, URI demo) {
    this.browser = browser;
    this.address = URI.create(demo + "/board/");
  }

  /** Comes back when it shows what goes on. */
  void open() {
    browser.open(address);
    awaitState("live");
  }

  void awaitState(String state) {
    browser.read(() -> browser.see(By.id("state")), state);
  }

  /** Waits for the row of a table, the first one, whose request's cell has {@code text} in it. */
  WebElement row(String table, String text) {
    return browser.see(rowOf(table, text));
  }

  void awaitNoRow(String table, String text) {
    browser.seeNo(rowOf(table, text));
  }

  private static By rowOf(String table, String text) {
    return By.xpath("//table[@id='%s']/tbody/tr[th[contains(., '%s')]]".formatted(table, text));
  }

  /** The id of a row's request, which is in the answer of its client as well. */
  static String idOf(WebElement row) {
    return row.findElement(By.cssSelector("th .sub")).getText().split(" ", 2)[0];
  }

  static WebElement cell(WebElement row, String label) {
    return row.findElement(By.cssSelector("td[data-label='" + label + "']"));
  }

  /** In percent, as it is told. */
  static int budgetUsed(WebElement row) {
    return Integer.parseInt(meter(row).getDomAttribute("aria-valuenow"));
  }

  /** In percent, as it is drawn. */
  static int budgetDrawn(WebElement row) {
    WebElement used = meter(row).findElement(By.tagName("span"));
    return Math.round(100F * used.getSize().width / meter(row).getSize().width);
  }

  private static WebElement meter(WebElement row) {
    return row.findElement(By.cssSelector("[role=meter]"));
  }

  static WebElement button(WebElement row, String text) {
    return row.findElement(By.xpath(".//button[.='" + text + "']"));
  }

  /** How much of a chart is drawn in a colour. */
  long pixels(String chart, String colour) {
    return browser.value(
        """
        ((chart, colour) => {
          const canvas = document.querySelector(`#${chart} canvas`);
          const rgb = getComputedStyle(document.documentElement).getPropertyValue(colour).trim()
            .match(/[0-9a-f]{2}/gi).map(two => parseInt(two, 16));
          const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
          let count = 0;
          for (let i = 0; i < data.length; i += 4) {
            count += data[i + 3] > 200 && rgb.every((part, j) => Math.abs(part - data[i + j]) < 16);
          }
          return count;
        })(arguments[0], arguments[1])""",
        Long.class, chart, colour);
  }
}
