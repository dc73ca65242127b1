package io.github.deadlinefilter.springboot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.contract.RawClient;
import io.github.deadlinefilter.contract.Response;
import java.io.IOException;
import java.util.Objects;

/** What a user does with the application, and what tells that it was done. */
enum Scenario {
  ANONYMOUS("200 200 302 200") {
    @Override
    void play(Browser browser) throws IOException {
      browser.get("/hello");
      browser.get("/hello?name=J%C3%BCrgen", "Accept-Language: de");
      browser.get("/me");
      browser.get("/login");
    }
  },

  LOGIN("302 200 403 200 302 200 200 302 302 200 200 302 302") {
    @Override
    void play(Browser browser) throws IOException {
      browser.get("/me");
      browser.get("/login");
      browser.postWithoutToken("/login", FORM, "username=alice&password=wonderland&_csrf=forged");
      assertEquals(
          HOME + "login?error", browser.logIn("alice", "looking-glass").header("Location"));
      browser.get("/login?error");
      String before = Objects.requireNonNull(browser.session());
      String target = String.valueOf(browser.logIn("alice", "wonderland").header("Location"));
      assertEquals(HOME + "me?continue", target);
      String after = Objects.requireNonNull(browser.session());
      assertNotEquals(before, after, "the session that was there before the login is nobody's");
      browser.useSession(before);
      browser.get("/me");
      browser.useSession(after);
      browser.get("/me");
      browser.get("/csrf");
      browser.post("/logout", FORM, "");
      browser.get("/me");
    }
  },

  SESSION("200 200 200 200") {
    @Override
    void play(Browser browser) throws IOException {
      browser.loggedIn();
      browser.get("/me");
      browser.get("/visits");
      browser.get("/visits");
      assertTrue(browser.get("/visits").text().contains("\"3\""));
    }
  },

  BODIES("200 400 415 403") {
    @Override
    void play(Browser browser) throws IOException {
      browser.loggedIn();
      browser.post("/echo", "application/json", "{\"from\":\"me\",\"text\":\"caf\u00c3\u00a9\"}");
      browser.post("/echo", "application/json", "{\"from\":");
      browser.post("/echo", "text/plain", "tea");
      browser.postWithoutToken("/echo", "application/json", "{}");
    }
  },

  UPLOAD("200 200 500 413") {
    @Override
    void play(Browser browser) throws IOException {
      browser.loggedIn();
      assertTrue(upload(browser, "tea", 300_000).text().contains("300000 bytes"));
      upload(browser, "nothing", 0);
      browser.post("/upload", FORM, "title=tea");
      upload(browser, "too much", 1_200_000);
    }
  },

  PAGES("302 200 302 200 200") {
    @Override
    void play(Browser browser) throws IOException {
      browser.loggedIn();
      browser.get("/redirect");
      browser.get("/forward");
      browser.post("/order", FORM, "");
      assertEquals("1 tea", browser.get("/ordered").text());
      assertEquals("null", browser.get("/ordered").text());
    }
  },

  STATIC_FILE("200 304 206 416") {
    @Override
    void play(Browser browser) throws IOException {
      browser.loggedIn();
      String modified = String.valueOf(browser.get("/robots.txt").header("Last-Modified"));
      browser.get("/robots.txt", "If-Modified-Since: " + modified);
      browser.get("/robots.txt", "Range: bytes=4-7");
      browser.get("/robots.txt", "Range: bytes=4000-");
    }
  },

  FAILURES("402 409 500 500 410 400 405 404 404") {
    @Override
    void play(Browser browser) throws IOException {
      browser.loggedIn();
      browser.get("/unpaid");
      assertEquals("given", browser.get("/refused").header("X-Advice"));
      browser.get("/broken");
      browser.get("/broken", "Accept: text/html");
      browser.get("/error-sent");
      browser.get("/number?value=one");
      browser.post("/hello", FORM, "");
      assertTrue(browser.get("/missing").text().contains("\"path\":\"/missing\""));
      assertTrue(browser.get("/missing", "Accept: text/html").text().contains("Whitelabel"));
    }
  },

  ASYNC("200 409 200 200 409 200") {
    @Override
    void play(Browser browser) throws IOException {
      browser.loggedIn();
      browser.get("/callable");
      browser.get("/callable/failing");
      browser.get("/task");
      browser.get("/deferred");
      browser.get("/deferred/failing");
      browser.get("/future");
    }
  },

  /** All at once: Tomcat notices such a time-out within a second. */
  ASYNC_TIMEOUTS("200 200 503") {
    @Override
    void play(Browser browser) throws IOException {
      browser.loggedIn();
      RawClient task = browser.send("GET", "/task/slow", "");
      RawClient deferred = browser.send("GET", "/deferred/slow", "");
      RawClient never = browser.send("GET", "/deferred/never", "");
      assertTrue(browser.take(task).text().contains("timed out by itself"));
      assertTrue(browser.take(deferred).text().contains("timed out by itself"));
      browser.take(never);
    }
  },

  STREAMS("200 200") {
    @Override
    void play(Browser browser) throws IOException {
      browser.loggedIn();
      assertEquals(
          StreamingEndpoints.FIRST + StreamingEndpoints.LAST, browser.get("/stream").text());
      assertTrue(browser.get("/events").text().contains("event:tick"));
    }
  };

  private static final String FORM = "application/x-www-form-urlencoded";
  private static final String HOME = Browser.HOME;

  private final String statuses;

  Scenario(String statuses) {
    this.statuses = statuses;
  }

  abstract void play(Browser browser) throws IOException;

  /** Plays it, and checks the last of the statuses: the first may be those of a login. */
  String transcript(RunningApplication application) {
    var browser = new Browser(application);
    try {
      play(browser);
    } catch (IOException e) {
      throw new AssertionError(this + " after " + browser.transcript(), e);
    }
    assertTrue(browser.statuses().endsWith(statuses), () -> this + " " + browser.transcript());
    return browser.transcript();
  }

  static Response upload(Browser browser, String title, int bytes) throws IOException {
    return browser.post("/upload", Multipart.TYPE, Multipart.of(title, bytes));
  }
}
