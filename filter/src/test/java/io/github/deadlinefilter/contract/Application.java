package io.github.deadlinefilter.contract;

import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.MultipartConfigElement;
import jakarta.servlet.Servlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.EventListener;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The web application under test, as a {@code web.xml} would describe it; every container deploys
 * the same description. Filters run in the order in which they are named here.
 *
 * <p>Built by one thread, before {@link TestContainer#start}. Not thread-safe.
 */
public final class Application {

  /** What a servlet does, as a lambda. A checked exception of its own arrives as a cause. */
  @FunctionalInterface
  public interface Handler {
    void handle(HttpServletRequest request, HttpServletResponse response) throws Exception;
  }

  /**
   * A filter and its mapping: async-supported, for {@code REQUEST} and {@code ASYNC} by default.
   */
  public static final class FilterEntry {
    final String name;
    final String pattern;
    final Filter filter;
    final Map<String, String> initParams = new LinkedHashMap<>();
    boolean asyncSupported = true;
    Set<DispatcherType> dispatchers = EnumSet.of(DispatcherType.REQUEST, DispatcherType.ASYNC);

    private FilterEntry(String name, String pattern, Filter filter) {
      this.name = name;
      this.pattern = pattern;
      this.filter = filter;
    }

    public FilterEntry init(String param, String value) {
      initParams.put(param, value);
      return this;
    }

    public FilterEntry init(Map<String, String> params) {
      initParams.putAll(params);
      return this;
    }

    public FilterEntry asyncSupported(boolean supported) {
      asyncSupported = supported;
      return this;
    }

    public FilterEntry dispatchers(DispatcherType first, DispatcherType... others) {
      dispatchers = EnumSet.of(first, others);
      return this;
    }
  }

  /** A servlet and its mapping: async-supported, without multipart by default. */
  public static final class ServletEntry {
    final String name;
    final String pattern;
    final Servlet servlet;
    final Map<String, String> initParams = new LinkedHashMap<>();
    boolean asyncSupported = true;
    @Nullable MultipartConfigElement multipart;

    private ServletEntry(String name, String pattern, Servlet servlet) {
      this.name = name;
      this.pattern = pattern;
      this.servlet = servlet;
    }

    public ServletEntry init(String param, String value) {
      initParams.put(param, value);
      return this;
    }

    public ServletEntry asyncSupported(boolean supported) {
      asyncSupported = supported;
      return this;
    }

    /** Lets the servlet read {@code multipart/form-data}, in a temporary folder, without limits. */
    public ServletEntry multipart() {
      return multipart(new MultipartConfigElement(""));
    }

    public ServletEntry multipart(MultipartConfigElement config) {
      multipart = config;
      return this;
    }
  }

  final List<FilterEntry> filters = new ArrayList<>();
  final List<ServletEntry> servlets = new ArrayList<>();
  final Map<Integer, String> errorPagesByStatus = new LinkedHashMap<>();
  final Map<Class<? extends Throwable>, String> errorPagesByException = new LinkedHashMap<>();
  final List<EventListener> listeners = new ArrayList<>();
  final Map<String, String> staticFiles = new LinkedHashMap<>();
  final List<String> welcomeFiles = new ArrayList<>();
  final Map<String, Executor> executors = new LinkedHashMap<>();
  String contextPath = "";
  @Nullable Login login;

  public Application contextPath(String path) {
    contextPath = path;
    return this;
  }

  public Application filter(String pattern, Filter filter) {
    return filter(pattern, filter, entry -> {});
  }

  public Application filter(String pattern, Filter filter, Consumer<FilterEntry> setup) {
    var entry = new FilterEntry("filter-" + filters.size(), pattern, filter);
    setup.accept(entry);
    filters.add(entry);
    return this;
  }

  /** A filter in front of all that have been named so far. */
  public Application outerFilter(String pattern, Filter filter, Consumer<FilterEntry> setup) {
    filter(pattern, filter, setup);
    filters.add(0, filters.remove(filters.size() - 1));
    return this;
  }

  public Application servlet(String pattern, Handler handler) {
    return servlet(pattern, handler, entry -> {});
  }

  public Application servlet(String pattern, Handler handler, Consumer<ServletEntry> setup) {
    return servlet(pattern, new HandlerServlet(handler), setup);
  }

  public Application servlet(String pattern, Servlet servlet, Consumer<ServletEntry> setup) {
    var entry = new ServletEntry("servlet-" + servlets.size(), pattern, servlet);
    setup.accept(entry);
    servlets.add(entry);
    return this;
  }

  /** The page for {@code status}: a path inside the context, often that of a servlet. */
  public Application errorPage(int status, String path) {
    errorPagesByStatus.put(status, path);
    return this;
  }

  public Application errorPage(Class<? extends Throwable> exception, String path) {
    errorPagesByException.put(exception, path);
    return this;
  }

  /** Any listener of the servlet specification: of the context, of requests, of attributes. */
  public Application listener(EventListener listener) {
    listeners.add(listener);
    return this;
  }

  /** An executor at {@code java:comp/env/NAME}; on Tomcat alone. */
  public Application executor(String name, Executor executor) {
    executors.put(name, executor);
    return this;
  }

  /** Has the container let users in. */
  public Application login(Login method) {
    login = method;
    return this;
  }

  /** What the container looks for in a folder that it is asked for. */
  public Application welcomeFile(String name) {
    welcomeFiles.add(name);
    return this;
  }

  /** A file that the container's own default servlet serves, at {@code /NAME}. */
  public Application staticFile(String name, String content) {
    staticFiles.put(name, content);
    return this;
  }
}
