package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.contract.Comparison.Exchange;
import io.github.deadlinefilter.contract.Comparison.Outcome;
import io.github.deadlinefilter.contract.Comparison.Scenario;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What the container's own default servlet serves is with the filter what it is without it. */
@ParameterizedClass
@MethodSource("io.github.deadlinefilter.contract.Combination#all")
class StaticFileTransparencyContractTest {
  private static final String CAT = "a small grey cat";

  /** More than any container's buffer, and than Tomcat's least for leaving a file to the system. */
  private static final String LARGE = "0123456789abcdef".repeat(20_000);

  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  private static final Scenario SITE =
      (app, notes) ->
          app.welcomeFile("index.html")
              .welcomeFile("index.txt")
              .staticFile("cat.txt", CAT)
              .staticFile("large.bin", LARGE)
              .staticFile("index.html", "the front page")
              .staticFile("sub/index.txt", "a page below")
              .staticFile("bare/other.txt", "no welcome here");

  private static Exchange get(String path, String... headers) {
    return client -> client.get(path, headers).read();
  }

  private static Exchange head(String path, String... headers) {
    return client -> client.head(path, headers).readHead();
  }

  /** Asks with what an answer before had in {@code header}, where it says {@code VALUE}. */
  private static Exchange with(String header, String... asked) {
    return client -> {
      Response before = client.get("/cat.txt").read();
      String value = Objects.requireNonNull(before.header(header), before::toString);
      List<String> headers = new ArrayList<>();
      for (String line : asked) {
        headers.add(line.replace("VALUE", value));
      }
      return client.get("/cat.txt", headers.toArray(String[]::new)).read();
    };
  }

  @Test
  void welcomeFiles() throws Exception {
    Outcome outcome =
        Comparison.same(
            setup,
            0,
            SITE,
            get("/"),
            get("/sub/"),
            get("/sub"),
            get("/sub?x=1"),
            get("/bare/"),
            get("/bare"),
            get("/none/"),
            head("/"));
    assertTrue(outcome.answers().get(0).endsWith("the front page"), outcome::toString);
    assertTrue(outcome.answers().get(1).endsWith("a page below"), outcome::toString);
    assertTrue(outcome.answers().get(2).startsWith("302"), outcome::toString);
  }

  @Test
  void ranges_one() throws Exception {
    Outcome outcome =
        Comparison.same(
            setup,
            0,
            SITE,
            get("/cat.txt", "Range: bytes=2-6"),
            get("/cat.txt", "Range: bytes=-3"),
            get("/cat.txt", "Range: bytes=90-"),
            get("/cat.txt", "Range: bytes=6-2"),
            get("/cat.txt", "Range: cats=2-6"),
            get("/cat.txt", "Range: bytes=0-0,90-91"),
            head("/cat.txt", "Range: bytes=2-6"),
            get("/large.bin", "Range: bytes=100000-"));
    assertTrue(outcome.answers().get(0).startsWith("206"), outcome::toString);
    assertTrue(outcome.answers().get(0).endsWith("small"), outcome::toString);
  }

  @Test
  void ranges_many() throws Exception {
    Exchange[] exchanges = {
      get("/cat.txt", "Range: bytes=0-0,2-6,-3"),
      get("/large.bin", "Range: bytes=5-9,100000-299999")
    };
    Outcome outcome =
        setup.container() == Containers.jetty()
            ? Comparison.sameAsAnyWrapper(setup, 0, SITE, exchanges)
            : Comparison.same(setup, 0, SITE, exchanges);
    if (setup.container() != Containers.UNDERTOW) { // serves one at a time
      assertTrue(outcome.answers().get(0).contains("multipart/byteranges"), outcome::toString);
    }
  }

  @Test
  void conditions() throws Exception {
    Outcome outcome =
        Comparison.same(
            setup,
            0,
            SITE,
            with("Last-Modified", "If-Modified-Since: VALUE"),
            get("/cat.txt", "If-Modified-Since: Sat, 01 Jan 2000 00:00:00 GMT"),
            get("/cat.txt", "If-Unmodified-Since: Sat, 01 Jan 2000 00:00:00 GMT"),
            with("Last-Modified", "If-Unmodified-Since: VALUE"),
            get("/cat.txt", "If-None-Match: *"),
            get("/cat.txt", "If-None-Match: \"other\""),
            get("/cat.txt", "If-Match: \"other\""),
            with("Last-Modified", "If-Range: VALUE", "Range: bytes=2-6"),
            get("/cat.txt", "If-Range: \"other\"", "Range: bytes=2-6"),
            get("/cat.txt", "If-Range: Sat, 01 Jan 2000 00:00:00 GMT", "Range: bytes=2-6"));
    assertTrue(outcome.answers().get(0).startsWith("304"), outcome::toString);
  }

  @Test
  void wholeFiles_andHead() throws Exception {
    Outcome outcome =
        Comparison.same(
            setup,
            0,
            SITE,
            get("/cat.txt"),
            head("/cat.txt"),
            get("/large.bin"),
            // Bare Jetty over HTTP/2 does not end its answer to a HEAD of a large file.
            isJettyOverHttp2() ? get("/large.bin") : head("/large.bin"),
            get("/none.txt"),
            client -> client.post("/cat.txt", "a=1").read(),
            client -> client.request("OPTIONS", "/cat.txt", "").read());
    assertTrue(outcome.answers().get(0).endsWith(CAT), outcome::toString);
  }

  private boolean isJettyOverHttp2() {
    return setup.container() == Containers.jetty() && setup.wire() == Wire.H2C;
  }

  /** Some containers serve large files asynchronously, or past the usual buffers. */
  @Test
  void lateWhileTheClientDoesNotRead_isCut_andTheContainerIsFree() throws Exception {
    var app =
        new Application()
            .filter("/*", setup.filter().deadline(Duration.ofMillis(1500)).build())
            .staticFile("large.bin", LARGE.repeat(60));
    try (TestContainer container = setup.start(app);
        RawClient client = RawClient.connect(container, 4096)) {
      client.get("/large.bin");
      String line = FilterLog.expired(container);
      assertTrue(line.contains(" answer=aborted"), line);
      Gate.eventually(() -> container.busyThreads() == 0, "idle");
      assertTrue(client.read().cut());
    }
  }
}
