package io.github.deadlinefilter.springboot;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseBody;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** Endpoints that send their client or their request on to another one. */
@Controller
@RequestMapping({"", Late.HEARING, Late.DEAF})
class PageEndpoints {
  private final Late late;

  PageEndpoints(Late late) {
    this.late = late;
  }

  @GetMapping("/redirect")
  String redirect(HttpServletRequest request, HttpServletResponse response)
      throws InterruptedException {
    late.of(request, response).here();
    return "redirect:/hello?name=again";
  }

  @GetMapping("/forward")
  String forward(HttpServletRequest request, HttpServletResponse response)
      throws InterruptedException {
    late.of(request, response).here();
    return "forward:/hello?name=forwarded";
  }

  @PostMapping("/order")
  String order(
      RedirectAttributes attributes, HttpServletRequest request, HttpServletResponse response)
      throws InterruptedException {
    late.of(request, response).here();
    attributes.addFlashAttribute("order", "1 tea");
    return "redirect:/ordered";
  }

  @GetMapping("/ordered")
  @ResponseBody
  String ordered(Model model) {
    return String.valueOf(model.getAttribute("order"));
  }
}
