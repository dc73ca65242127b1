package io.github.deadlinefilter;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.lang.reflect.Proxy;
import java.util.Collections;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * One request in time through the filter alone, in a container that does nothing: run with {@code
 * -prof gc}, it says what the filter allocates for it.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class RequestBenchmark {
  /** Of the filter; {@code none} calls the chain without one, through the same proxies. */
  @Param({"none", "container", "pool"})
  public String worker = "none";

  private final FilterChain chain = (request, response) -> {};
  private final HttpServletRequest request = new BareRequest();
  private final HttpServletResponse response = bare(HttpServletResponse.class);
  private DeadlineFilter filter = DeadlineFilter.builder().build();

  @Setup
  public void deploy() throws Exception {
    if (!worker.equals("none")) {
      filter = DeadlineFilter.builder().set("worker", worker).build();
      filter.init(bare(FilterConfig.class));
    }
  }

  @TearDown
  public void destroy() {
    filter.destroy();
  }

  @Benchmark
  public void request() throws Exception {
    if (worker.equals("none")) {
      chain.doFilter(request, response);
    } else {
      filter.doFilter(request, response, chain);
    }
  }

  /** Answers what a filter asks of each request without the cost of a proxy. */
  private static final class BareRequest extends jakarta.servlet.http.HttpServletRequestWrapper {
    BareRequest() {
      super(bare(HttpServletRequest.class));
    }

    @Override
    public DispatcherType getDispatcherType() {
      return DispatcherType.REQUEST;
    }

    @Override
    public String getMethod() {
      return "GET";
    }

    @Override
    public String getServletPath() {
      return "/hello";
    }

    @Override
    public boolean isAsyncSupported() {
      return true;
    }
  }

  private static <T> T bare(Class<T> type) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) ->
                switch (method.getName()) {
                  case "getInitParameterNames" -> Collections.emptyEnumeration();
                  case "getServletContext" -> bare(ServletContext.class);
                  default -> {
                    Class<?> returned = method.getReturnType();
                    yield returned == String.class
                        ? "x"
                        : returned == boolean.class ? false : returned == int.class ? 0 : null;
                  }
                }));
  }
}
