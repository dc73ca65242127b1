package io.github.deadlinefilter.jersey;

import static io.github.deadlinefilter.jersey.Place.ANSWER;
import static io.github.deadlinefilter.jersey.Place.BODY;
import static io.github.deadlinefilter.jersey.Place.ELSEWHERE;
import static io.github.deadlinefilter.jersey.Place.ENTRY;
import static io.github.deadlinefilter.jersey.Place.HEAD;
import static io.github.deadlinefilter.jersey.Place.MAPPER;
import static io.github.deadlinefilter.jersey.Place.RESOURCE;

import io.github.deadlinefilter.contract.RawClient;
import io.github.deadlinefilter.contract.Response;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * One request to the application, and where it can be late.
 *
 * @param status of its usual answer
 * @param path under the prefix of a deployment and a {@link Pace}
 */
record Endpoint(
    String name,
    int status,
    String method,
    String path,
    List<String> headers,
    String body,
    List<Place> latePlaces) {

  static final Endpoint JSON = get(200, "JSON", "/items/7").late(ENTRY, RESOURCE, ANSWER);

  static final List<Endpoint> ALL =
      List.of(
          JSON,
          request(200, "head", "HEAD", "/items/7").late(RESOURCE),
          get(200, "text", "/items/7", "Accept: text/plain").late(RESOURCE),
          get(200, "best", "/items/7", "Accept: text/*;q=0.5, application/json;q=0.4").late(ANSWER),
          get(200, "gzip", "/items/7", "Accept-Encoding: gzip").late(RESOURCE, ANSWER),
          post(
                  201,
                  "created",
                  "/items",
                  "application/json",
                  "{\"id\":8,\"name\":\"b\",\"tags\":[]}")
              .late(ENTRY, RESOURCE, ANSWER),
          request(
                  201,
                  "created in chunks",
                  "POST",
                  "/items",
                  "Content-Type: application/json",
                  "Transfer-Encoding: chunked")
              .withBody("10\r\n{\"id\":8,\"name\":\"\r\nd\r\nb\",\"tags\":[]}\r\n0\r\n\r\n")
              .late(RESOURCE),
          post(400, "broken JSON", "/items", "application/json", "{\"id\":").late(ENTRY, ANSWER),
          request(204, "deleted", "DELETE", "/items/7").late(RESOURCE, ANSWER),
          request(200, "options", "OPTIONS", "/items/7").late(ENTRY, ANSWER),
          get(200, "tagged", "/items/7/state").late(RESOURCE, ANSWER),
          get(304, "same tag", "/items/7/state", "If-None-Match: \"version-1\"")
              .late(RESOURCE, ANSWER),
          get(
                  304,
                  "same date",
                  "/items/7/state",
                  "If-Modified-Since: Tue, 14 Nov 2023 22:13:20 GMT")
              .late(ANSWER),
          request(
                  412,
                  "other tag",
                  "PUT",
                  "/items/7/state",
                  "If-Match: \"version-0\"",
                  "Content-Length: 0")
              .late(RESOURCE, ANSWER),
          get(303, "see other", "/items/7/moved").late(RESOURCE, ANSWER),
          get(
                  200,
                  "parameters",
                  "/request/params/a%20b;x=1/c/d;color=red?q=1&q=%C3%A9",
                  "Cookie: FLAVOUR=oat",
                  "X-User: ann")
              .late(RESOURCE),
          post(
                  200,
                  "form",
                  "/request/form",
                  "application/x-www-form-urlencoded",
                  "a=%C3%A9+1&b=2&b=3")
              .late(ENTRY, RESOURCE),
          post(200, "bytes", "/request/body", "application/octet-stream", "x".repeat(100_000))
              .late(RESOURCE),
          post(200, "upload", "/request/upload", "multipart/form-data; boundary=edge", upload())
              .late(RESOURCE),
          get(200, "context", "/request/context?a=b", "Accept-Language: sv, en;q=0.5")
              .late(RESOURCE, ANSWER),
          get(401, "sent away", "/items/7", "X-User: nobody").late(ENTRY, ANSWER),
          get(422, "mapped exception", "/fail/mapped").late(RESOURCE, MAPPER, ANSWER),
          get(409, "answer by exception", "/fail/answer").late(RESOURCE, ANSWER),
          get(410, "status by exception", "/fail/status").late(RESOURCE, ANSWER),
          get(500, "unmapped exception", "/fail/unmapped").late(RESOURCE),
          get(404, "not found", "/nowhere").late(ENTRY),
          request(405, "not allowed", "DELETE", "/items").late(ENTRY, ANSWER),
          get(406, "not acceptable", "/items/7", "Accept: image/png").late(ENTRY, ANSWER),
          post(415, "not supported", "/items", "text/plain", "a cat").late(ENTRY, ANSWER),
          get(200, "streaming output", "/stream/output").late(RESOURCE, ANSWER, BODY),
          get(200, "chunked output", "/stream/chunks").late(RESOURCE, ANSWER, HEAD, BODY),
          get(200, "events", "/stream/events", "Accept: text/event-stream")
              .late(RESOURCE, ANSWER, HEAD, BODY),
          get(200, "resumed", "/async/resumed").late(RESOURCE, ELSEWHERE, ANSWER),
          get(422, "resumed with an exception", "/async/failed").late(ELSEWHERE, MAPPER, ANSWER),
          get(202, "handled time-out", "/async/handled-timeout").late(RESOURCE, ELSEWHERE, ANSWER),
          // After the other one with a time-out: where it is late, it holds Jersey's only timer.
          get(503, "time-out", "/async/timeout").late(RESOURCE, ANSWER),
          get(200, "managed", "/async/managed").late(RESOURCE, ANSWER),
          get(200, "stage", "/async/stage").late(RESOURCE, ELSEWHERE, ANSWER),
          get(422, "failed stage", "/async/failed-stage").late(ELSEWHERE, MAPPER, ANSWER));

  /** Not Jersey's. */
  static final Endpoint BEHIND = get(200, "behind", "/behind").late(ENTRY);

  /** Sends it to a path under {@code prefix}, with {@code more} headers. */
  void send(RawClient client, String prefix, String... more) throws IOException {
    List<String> all = new ArrayList<>(headers);
    all.addAll(List.of(more));
    client.request(method, prefix + path, body, all.toArray(String[]::new));
  }

  Response read(RawClient client) throws IOException {
    return method.equals("HEAD") ? client.readHead() : client.read();
  }

  private static Endpoint request(
      int status, String name, String method, String path, String... headers) {
    return new Endpoint(name, status, method, path, List.of(headers), /* body= */ "", List.of());
  }

  private static Endpoint get(int status, String name, String path, String... headers) {
    return request(status, name, "GET", path, headers);
  }

  private static Endpoint post(int status, String name, String path, String type, String body) {
    return request(
            status, name, "POST", path, "Content-Type: " + type, "Content-Length: " + body.length())
        .withBody(body);
  }

  private Endpoint withBody(String given) {
    return new Endpoint(name, status, method, path, headers, given, latePlaces);
  }

  private Endpoint late(Place... places) {
    return new Endpoint(name, status, method, path, headers, body, List.of(places));
  }

  private static String upload() {
    return String.join(
        "\r\n",
        "--edge",
        "Content-Disposition: form-data; name=\"note\"",
        "",
        "a note",
        "--edge",
        "Content-Disposition: form-data; name=\"file\"; filename=\"cat.bin\"",
        "Content-Type: application/octet-stream",
        "",
        "y".repeat(50_000),
        "--edge--",
        "");
  }

  @Override
  public String toString() {
    return name;
  }
}
