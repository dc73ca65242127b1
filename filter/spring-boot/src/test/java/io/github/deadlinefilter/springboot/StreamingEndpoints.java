package io.github.deadlinefilter.springboot;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

/** Endpoints that write their answer piece by piece, on another thread. */
@RestController
class StreamingEndpoints {
  /** More than is buffered anywhere, for Spring passes no flush of a stream on. */
  static final String FIRST = "the first of many lines\n".repeat(4_000);

  static final String LAST = "last\n";

  private final Late late;

  StreamingEndpoints(Late late) {
    this.late = late;
  }

  /** Late before the first byte under {@link Late#HEARING} and {@link Late#DEAF}. */
  @GetMapping({"/stream", Late.HEARING + "/stream", Late.DEAF + "/stream"})
  ResponseEntity<StreamingResponseBody> stream(
      HttpServletRequest request, HttpServletResponse response) {
    Late.Hold hold = late.of(request, response);
    CountDownLatch left = LeftSecurity.of(request);
    return text(
        output -> {
          await(left::await);
          await(hold);
          write(output, FIRST);
          write(output, LAST);
        });
  }

  @GetMapping(Late.BEGUN + "/stream")
  ResponseEntity<StreamingResponseBody> begunStream(
      HttpServletRequest request, HttpServletResponse response) {
    Late.Hold hold = late.of(request, response);
    CountDownLatch left = LeftSecurity.of(request);
    return text(
        output -> {
          await(left::await);
          write(output, FIRST);
          await(hold);
          write(output, LAST);
        });
  }

  /** Spring begins the response before the first event. */
  @GetMapping({"/events", Late.BEGUN + "/events"})
  SseEmitter events(HttpServletRequest request, HttpServletResponse response) {
    Late.Hold hold = late.of(request, response);
    var emitter = new SseEmitter();
    emitter.onTimeout(late::timeOut);
    emitter.onCompletion(late::complete);
    AsyncEndpoints.elsewhere(
        () -> {
          try {
            emitter.send(SseEmitter.event().id("1").name("tick").data(new Greeting("events", "1")));
            hold.here();
            emitter.send(SseEmitter.event().id("2").comment("last").data("2"));
            emitter.complete();
          } catch (IOException | IllegalStateException e) {
            emitter.completeWithError(e);
          }
        });
    return emitter;
  }

  private static ResponseEntity<StreamingResponseBody> text(StreamingResponseBody body) {
    return ResponseEntity.ok()
        .contentType(MediaType.TEXT_PLAIN)
        .header("X-Stream", "yes")
        .body(body);
  }

  private static void write(OutputStream output, String text) throws IOException {
    output.write(text.getBytes(StandardCharsets.UTF_8));
  }

  private static void await(Late.Hold hold) throws IOException {
    try {
      hold.here();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
  }
}
