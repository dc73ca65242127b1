package io.github.deadlinefilter.demo.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.demo.run.RunningDemo;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.support.ui.Select;

/** What an operator does with the board, and sees there, while the demo's views are slow. */
@Timeout(120)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class) // the others in any
class BoardIT {
  private static final int FIRST = 1;
  private static final int LAST = Integer.MAX_VALUE;

  private static final String ROUTES =
      """
      /cpu          = 3s
      /http         = 1m
      /redis        = 200ms
      /cache        = 100ms max=1 queue=0
      /db           = 1s onExpiry=abandon # stuck, and yet idle
      /approaches/* = 1s
      /board/*      = none
      /board/events = 30s until=commit idle=1m
      """;

  /** Late, and deaf to an interrupt. */
  private static final String STUCK = "/cpu?delay=8";

  /** In flight until somebody ends it. */
  private static final String LONG = "/http?delay=60";

  private static RunningDemo demo;
  private static Browser browser;
  private static Client client;
  private static BoardPage board;

  @BeforeAll
  static void start(@TempDir Path temporary) throws IOException {
    demo =
        new RunningDemo(RunningDemo.launch(Map.of("PORT", "0", "DEADLINE_FILTER_ROUTES", ROUTES)));
    browser = new Browser(temporary);
    client = new Client(demo.url());
    board = new BoardPage(browser, demo.url());
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
    board.open();
  }

  @AfterEach
  void nothingWasWrongInTheBrowser_norAgainstThePagesPolicy() {
    assertEquals(List.of(), browser.complaints());
  }

  @Test
  @Order(FIRST)
  void idleApplication_isShown() throws IOException {
    Appearance.assertRight(browser, "board-idle");
  }

  @Test
  @Order(LAST)
  void somethingEverywhere_isShown() throws IOException {
    Stream.of(
            client.get(20, "/redis?delay=3"), // late
            client.get(5, "/cache?delay=3"), // late, and refused
            client.get(1, "/db?delay=60"), // stuck
            client.get(30, "/http?delay=0.1"))
        .flatMap(List::stream)
        .forEach(CompletableFuture::join);
    var inFlight = client.get(3, LONG);
    board.open();
    board.row("stuck", "/db");
    board.row("running", "/http");
    browser.see(By.xpath("//ul[@id='advice']/li[starts-with(., '/redis: 100 %')]"));
    browser.driver().findElements(By.tagName("summary")).forEach(WebElement::click);
    Appearance.assertRight(browser, "board-busy");

    BoardPage.button(board.row("stuck", "/db"), "Stack").click();
    browser.see(By.cssSelector("#detail-now pre"));
    Appearance.assertRight(browser, "board-stack");
    assertTrue(inFlight.stream().noneMatch(CompletableFuture::isDone));
  }

  @Test
  void lateRequest_hasCalledThroughAnAdapter_andItsIncidentHasEachCall() throws IOException {
    HttpResponse<String> answer =
        client.get("/approaches/budget?slow=http&delay=5&timeout=30").join();
    assertEquals(503, answer.statusCode(), answer.body());
    WebElement incident = board.row("incidents", "/approaches/*");
    BoardPage.button(incident, "Stack").click();
    String calls = browser.see(By.cssSelector("#detail-calls pre")).getText();
    assertTrue(calls.matches("\\+\\d+m?s http GET \\S+: still running after \\d+m?s"), calls);
    Appearance.assertRight(browser, "board-calls");
  }

  @Test
  void lateRequest_usesUpItsBudget_andItsWorkerIsStuck_untilItLeaves() {
    CompletableFuture<HttpResponse<String>> answer = client.get(STUCK);
    WebElement running = board.row("running", "/cpu");
    String id = BoardPage.idOf(running);
    int before = BoardPage.budgetUsed(running);
    browser.await(
        "more of the budget used than " + before + " %",
        () -> {
          int now = BoardPage.budgetUsed(running);
          return now > before && Math.abs(now - BoardPage.budgetDrawn(running)) <= 1;
        });
    assertEquals(503, answer.join().statusCode());
    assertTrue(answer.join().body().contains("Incident: " + id), answer.join().body());

    WebElement stuck = board.row("stuck", id);
    board.awaitNoRow("running", id);
    assertTrue(BoardPage.cell(stuck, "Slow in").getText().contains("CpuView.work"));
    BoardPage.button(stuck, "Stack").click();
    assertTrue(browser.see(By.cssSelector("#detail-now pre")).getText().contains("CpuView.work"));
    browser.press(Keys.ESCAPE);
    browser.seeNo(By.id("detail"));

    board.awaitNoRow("stuck", id);
    WebElement incident = board.row("incidents", id);
    assertTrue(incident.getText().contains("expired"), incident::getText);
    browser.read(() -> BoardPage.cell(incident, "Worker"), "left after ");
    BoardPage.button(incident, "Stack").click();
    assertTrue(browser.see(By.cssSelector("#detail-then pre")).getText().contains("CpuView.work"));
    assertFalse(browser.isSeen(By.cssSelector("#detail-now pre")));
  }

