package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import jakarta.servlet.http.Cookie;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What Tomcat does to a request that may be somebody else's by then. */
@ParameterizedClass
@MethodSource("tomcat")
class TomcatContractTest {
  @Parameter Combination setup = new Combination(Containers.TOMCAT, "pool");

  static List<Combination> tomcat() {
    return Combination.of(Containers.TOMCAT);
  }

  /**
   * Trailers over HTTP/2 have Tomcat add the cookies of their request once more, to an object that
   * is another user's if the request has been answered early.
   */
  @Test
  void trailers_doNotBringTheirCookiesOnceMore() throws Exception {
    Gate begun = new Gate("the beginning of the request");
    Application app =
        new Application()
            .filter("/*", setup.filter().deadline(Duration.ofSeconds(20)).build())
            .servlet(
                "/trailers",
                (request, response) -> {
                  begun.open();
                  request.getInputStream().readAllBytes();
                  String fields = String.join("|", Collections.list(request.getHeaders("Cookie")));
                  String cookies =
                      Arrays.stream(request.getCookies())
                          .map(Cookie::getValue)
                          .collect(Collectors.joining(","));
                  response.getWriter().print(fields.strip() + " is " + cookies);
                });
    try (TestContainer container = setup.start(app, setup.options().with(Wire.H2C));
        RawClient client = RawClient.connect(container)) {
      client.request(
          "POST",
          "/trailers",
          "2\r\nab\r\n",
          "Cookie: a=1",
          "Cookie: b=2",
          "Transfer-Encoding: chunked");
      begun.await();
      client.send("0\r\nX-Check: 7\r\n\r\n");
      assertEquals("a=1; b=2| is 1,2", client.read().text());
    }
  }
}
