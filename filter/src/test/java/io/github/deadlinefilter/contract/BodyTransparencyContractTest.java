package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.contract.Comparison.Exchange;
import io.github.deadlinefilter.contract.Comparison.Outcome;
import io.github.deadlinefilter.contract.Comparison.Scenario;
import jakarta.servlet.MultipartConfigElement;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.Part;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.MethodSource;

/** What the application reads of a request's body is with the filter what it is without it. */
@ParameterizedClass
@MethodSource("io.github.deadlinefilter.contract.Combination#all")
class BodyTransparencyContractTest {
  private static final String FORM = "Content-Type: application/x-www-form-urlencoded";
  private static final String MULTIPART = "Content-Type: multipart/form-data; boundary=XX";
  private static final String PARTS =
      String.join(
          "\r\n",
          "--XX",
          "Content-Disposition: form-data; name=\"field\"",
          "",
          "a value",
          "--XX",
          "Content-Disposition: form-data; name=\"file\"; filename=\"cat.txt\"",
          "Content-Type: text/plain; charset=utf-8",
          "X-Own: 1",
          "",
          "small grey cat",
          "--XX",
          "Content-Disposition: form-data; name=\"field\"",
          "",
          "another",
          "--XX--",
          "");

  @Parameter Combination setup = new Combination(Containers.JETTY_EE10, "pool");

  /** Compares, and returns what came of it with the filter. */
  private Outcome same(int notes, Scenario scenario, Exchange... exchanges) throws Exception {
    Outcome without = Comparison.run(setup, false, notes, scenario, exchanges);
    Outcome with = Comparison.run(setup, true, notes, scenario, exchanges);
    assertEquals(without, with);
    return with;
  }

  private static Exchange post(String path, String body, String... headers) {
    return client -> client.post(path, body, headers).read();
  }

  private static Exchange chunked(String path, String chunks, String... headers) {
    String[] all = Arrays.copyOf(headers, headers.length + 1);
    all[headers.length] = "Transfer-Encoding: chunked";
    return client -> client.request("POST", path, chunks, all).read();
  }

  /** Something that the application tries. */
  @FunctionalInterface
  private interface Attempt {
    Object result() throws Exception;
  }

  private static void attempt(Queue<String> notes, Attempt attempt) {
    try {
      notes.add(attempt.result() + "");
    } catch (Exception e) {
      Throwable cause = e.getCause();
      notes.add(e.getClass().getName() + (cause == null ? "" : " of " + cause.getClass()));
    }
  }

