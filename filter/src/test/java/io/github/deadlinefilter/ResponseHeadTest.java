package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.servlet.http.HttpServletResponse;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** {@link HeaderSnapshot} and {@link ResponseHead}: what is kept of a response's head. */
class ResponseHeadTest {
  private final Map<String, List<String>> headers = new LinkedHashMap<>();
  private final List<String> errors = new ArrayList<>();

  private final HttpServletResponse response =
      (HttpServletResponse)
          Proxy.newProxyInstance(
              ResponseHeadTest.class.getClassLoader(),
              new Class<?>[] {HttpServletResponse.class},
              (proxy, method, arguments) ->
                  switch (method.getName()) {
                    // As Tomcat: a name once for each of its values.
                    case "getHeaderNames" ->
                        headers.entrySet().stream()
                            .flatMap(one -> one.getValue().stream().map(value -> one.getKey()))
                            .toList();
                    case "getHeaders" -> List.copyOf(headers.get(arguments[0]));
                    case "setHeader" ->
                        headers.put(
                            (String) arguments[0], new ArrayList<>(List.of((String) arguments[1])));
                    case "addHeader" -> {
                      headers
                          .computeIfAbsent((String) arguments[0], name -> new ArrayList<>())
                          .add((String) arguments[1]);
                      yield null;
                    }
                    case "sendError" -> {
                      errors.add(List.of(arguments).toString());
                      yield null;
                    }
                    default -> throw new AssertionError(method);
                  });

  private void given(String name, String... values) {
    headers.put(name, new ArrayList<>(List.of(values)));
  }

  @Test
  void snapshot_restored_inOrderWithAllValues() {
    given("Set-Cookie", "a=1", "b=2");
    given("Vary", "Origin");
    HeaderSnapshot snapshot = HeaderSnapshot.of(response, new ContainerQuirks());
    headers.clear();
    given("Vary", "left by a container's reset");
    snapshot.restore(response, new ContainerQuirks());
    assertEquals(Map.of("Set-Cookie", List.of("a=1", "b=2"), "Vary", List.of("Origin")), headers);
  }

  @Test
  void snapshot_leavesOutWhatBelongsToABodyOrTheContainer() {
    for (String name :
        List.of("Content-Type", "content-length", "ETag", "Last-Modified", "Date", "Server")) {
      given(name, "x");
    }
    given("X-Kept", "1");
    HeaderSnapshot snapshot = HeaderSnapshot.of(response, new ContainerQuirks());
    headers.clear();
    snapshot.restore(response, new ContainerQuirks());
    assertEquals(Map.of("X-Kept", List.of("1")), headers);
  }

  @Test
  void before_isWhatWasThereAtTheFirstChange() {
    given("X-Outer", "1");
    ResponseHead head = new ResponseHead(response, new ContainerQuirks());
    head.remember();
    given("X-App", "1");
    head.remember();
    headers.clear();
    head.before().restore(response, new ContainerQuirks());
    assertEquals(Map.of("X-Outer", List.of("1")), headers);
  }

  @Test
  void before_nothingChanged_isWhatIsThere() {
    given("X-Outer", "1");
    ResponseHead head = new ResponseHead(response, new ContainerQuirks());
    HeaderSnapshot before = head.before();
    headers.clear();
    before.restore(response, new ContainerQuirks());
    assertEquals(Map.of("X-Outer", List.of("1")), headers);
  }

  @Test
  void sendError_recordedOnceAndSentOnce() throws Exception {
    ResponseHead head = new ResponseHead(response, new ContainerQuirks());
    assertFalse(head.hasError());
    assertEquals(200, head.statusOr(200));
    head.sendError(response);
    assertEquals(List.of(), errors);

    head.record(404, "no such cat");
    assertTrue(head.hasError());
    assertEquals(404, head.statusOr(200));
    assertThrows(IllegalStateException.class, () -> head.record(500, null));
    assertEquals(List.of(), errors, "only the container thread makes it");

    head.sendError(response);
    head.sendError(response);
    assertEquals(List.of("[404, no such cat]"), errors);
  }

  @Test
  void sendError_withoutMessage_callsTheFormWithoutOne() throws Exception {
    ResponseHead head = new ResponseHead(response, new ContainerQuirks());
    head.record(410, null);
    head.sendError(response);
    assertEquals(List.of("[410]"), errors);
  }
}
