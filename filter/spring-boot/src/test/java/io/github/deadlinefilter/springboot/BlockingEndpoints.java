package io.github.deadlinefilter.springboot;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSession;
import java.io.IOException;
import java.util.Arrays;
import java.util.Objects;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.multipart.MultipartFile;

/** Endpoints that answer before they return. */
@RestController
@RequestMapping({"", Late.HEARING, Late.DEAF})
class BlockingEndpoints {
  private final Late late;

  BlockingEndpoints(Late late) {
    this.late = late;
  }

  @GetMapping("/hello")
  Greeting hello(
      @RequestParam(defaultValue = "world") String name,
      HttpServletRequest request,
      HttpServletResponse response)
      throws InterruptedException {
    late.of(request, response).here();
    return new Greeting("hello", "Hello, " + name);
  }

  /** What a page needs to post. */
  @GetMapping("/csrf")
  CsrfToken csrf(CsrfToken token) {
    return token;
  }

  @GetMapping("/me")
  Greeting me(HttpServletRequest request, HttpServletResponse response)
      throws InterruptedException {
    late.of(request, response).here();
    Authentication bound = SecurityContextHolder.getContext().getAuthentication();
    return new Greeting(
        "me", request.getRemoteUser() + " " + Objects.requireNonNull(bound).getName());
  }

  /** Counts in the session how often it was asked. */
  @GetMapping("/visits")
  Greeting visits(HttpSession session, HttpServletRequest request, HttpServletResponse response)
      throws InterruptedException {
    late.of(request, response).here();
    int before = session.getAttribute("visits") instanceof Integer number ? number : 0;
    session.setAttribute("visits", before + 1);
    return new Greeting("visits", Integer.toString(before + 1));
  }

  @PostMapping("/echo")
  Greeting echo(
      @RequestBody Greeting given, HttpServletRequest request, HttpServletResponse response)
      throws InterruptedException {
    late.of(request, response).here();
    return new Greeting("echo", given.text());
  }

  @PostMapping("/upload")
  Greeting upload(
      @RequestParam MultipartFile file,
      @RequestParam String title,
      HttpServletRequest request,
      HttpServletResponse response)
      throws InterruptedException, IOException {
    late.of(request, response).here();
    return new Greeting(
        "upload",
        "%s: %s, %s, %d bytes, %d"
            .formatted(
                title,
                file.getOriginalFilename(),
                file.getContentType(),
                file.getSize(),
                Arrays.hashCode(file.getBytes())));
  }
}
