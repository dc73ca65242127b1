package io.github.deadlinefilter.springboot;

import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** The application's own answer to an exception of its own. */
@RestControllerAdvice
class FailureAdvice {
  @ExceptionHandler
  ResponseEntity<Greeting> refusal(Refusal refusal) {
    return ResponseEntity.status(HttpStatus.CONFLICT)
        .header("X-Advice", "given")
        .body(new Greeting("advice", String.valueOf(refusal.getMessage())));
  }
}
