package io.github.deadlinefilter.springboot;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/** Endpoints that fail, in each way that Spring has an answer for. */
@RestController
@RequestMapping({"", Late.HEARING, Late.DEAF})
class FailingEndpoints {
  private final Late late;

  FailingEndpoints(Late late) {
    this.late = late;
  }

  @GetMapping("/unpaid")
  String unpaid(HttpServletRequest request, HttpServletResponse response)
      throws InterruptedException {
    late.of(request, response).here();
    throw new ResponseStatusException(HttpStatus.PAYMENT_REQUIRED, "not paid for");
  }

  @GetMapping("/refused")
  String refused(HttpServletRequest request, HttpServletResponse response)
      throws InterruptedException {
    late.of(request, response).here();
    throw new Refusal("not for you");
  }

  @GetMapping("/broken")
  String broken(HttpServletRequest request, HttpServletResponse response)
      throws InterruptedException {
    response.setHeader("X-Before", "the exception");
    late.of(request, response).here();
    throw new IllegalStateException("broken");
  }

  @GetMapping("/error-sent")
  void errorSent(HttpServletRequest request, HttpServletResponse response)
      throws InterruptedException, IOException {
    late.of(request, response).here();
    response.sendError(HttpServletResponse.SC_GONE, "gone for good");
  }

  @GetMapping("/number")
  String number(@RequestParam int value) {
    return Integer.toString(value);
  }
}
