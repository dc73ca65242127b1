package io.github.deadlinefilter.soak;

import io.github.deadlinefilter.Builder;
import io.github.deadlinefilter.DeadlineFilter;
import io.github.deadlinefilter.contract.Application;
import io.github.deadlinefilter.contract.VirtualThreads;
import jakarta.servlet.FilterChain;
import jakarta.servlet.MultipartConfigElement;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpSessionEvent;
import jakarta.servlet.http.HttpSessionListener;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The application of one soak, and what it knows of itself.
 *
 * <pre>
 *   /*          outer      adds X-Outer, which every answer has
 *   /ZONE/*     deadlines  one filter for each worker kind
 *   /*          chain      LATE_CHAIN is late here
 *   /*          security   adds X-Sec, which no answer of the application may lack
 *   /ZONE/*     behaviours
 *   /target     forwards, includes and errors come here
 * </pre>
 */
final class SoakApplication {
  static final String OUTER = "X-Outer";
  static final String SECURITY = "X-Sec";
  static final String TARGET = "/target";
  static final int ERROR = 418;

  /** One request in so many is remembered, weakly. */
  private static final int SAMPLE = 64;

  private static final int MOST_SAMPLES = 20_000;
  private static final int WORKERS = 20;
  private static final int QUEUE = 4;

  private static final ThreadLocal<@Nullable String> BEGUN = new ThreadLocal<>();

  private final String prefix;
  private static final String EXECUTOR = "concurrent/soak";

  private final Findings findings;
  private final Path uploads;
  private final ExecutorService others;
  private final AtomicInteger inside = new AtomicInteger();
  private final AtomicInteger sessions = new AtomicInteger();
  private final AtomicLong requests = new AtomicLong();
  private final Queue<WeakReference<Object>> sample = new ConcurrentLinkedQueue<>();

  SoakApplication(String name, Path uploads, Findings findings) {
    this.prefix = "/" + name + "-";
    this.uploads = uploads;
    this.findings = findings;
    AtomicInteger number = new AtomicInteger();
    this.others =
        Executors.newCachedThreadPool(
            task -> {
              Thread thread = new Thread(task, "soak-other-" + name + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
  }

  /** The paths of the worker kinds. */
  List<String> zones() {
    List<String> zones = new ArrayList<>(List.of(prefix + "pool", prefix + "container"));
    if (VirtualThreads.supported()) {
      zones.add(prefix + "virtual");
    }
    if (prefix.startsWith("/tomcat")) { // the one that has a naming of its own here
      zones.add(prefix + "jndi");
    }
    return zones;
  }

  Application describe() {
    var app = new Application().executor(EXECUTOR, others).filter("/*", this::outer);
    for (String zone : zones()) {
      app.filter(zone + "/*", deadlines(zone));
    }
    app.filter("/*", this::chain)
        .filter("/*", this::security)
        .servlet(TARGET, SoakApplication::target)
        .errorPage(ERROR, TARGET)
        .errorPage(Behaviour.Unwell.class, TARGET)
        .listener(new SessionCount());
    for (String zone : zones()) {
      app.servlet(
          zone + "/*",
          this::serve,
          entry ->
              entry.multipart(
                  new MultipartConfigElement(
                      uploads.toString(),
                      /* maxFileSize= */ -1,
                      /* maxRequestSize= */ -1,
                      /* fileSizeThreshold= */ threshold())));
    }
    return app;
  }

  /**
   * Jetty spools no parts to files here: an interrupt closes the file, and Jetty then breaks off
   * the end of the request with a CompletionException.
   */
  private int threshold() {
    return prefix.startsWith("/jetty") ? 1 << 20 : 512;
  }

  private DeadlineFilter deadlines(String zone) {
    String kind = zone.substring(prefix.length());
    Builder builder =
        DeadlineFilter.builder()
            .set("logEvery", "0s")
            .set("worker", kind.equals("jndi") ? "jndi:" + EXECUTOR : kind)
            .set("workers", Integer.toString(WORKERS))
            .set("maxStuck", Integer.toString(WORKERS))
            .set("queue", Integer.toString(QUEUE));
    for (Limit limit : Limit.values()) {
      builder.route(limit.rule(zone));
    }
    return builder.build();
  }

  /** For whoever has to find out what a container has logged. */
  static @Nullable String begunHere() {
    return BEGUN.get();
  }

  private void outer(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    BEGUN.set(((HttpServletRequest) request).getRequestURI() + " " + request.getProtocol());
    String token = ((HttpServletRequest) request).getHeader("x-token");
    ((HttpServletResponse) response).setHeader(OUTER, token);
    request.setAttribute(OUTER, "passed");
    chain.doFilter(request, response);
  }

  /** Inside the deadline. */
  private void chain(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    inside.incrementAndGet();
    try {
      if (requests.incrementAndGet() % SAMPLE == 0) {
        remember(request);
      }
      if (((HttpServletRequest) request).getRequestURI().contains("/LATE_CHAIN/")) {
        Work.of((HttpServletRequest) request, (HttpServletResponse) response, findings, others)
            .pauseDeaf();
      }
      chain.doFilter(request, response);
    } finally {
      inside.decrementAndGet();
    }
  }

  private void remember(ServletRequest request) {
    sample.add(new WeakReference<>(request));
    if (sample.size() > MOST_SAMPLES) {
      sample.poll();
    }
  }

  private void security(ServletRequest request, ServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (request.getAttribute(OUTER) == null) {
      findings.addUnlessLost(
          ((HttpServletRequest) request).getHeader("x-token"), "the outer filter was passed by");
    }
    ((HttpServletResponse) response)
        .setHeader(SECURITY, ((HttpServletRequest) request).getHeader("x-token"));
    chain.doFilter(request, response);
  }

  private void serve(HttpServletRequest request, HttpServletResponse response) throws Exception {
    Work work = Work.of(request, response, findings, others);
    work.order.behaviour().serve(work);
  }

  /** Knows the request by its headers, which a dispatch leaves as they are. */
  private static void target(HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    String token = request.getHeader("x-token");
    int tokens = Integer.parseInt(request.getHeader("x-order").split(" ", -1)[0]);
    if (request.getAttribute(RequestDispatcher.INCLUDE_REQUEST_URI) == null) {
      response.setContentType("text/plain");
      response.setHeader(Work.TOKEN, token);
      response.setHeader(OUTER, token); // a container may have reset the response
      response.setHeader(SECURITY, token);
      response.addCookie(new Cookie("token", token));
    }
    response
        .getOutputStream()
        .write(Tokens.times(token, tokens).getBytes(StandardCharsets.US_ASCII));
  }

  private final class SessionCount implements HttpSessionListener {
    @Override
    public void sessionCreated(HttpSessionEvent event) {
      sessions.incrementAndGet();
    }

    @Override
    public void sessionDestroyed(HttpSessionEvent event) {
      sessions.decrementAndGet();
    }
  }

  /** Workers that are inside the application. */
  int inside() {
    return inside.get();
  }

  int sessions() {
    return sessions.get();
  }

  /** How many of the requests that were remembered are still held by somebody. */
  long held() {
    return sample.stream().filter(one -> one.get() != null).count();
  }

  ExecutorService others() {
    return others;
  }
}
