package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import jakarta.servlet.http.HttpServletResponse;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The contract runs with two servlet APIs, and each run has the containers of its own. */
class ClassPathTest {
  @Test
  void containers_areThoseOfTheServletApi_ofThisRun() {
    boolean next = System.getProperty("contract.servlet", "6.0").equals("6.1");
    List<String> labels = Containers.ALL.stream().map(Containers::toString).toList();
    List<String> ours =
        labels.stream().filter(label -> label.matches("(Jetty|Tomcat) .*")).toList();
    assertEquals(
        next
            ? List.of("Jetty 12.1 ee11", "Tomcat 11.0")
            : List.of("Jetty 12.1 ee10", "Tomcat 10.1"),
        ours);
    boolean has61 =
        Arrays.stream(HttpServletResponse.class.getFields())
            .anyMatch(field -> field.getName().equals("SC_PERMANENT_REDIRECT"));
    assertEquals(next, has61, "the servlet API is 6.1");
  }
}
