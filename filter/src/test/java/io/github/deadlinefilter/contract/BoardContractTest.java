package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** The page for operators: what it is made of, and what it shows. */
@ParameterizedClass
@MethodSource("io.github.deadlinefilter.contract.Combination#kinds")
class BoardContractTest {
  private static final Pattern LINK = Pattern.compile("\\b(?:src|href)=\"([^\"]*)\"");
  private static final Pattern SCRIPT = Pattern.compile("<script\\b([^>]*)>(.*?)</script>");

  private static final Pattern CALL =
      Pattern.compile("\"calls\":\\[\"\\+\\d+m?s cache GET basket: \\d+m?s\"]");

  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  @Test
  void page_hasNothingInline_andAllThatItIsMadeOfIsServed() throws Exception {
    try (var deaf = new Deaf();
        TestContainer container = Board.start(setup, deaf)) {
      Response page = RawClient.ask(container, "/board/");
      assertEquals(200, page.status(), page::toString);
      Board.assertHeaders(page);
      String type = page.header("Content-Type");
      assertNotNull(type);
      assertTrue(type.toLowerCase(Locale.ROOT).matches("text/html; ?charset=utf-8"), type);
      String html = page.text();
      Matcher script = SCRIPT.matcher(html);
      int scripts = 0;
      while (script.find()) {
        assertTrue(script.group(1).contains(" src="), script.group());
        assertEquals("", script.group(2));
        scripts++;
      }
      assertEquals(2, scripts);
      assertFalse(
          Pattern.compile("<style|\\sstyle=|\\son[a-z]+=|javascript:").matcher(html).find());
      Set<String> links = new LinkedHashSet<>();
      Matcher link = LINK.matcher(html);
      while (link.find()) {
        links.add(link.group(1));
      }
      links.removeAll(Set.of("#main", "data:,"));
      assertEquals(4, links.size(), links::toString);
      for (String one : links) {
        assertTrue(one.matches("[A-Za-z.]+\\?v=[0-9a-f]{16}"), "from this server: " + one);
        assertServed(container, "/board/" + one);
      }
      Response licence = RawClient.ask(container, "/board/uPlot.LICENSE.txt");
      assertTrue(licence.text().contains("MIT License"), licence::toString);
      assertEquals("private, no-cache", licence.header("Cache-Control"), "it has no version");
    }
  }

  private static void assertServed(TestContainer container, String path) throws Exception {
    Response file = RawClient.ask(container, path);
    assertEquals(200, file.status(), path);
    Board.assertHeaders(file);
    assertEquals("private, max-age=31536000, immutable", file.header("Cache-Control"));
    String type = file.header("Content-Type");
    assertNotNull(type);
    assertTrue(type.startsWith(path.contains(".js") ? "text/javascript" : "text/css"), type);
    String tag = file.header("ETag");
    assertNotNull(tag);
    try (RawClient client = RawClient.connect(container)) {
      Response again = client.get(path, "If-None-Match: " + tag).read();
      assertEquals(304, again.status());
      assertEquals("", again.text());
    }
  }

  @Test
  void addressWithoutItsSlash_leadsToThePage() throws Exception {
    try (var deaf = new Deaf();
        TestContainer container = Board.start(setup, deaf)) {
      Response redirect = RawClient.ask(container, "/board");
      assertEquals(302, redirect.status());
      assertEquals("./board/", redirect.header("Location"));
      assertEquals(404, RawClient.ask(container, "/board/board.html").status());
      assertEquals(404, RawClient.ask(container, "/board/package-info.class").status());
      try (RawClient client = RawClient.connect(container)) {
        Response post = client.post("/board/data", "x").read();
        assertEquals(405, post.status());
        assertEquals("GET, HEAD", post.header("Allow"));
      }
    }
  }

  @Test
  void runningAndStuck_areShown_withTheirStacks() throws Exception {
    try (var deaf = new Deaf();
        TestContainer container = Board.start(setup, deaf);
        RawClient running = RawClient.connect(container).get("/deaf");
        RawClient late = RawClient.connect(container)) {
      deaf.awaitInside(1);
      Response answer = late.get("/late", "X-Request-Id: edge-17").read();
      assertEquals(503, answer.status());
      String runs = Board.awaitId(container, "running", "/deaf");
      String stuck = Board.awaitId(container, "stuck", "/late");
      assertTrue(answer.text().contains(stuck), "the id that its client was given");
      Response now = RawClient.ask(container, "/board/stack?id=" + runs);
      assertTrue(
          now.text().matches("(?s).*\"then\":\\[\\],\"now\":\\[.*Deaf\\.hold\\(.*"), now::text);
      Response both = RawClient.ask(container, "/board/stack?id=" + stuck);
      assertTrue(
          both.text().matches("(?s).*\"then\":\\[.*Deaf\\.hold\\(.*\"now\":\\[.*Deaf\\.hold\\(.*"),
          both::text);
      assertTrue(CALL.matcher(both.text()).find(), both::text);
      assertEquals(404, RawClient.ask(container, "/board/stack?id=nosuchone").status());
      // What is said of an answer follows it.
      assertEquals(stuck, Board.awaitId(container, "incidents", "/late"));
      String data = Board.data(container);
      assertTrue(
          data.contains("{\"route\":\"/deaf\",\"running\":1,\"queued\":0,\"stuck\":0}"), data);
      assertTrue(
          data.contains("{\"route\":\"/late\",\"running\":0,\"queued\":0,\"stuck\":1}"), data);
      Board.awaitData(container, Pattern.compile("(\"completed\":\\[[0,]*[1-9][\\d,]*\\])"));
      Board.awaitData(container, Pattern.compile("(\"expired\":\\[[0,]*1[0,]*\\])"));
      assertTrue(data.contains("\"request\":\"edge-17\""), data);
      assertTrue(data.contains("\"answer\":\"direct\""), data);
      deaf.release();
      Board.awaitData(
          container,
          Pattern.compile(
              "\"id\":\"" + stuck + "\"[^}]*(\"worker\":\"left-late\",\"overrun\":[1-9])"));
      Board.awaitData(container, Pattern.compile("(\"running\":\\[\\],\"stuck\":\\[\\])"));
      Board.awaitData(container, Pattern.compile("(\"left\":\\[[0,]*1[0,]*\\])"));
      Response gone = RawClient.ask(container, "/board/stack?id=" + stuck);
      assertTrue(gone.text().contains("Deaf.hold("), "of an incident it is kept: " + gone.text());
      assertTrue(CALL.matcher(gone.text()).find(), gone::text);
      assertTrue(gone.text().contains("\"inside\":false"), gone::text);
      assertEquals(200, running.read().status());
    }
  }

  @Test
  void whatWouldHaveHappened_isShown_whereItOnlyObserves() throws Exception {
    try (var deaf = new Deaf();
        TestContainer container = setup.start(Board.application(setup, deaf, "observe"));
        RawClient client = RawClient.connect(container)) {
      client.get("/late");
      deaf.awaitInside(1);
      String id = Board.awaitId(container, "incidents", "/late");
      String data = Board.data(container);
      assertTrue(data.contains("\"mode\":\"observe\""), data);
      assertTrue(data.contains("\"answer\":\"observed\""), data);
      assertTrue(
          data.contains("{\"route\":\"/late\",\"running\":0,\"queued\":0,\"stuck\":1}"), data);
      deaf.release();
      assertEquals(200, client.read().status());
      Board.awaitData(
          container, Pattern.compile("\"id\":\"" + id + "\"[^}]*(\"worker\":\"left-late\")"));
    }
  }
}
