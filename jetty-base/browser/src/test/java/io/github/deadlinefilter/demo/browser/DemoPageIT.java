package io.github.deadlinefilter.demo.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.demo.run.RunningDemo;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** What somebody does who sees the demo for the first time, and reads there. */
@Timeout(120)
class DemoPageIT {
  private static RunningDemo demo;
  private static Browser browser;
  private static DemoPage page;

  @BeforeAll
  static void start(@TempDir Path temporary) throws IOException {
    demo = new RunningDemo();
    browser = new Browser(temporary);
    page = new DemoPage(browser, demo.url());
  }

  @AfterAll
  static void stop() {
    try {
      browser.close();
    } finally {
      demo.close();
    }
  }

  @BeforeEach
  void open() {
    browser.resize(1280, 900);
    page.open();
  }

  @AfterEach
  void nothingWasWrongInTheBrowser_norAgainstThePagesPolicy() {
    assertEquals(List.of(), browser.complaints());
  }

  @Test
  void slowRequest_isFired_andItsClientIsSeenToHaveA503_atTheDeadline() throws IOException {
    Appearance.assertRight(browser, "demo-first");
    page.choose("http");
    page.slide("delay", 8);
    browser.tabTo("Fire one");
    browser.press(Keys.ENTER);
    WebElement lane = page.lane("the filter");
    page.awaitLine(lane, "client", "503 after ");
    page.awaitLine(lane, "thread", "free after ");
    page.awaitSaid("It is over: 503 after ");
    assertTrue(lane.getText().contains("The client had its 503 after "), lane::getText);
    double client = page.barAgainstDeadline(lane, "client");
    assertTrue(1 <= client && client < 2, () -> "4 would be all the delay: " + client);
  }

  @Test
  void allWays_sideBySide_showWhomTheDeadlineReaches() throws IOException {
    page.choose("db");
    page.fire("All six, and the filter");
    page.awaitLine(page.lane("baseline"), "client", "200 after ");
    page.awaitLine(page.lane("thread"), "client", "told it is late after ");
    page.awaitLine(page.lane("thread"), "backend", "done after ");
    page.awaitLine(page.lane("cooperative"), "client", "told it is late after ");
    page.awaitLine(page.lane("cooperative"), "backend", "done after ");
    page.awaitLine(page.lane("budget"), "client", "told it is late after ");
    page.awaitLine(page.lane("budget"), "backend", "stopped after ");
    page.awaitLine(page.lane("the filter"), "client", "503 after ");
    page.awaitSaid("The deadline reached the client with ");
    double client = page.barAgainstDeadline(page.lane("thread"), "client");
    double thread = page.barAgainstDeadline(page.lane("thread"), "thread");
    assertTrue(1 <= client && client < thread, () -> client + ", " + thread);
    Appearance.assertRight(browser, "demo-all");
  }

  @Test
  void hundred_areFiredAtOnce_andEachOfTheirClientsIsAnswered() throws IOException {
    page.choose("redis");
    page.fire("Fire a hundred");
    page.awaitSaid("Of 100 clients 100 had 503 after ");
    page.lane("100 × the filter");
    browser.see(By.cssSelector("#figures-part summary")).click();
    Appearance.assertRight(browser, "demo-hundred");
  }

  @Test
  void badNetwork_makesAQuickViewLate_untilAllIsWellAgain() {
    page.choose("cache");
    page.slide("delay", 0);
    page.slide("latency", 3);
    By network = By.id("network-text");
    browser.read(() -> browser.see(network), "Bad now: the network to the memcached.");
    page.fire("Fire one");
    page.awaitSaid("It is over: 503 after ");
    page.fire("All well again");
    browser.read(() -> browser.see(network), "All is well.");
    page.fire("Fire one");
    page.awaitSaid("It is over: 200 after ");
  }

  @ParameterizedTest
  @CsvSource({"blackhole, 503", "reset, 502", "bandwidth, 503"})
  void eachOtherWayThatANetworkIsBad_isSetByItsOwnControl(String control, int status) {
    page.choose("http");
    page.slide("delay", 0);
    if (control.equals("bandwidth")) {
      page.slide(control, 5);
    } else {
      browser.see(By.id(control)).click();
    }
    By network = By.id("network-text");
    browser.read(() -> browser.see(network), "Bad now: ");
    page.fire("Fire one");
    page.awaitSaid("It is over: " + status + " after ");
    page.fire("All well again");
    browser.read(() -> browser.see(network), "All is well.");
    page.fire("Fire one");
    page.awaitSaid("It is over: 200 after ");
  }

  @Test
  void oneApproach_isFiredAlone() {
    page.choose("http");
    page.choose("thread");
    page.fire("Fire one");
    page.awaitLine(page.lane("thread"), "client", "told it is late after ");
    page.awaitLine(page.lane("thread"), "thread", "free after ");
    page.awaitSaid("It is over: told it is late after ");
  }

  @Test
  void stuckWorker_isFoundOnTheBoard_oneClickAway() {
    page.choose("cpu");
    page.slide("delay", 7);
    page.fire("Fire one");
    page.awaitLine(page.lane("the filter"), "client", "503 after ");
    browser.see(By.cssSelector("#figures-part summary")).click();
    String incident = browser.see(By.cssSelector("#figures tbody td:last-child")).getText();
    browser.see(By.linkText("The board")).click();
    var board = new BoardPage(browser, demo.url());
    WebElement stuck = board.row("stuck", incident);
    WebElement interrupt = BoardPage.button(stuck, "Interrupt");
    interrupt.click();
    browser.read(() -> interrupt, "Told");
    board.awaitNoRow("stuck", incident); // nor in the next test's way
  }

  @Test
  void everyControl_isReachedByTab_andShowsThatItIs() {
    page.choose("redis");
    page.slide("delay", 0);
    page.fire("Fire one");
    page.awaitSaid("It is over: 200 after ");
    browser.see(By.cssSelector("#figures-part summary")).click();
    assertEquals(List.of(), Keyboard.problems(browser));
  }
}