  @Test
  void runningRequest_isCancelledFromTheKeyboard_andItsClientIsTold() {
    CompletableFuture<HttpResponse<String>> answer = client.get(LONG);
    String id = BoardPage.idOf(board.row("running", "/http"));
    browser.tabTo("Cancel: GET /http, " + id);
    browser.press(Keys.ENTER);
    assertEquals(503, answer.join().statusCode());
    String told = answer.join().body();
    assertTrue(told.contains("cancelled") && told.contains(id), told);

    board.awaitNoRow("running", id);
    WebElement incident = board.row("incidents", id);
    assertTrue(incident.getText().contains("cancelled"), incident::getText);
    assertTrue(BoardPage.cell(incident, "Slow in").getText().contains("SlowHttp"));
    assertEquals(
        "main",
        browser.driver().switchTo().activeElement().getDomAttribute("id"),
        "the next Enter is for no other request");
  }

  @Test
  void stream_thatTheServerCuts_comesAgain() {
    browser.open(URI.create("about:blank"));
    awaitNoStream(); // of the page that has been left
    board.open();
    String id = BoardPage.idOf(board.row("running", "/board/events"));
    BoardPage.button(board.row("running", id), "Cancel").click();
    board.awaitNoRow("running", id);
    board.row("running", "/board/events");
    assertShowsWhatHappensNow();
    List<String> complaints = browser.complaints();
    assertTrue(
        complaints.stream().allMatch(line -> line.contains("/board/events")), complaints::toString);
  }

  @Test
  void hiddenPage_asksForNothing_andShowsWhatHappensWhenItIsSeenAgain() {
    board.row("running", "/board/events");
    browser.lookElsewhere(BoardIT::awaitNoStream);
    assertShowsWhatHappensNow();
  }

  @Test
  void pause_holdsThePageStill_untilItIsOver() {
    board.row("running", "/board/events");
    browser.tabTo("Pause");
    browser.press(Keys.SPACE);
    board.awaitState("paused");
    awaitNoStream();
    browser.press(Keys.SPACE);
    assertShowsWhatHappensNow();
  }

  private static void awaitNoStream() {
    String stream = "\"route\":\"/board/events\",\"running\":";
    browser.await("no stream", () -> !client.get("/board/data").join().body().contains(stream));
  }

  private static void assertShowsWhatHappensNow() {
    CompletableFuture<HttpResponse<String>> answer = client.get(LONG);
    board.row("running", "/http");
    cancel(answer);
  }

  private static void cancel(CompletableFuture<HttpResponse<String>> answer) {
    WebElement row = board.row("running", "/http");
    String id = BoardPage.idOf(row);
    BoardPage.button(row, "Cancel").click();
    assertEquals(503, answer.join().statusCode());
    board.awaitNoRow("running", id); // also not for the next test
  }

  @Test
  void advice_isReadable_andTheSettingToPasteIsCopied() {
    client
        .get(20, "/redis?delay=5")
        .forEach(answer -> assertEquals(503, answer.join().statusCode()));
    By piece = By.xpath("//ul[@id='advice']/li[starts-with(., '/redis: 100 % of its requests')]");
    String text = browser.see(piece).getText();
    assertTrue(text.contains("took longer than their deadline of 200ms"), text);

    browser.tabTo("The setting routes with the advised deadlines, for web.xml");
    browser.press(Keys.ENTER);
    String rules = browser.see(By.id("rules")).getText();
    assertTrue(rules.contains("/board/events = 30s until=commit idle=1m"), rules);
    browser.allowClipboard();
    browser.tabTo("Copy");
    browser.press(Keys.ENTER);
    browser.await(
        "what was copied",
        () -> browser.value("navigator.clipboard.readText()", String.class).strip().equals(rules));
  }

  @Test
  void lastHour_isDrawn_overTimeAndAgainstTheDeadlines() {
    assertEquals(200, client.get("/http").join().statusCode());
    assertEquals(503, client.get("/redis?delay=5").join().statusCode());
    browser.await("a completed one", () -> board.pixels("completed-chart", "--good") > 0);
    browser.await("an expired one", () -> board.pixels("bad-chart", "--bad") > 0);

    WebElement route = board.row("routes", "/http");
    WebElement track = route.findElement(By.className("track"));
    browser.await(
        "its latency, left of its deadline",
        () -> {
          int from = track.getRect().x;
          int latency = track.findElement(By.className("p50")).getRect().x - from;
          int deadline = track.findElement(By.className("limit")).getRect().x - from;
          return 0 < latency && latency < deadline && deadline < track.getRect().width;
        });
  }

  @Test
  void everyControl_isReachedByTab_andShowsThatItIs() {
    CompletableFuture<HttpResponse<String>> answer = client.get(LONG);
    board.row("running", "/http");
    browser.see(By.cssSelector("#rules-part summary")).click();
    assertEquals(List.of(), Keyboard.problems(browser));
    cancel(answer);
  }

  @Test
  void theme_isTheSystems_untilTheReaderChooses_andThenKept() {
    browser.prefer("dark");
    String dark = background();
    browser.prefer("light");
    String light = background();
    assertNotEquals(dark, light);
    new Select(browser.see(By.id("theme"))).selectByVisibleText("dark");
    assertEquals(dark, background());
    board.open();
    assertEquals(dark, background());
    new Select(browser.see(By.id("theme"))).selectByVisibleText("system");
    assertEquals(light, background());
  }

  private static String background() {
    return browser.driver().findElement(By.tagName("body")).getCssValue("background-color");
  }
}