  private static String all(HttpServletRequest request) throws IOException {
    return new String(request.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
  }

  private static String read(BufferedReader reader) throws IOException {
    var all = new StringBuilder();
    for (int next = reader.read(); next >= 0; next = reader.read()) {
      all.append((char) next);
    }
    return all.toString();
  }

  private static String parameters(HttpServletRequest request) {
    Map<String, String> all = new TreeMap<>();
    request.getParameterMap().forEach((name, values) -> all.put(name, Arrays.toString(values)));
    return all.toString();
  }

  private static String describe(Part part) throws IOException {
    return part.getName()
        + " "
        + part.getSubmittedFileName()
        + " "
        + part.getContentType()
        + " "
        + part.getSize()
        + " "
        + part.getHeader("X-Own")
        + " "
        + new TreeMap<>(Map.of("names", part.getHeaderNames().size()))
        + " "
        + new String(part.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  @Test
  void multipart_partsAndParameters() throws Exception {
    Scenario scenario =
        (app, notes) ->
            app.servlet(
                    "/parts",
                    (request, response) -> {
                      notes.add(request.getParts().size() + "");
                      for (Part part : request.getParts()) {
                        notes.add(describe(part));
                      }
                      notes.add(describe(request.getPart("file")));
                      notes.add(request.getPart("none") + "");
                      notes.add(parameters(request));
                      Part part = request.getPart("file");
                      notes.add(
                          part.equals(request.getPart("file"))
                              + " "
                              + request.getParts().contains(part));
                      part.delete();
                    },
                    servlet -> servlet.multipart())
                .servlet(
                    "/parameter",
                    (request, response) -> {
                      notes.add(request.getParameter("field") + request.getParameter("file"));
                      notes.add(request.getParts().size() + parameters(request));
                    },
                    servlet -> servlet.multipart());
    Outcome outcome =
        same(
            0,
            scenario,
            post("/parts?field=query", PARTS, MULTIPART),
            post("/parameter?x=1", PARTS, MULTIPART));
    assertEquals("3", outcome.notes().get(0));
    assertTrue(
        outcome.notes().stream().anyMatch(note -> note.startsWith("file cat.txt text/plain")),
        outcome::toString);
  }

  @Test
  void multipart_refusedAsTheContainerRefuses() throws Exception {
    Scenario scenario =
        (app, notes) -> {
          Application.Handler handler =
              (request, response) -> {
                attempt(notes, () -> request.getParts().size());
                attempt(notes, () -> request.getPart("field") != null);
                attempt(notes, () -> request.getParameter("field"));
              };
          app.servlet("/none", handler)
              .servlet("/parts", handler, servlet -> servlet.multipart())
              .servlet(
                  "/small",
                  handler,
                  servlet -> servlet.multipart(new MultipartConfigElement("", 5, 20, 0)));
        };
    List<Exchange> exchanges =
        new ArrayList<>(
            List.of(
                post("/none", PARTS, MULTIPART, "Connection: close"),
                post("/parts", "a=1", FORM, "Connection: close"),
                post("/parts", "--XX\r\nContent-Dis", MULTIPART, "Connection: close")));
    // Bare Undertow over HTTP/2 resets the stream of a body over its limit, most often before the
    // answer has left.
    if (setup.container() != Containers.UNDERTOW || setup.wire() != Wire.H2C) {
      exchanges.add(post("/small", PARTS, MULTIPART, "Connection: close"));
    }
    same(0, scenario, exchanges.toArray(Exchange[]::new));
  }

  @Test
  void formParameters_fromBodyAndQuery() throws Exception {
    Scenario scenario =
        (app, notes) ->
            app.servlet(
                    "/form",
                    (request, response) -> {
                      notes.add(request.getParameter("a") + parameters(request));
                      notes.add(request.getParameter("none") + request.getQueryString());
                      attempt(notes, () -> all(request));
                    })
                .servlet(
                    "/stream",
                    (request, response) -> {
                      notes.add(all(request));
                      notes.add(parameters(request));
                    })
                .servlet(
                    "/latin",
                    (request, response) -> {
                      request.setCharacterEncoding("ISO-8859-1");
                      notes.add(request.getCharacterEncoding() + parameters(request));
                      request.setCharacterEncoding("UTF-8");
                      notes.add(request.getCharacterEncoding() + parameters(request));
                    });
    Outcome outcome =
        same(
            0,
            scenario,
            post("/form?a=query&b=q", "a=body&c=%C3%A9&a=more", FORM),
            post("/form?a=query", "a=body", "Content-Type: text/plain"),
            post("/form", "", FORM),
            client -> client.request("PUT", "/form?a=1", "a=2", FORM, "Content-Length: 3").read(),
            post("/stream?a=query", "a=body", FORM),
            post("/latin", "a=%E9", FORM),
            chunked("/form?a=query", "3\r\na=b\r\n5\r\nody&c\r\n0\r\n\r\n", FORM));
    assertTrue(outcome.notes().get(0).startsWith("query{a=[query, body, more]"));
  }

  @Test
  void readerAndStream() throws Exception {
    Scenario scenario =
        (app, notes) ->
            app.servlet(
                    "/reader",
                    (request, response) -> {
                      if (request.getParameter("encoding") != null) {
                        attempt(
                            notes,
                            () -> {
                              request.setCharacterEncoding(request.getParameter("encoding"));
                              return "set";
                            });
                      }
                      notes.add(request.getCharacterEncoding() + "");
                      BufferedReader[] first = new BufferedReader[1];
                      attempt(notes, () -> (first[0] = request.getReader()) != null);
                      attempt(notes, () -> request.getReader() == first[0]);
                      attempt(notes, () -> read(request.getReader()));
                      attempt(notes, () -> request.getInputStream().read());
                      attempt(notes, () -> request.getReader().read());
                      attempt(notes, () -> parameters(request));
                    })
                .servlet(
                    "/stream",
                    (request, response) -> {
                      InputStream first = request.getInputStream();
                      attempt(notes, () -> request.getInputStream() == first);
                      attempt(notes, () -> (char) request.getInputStream().read());
                      attempt(notes, () -> request.getReader().read());
                      attempt(notes, () -> request.getInputStream().isFinished());
                      attempt(notes, () -> all(request));
                      attempt(notes, () -> request.getInputStream().isFinished());
                      attempt(notes, () -> request.getInputStream().read());
                    });
    String octets = "caf\u00c3\u00a9";
    Outcome outcome =
        same(
            0,
            scenario,
            post("/reader?encoding=UTF-8", octets, "Content-Type: text/plain"),
            post("/reader?encoding=ISO-8859-1", octets, "Content-Type: text/plain; charset=utf-8"),
            post("/reader?encoding=unknown", octets, "Content-Type: text/plain"),
            post("/reader", octets, "Content-Type: text/plain; charset=unknown"),
            post("/reader", octets),
            post("/reader", octets, "Content-Type: text/plain; charset=utf-8"),
            post("/stream", octets),
            client -> client.get("/stream").read(),
            chunked("/stream", "2\r\nab\r\n3;x=y\r\ncde\r\n0\r\n\r\n"),
            chunked("/reader", "2\r\nab\r\n3\r\ncde\r\n0\r\n\r\n"));
    assertTrue(outcome.notes().contains(IllegalStateException.class.getName()), outcome::toString);
  }

  @Test
  void lengthsOfTheBody() throws Exception {
    Scenario scenario =
        (app, notes) ->
            app.servlet(
                "/length",
                (request, response) -> {
                  notes.add(
                      request.getContentLength()
                          + " "
                          + request.getContentLengthLong()
                          + " "
                          + request.getContentType()
                          + " "
                          + request.getHeader("Transfer-Encoding"));
                  response.getOutputStream().print("unread");
                });
    same(
        0,
        scenario,
        Comparison.get("/length"),
        post("/length", "abc", "Content-Type: text/x"),
        chunked("/length", "2\r\nab\r\n0\r\n\r\n"));
  }

  @Test
  void trailers_bothWays() throws Exception {
    Scenario scenario =
        (app, notes) ->
            app.servlet(
                "/trailers",
                (request, response) -> {
                  attempt(
                      notes,
                      () -> {
                        response.setTrailerFields(() -> Map.of("X-Sum", "42"));
                        return "set";
                      });
                  notes.add((response.getTrailerFields() != null) + "");
                  String body = all(request);
                  notes.add(body + request.isTrailerFieldsReady());
                  attempt(notes, () -> new TreeMap<>(request.getTrailerFields()));
                  response.getOutputStream().print("body");
                  response.flushBuffer();
                  attempt(
                      notes,
                      () -> {
                        response.setTrailerFields(() -> Map.of("X-Sum", "42"));
                        return "set";
                      });
                });
    Outcome outcome =
        same(
            5,
            scenario,
            chunked("/trailers", "2\r\nab\r\n0\r\nX-Check: 7\r\n\r\n", "Trailer: X-Check"),
            chunked("/trailers", "2\r\nab\r\n0\r\n\r\n"),
            Comparison.get("/trailers"));
    assertTrue(
        outcome.answers().get(0).toLowerCase(Locale.ROOT).contains("x-sum=42"), outcome::toString);
  }
}
