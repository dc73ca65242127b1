package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jakarta.servlet.ServletContext;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ApplicationLinesTest {
  private final List<String> asked = new ArrayList<>();

  /** Lines of an application that has {@code classes} in WEB-INF/classes. */
  private ApplicationLines of(String... classes) {
    Set<String> own = Set.of(classes);
    return new ApplicationLines(
        (ServletContext)
            Proxy.newProxyInstance(
                ServletContext.class.getClassLoader(),
                new Class<?>[] {ServletContext.class},
                (self, method, arguments) -> {
                  String path = (String) arguments[0];
                  asked.add(path);
                  if (path.contains("Stopped")) {
                    throw new IllegalStateException("The application has been stopped");
                  }
                  String type =
                      path.replaceAll("^/WEB-INF/classes/|\\.class$", "").replace('/', '.');
                  return own.contains(type) ? URI.create("file:" + path).toURL() : null;
                }));
  }

  /** From the innermost frame out, each as {@code package.Type.method}. */
  private static List<StackTraceElement> stack(String... frames) {
    return Arrays.stream(frames)
        .map(
            frame -> {
              int dot = frame.lastIndexOf('.');
              String type = frame.substring(0, dot);
              return new StackTraceElement(
                  type, frame.substring(dot + 1), type.replaceAll(".*\\.|\\$.*", "") + ".java", 37);
            })
        .toList();
  }

  private @Nullable String line(List<StackTraceElement> stack, String... classes) {
    return of(classes).of(stack);
  }

  @Test
  void innermostOfTheApplication_isNamed_andNotTheDriverThatWaits() {
    List<StackTraceElement> stack =
        stack(
            "java.net.Socket.read",
            "org.h2.value.Transfer.readInt",
            "io.github.deadlinefilter.jdbc.Call.run",
            "shop.Orders.find",
            "shop.OrdersServlet.doGet");
    assertEquals(
        "shop.Orders.find(Orders.java:37)", line(stack, "shop.Orders", "shop.OrdersServlet"));
  }

  @Test
  void applicationOfWhichNothingIsKnown_innermostLineThatIsNotTheJdks() {
    List<StackTraceElement> stack =
        stack("java.lang.Object.wait", "sun.nio.ch.Net.poll", "shop.Report.read", "shop.S.doGet");
    assertEquals("shop.Report.read(Report.java:37)", line(stack));
    assertEquals("shop.Report.read(Report.java:37)", ApplicationLines.NONE.of(stack));
    assertNull(ApplicationLines.NONE.of(stack.subList(0, 2)));
    assertNull(ApplicationLines.NONE.of(List.of()));
  }

  @Test
  void lambdaAndNestedClass_areTheirTypes_andProxiesAreNobodys() {
    assertEquals(
        "shop.Orders$Page$1.lambda$list$0(Orders.java:37)",
        line(
            stack(
                "org.driver.Wire.read",
                "shop.Orders$$SpringCGLIB$$0.find",
                "jdk.proxy2.$Proxy17.find",
                "shop.Orders$Page$1.lambda$list$0",
                "shop.Orders.list"),
            "shop.Orders$Page$1",
            "shop.Orders"));
  }

  @Test
  void filterOfTheApplication_aroundWhatIsInJars_isNotToBlame() {
    String[] around = {
      "org.driver.Wire.read",
      "lib.Resource.list",
      "org.container.Chain.doFilter",
      "shop.LogFilter.doFilter"
    };
    assertEquals("org.driver.Wire.read(Wire.java:37)", line(stack(around), "shop.LogFilter"));
    assertEquals(
        "shop.LogFilter.doFilter(LogFilter.java:37)",
        line(stack(around).subList(3, 4), "shop.LogFilter"),
        "slow itself");
  }

  @Test
  void stoppedApplication_isNotKnown() {
    assertEquals("shop.Stopped.run(Stopped.java:37)", line(stack("shop.Stopped.run"), "shop.A"));
  }

  @Test
  void eachClass_isAskedForOnce_byWhoLearns() {
    ApplicationLines lines = of("shop.Orders", "shop.Servlet");
    List<StackTraceElement> stack =
        stack(
            "java.net.Socket.read",
            "org.driver.Wire.read",
            "shop.Orders.find",
            "shop.Servlet.doGet",
            "org.container.Chain.doFilter",
            "shop.LogFilter.doFilter");
    lines.learn(stack);
    List<String> learnt = List.copyOf(asked);
    assertEquals(4, learnt.size(), learnt::toString);
    assertEquals("shop.Orders.find(Orders.java:37)", lines.of(stack));
    assertEquals("shop.Servlet.doGet(Servlet.java:37)", lines.of(stack.subList(3, 6)));
    assertEquals(learnt, asked);
  }

  @Test
  void classesWithoutEnd_areForgotten_andFoundAgain() {
    ApplicationLines lines = of("shop.Orders");
    for (int i = 0; i < 20_001; i++) {
      assertEquals(
          "shop.Orders.find(Orders.java:37)",
          lines.of(stack("shop.Generated$" + i + ".call", "shop.Orders.find")));
    }
    long times = asked.stream().filter("/WEB-INF/classes/shop/Orders.class"::equals).count();
    assertTrue(times > 1 && times < 5, () -> "asked " + times + " times");
  }
}
