package io.github.deadlinefilter;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import jakarta.servlet.http.HttpUpgradeHandler;
import jakarta.servlet.http.Part;
import jakarta.servlet.http.PushBuilder;
import java.io.BufferedReader;
import java.io.CharArrayWriter;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.Reader;
import java.io.Writer;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Calls every public method of every guard by reflection, before and after expiry, over recording
 * fakes. Uses nothing but the servlet API, so that it runs in a class loader with another version
 * of it.
 *
 * <p>{@link #call} returns what is wrong, one line for each method.
 */
@SuppressWarnings({"deprecation", "JdkObsolete", "UnusedMethod"}) // what the API asks for
public final class GuardSweep implements Callable<List<String>> {
  private static final Set<String> OF_EVERY_OBJECT =
      Set.of("getClass", "wait", "notify", "notifyAll", "equals", "hashCode", "toString");

  /** After expiry these do not fail, and why that is right. None of them reaches the container. */
  private static final Map<String, String> SILENT =
      Map.ofEntries(
          Map.entry("AsyncContext.complete", "the filter completes an answered run"),
          Map.entry("AsyncContext.dispatch", "an answered run goes nowhere any more"),
          Map.entry("AsyncContext.hasOriginalRequestAndResponse", "frozen; containers ask it late"),
          Map.entry("HttpServletRequestWrapper.setRequest", "changes the guard alone"),
          Map.entry("HttpServletResponseWrapper.setResponse", "changes the guard alone"),
          Map.entry("HttpServletRequestWrapper.isWrapperFor", "compares references alone"),
          Map.entry("HttpServletResponseWrapper.isWrapperFor", "compares references alone"),
          Map.entry("BufferedReader.lines", "lazy: fails when the first line is asked for"));

  /** Before expiry these need not reach the container at once, and why. */
  private static final Map<String, String> NOT_AT_ONCE =
      Map.ofEntries(
          Map.entry("AsyncContext.hasOriginalRequestAndResponse", "frozen at startAsync"),
          Map.entry("AsyncContext.addListener", "told by the run's one listener"),
          Map.entry("HttpServletRequestWrapper.getRequest", "unwraps"),
          Map.entry("HttpServletResponseWrapper.getResponse", "unwraps"),
          Map.entry("HttpServletRequestWrapper.setRequest", "changes the guard alone"),
          Map.entry("HttpServletResponseWrapper.setResponse", "changes the guard alone"),
          Map.entry("HttpServletRequestWrapper.isWrapperFor", "compares references alone"),
          Map.entry("HttpServletResponseWrapper.isWrapperFor", "compares references alone"),
          Map.entry("HttpServletResponseWrapper.sendError", "made when the chain has left"));

  /** The guard gives these to the container in a form of its own. */
  private static final Set<String> OTHER_ARGUMENTS =
      Set.of(
          "setReadListener",
          "setWriteListener",
          "setTrailerFields",
          "start",
          "ServletInputStream.read[class [B]");

  private record Recorded(String name, List<@Nullable Object> arguments, @Nullable Object result) {}

  private final List<Recorded> calls = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();

  private RequestRun newRun() {
    Route route =
        new Route(
            "r",
            1_000_000,
            OnExpiry.INTERRUPT,
            0,
            503,
            -1,
            Until.COMPLETE,
            Route.NO_IDLE_LIMIT,
            /* serverTiming= */ false,
            RouteLimits.NONE);
    Runs runs = BareServlet.runs(route, new ContainerQuirks());
    RequestRun run =
        new RequestRun(
            runs,
            runs.bulkheads().of(route),
            new RequestDeadline(SharedClockwork.INSTANCE, "r", 1_000_000),
            fake(HttpServletRequest.class),
            fake(HttpServletResponse.class));
    if (!run.begin()) {
      throw new AssertionError("a new run begins");
    }
    return run;
  }

  @Override
  public List<String> call() throws Exception {
    sweep(HttpServletRequestWrapper.class, (run, type) -> run.guardedRequest);
    sweep(HttpServletResponseWrapper.class, (run, type) -> run.guardedResponse);
    sweep(
        ServletInputStream.class,
        (run, type) -> new GuardedInput(run, new RecordingStreams.Input(this::record)));
    sweep(
        ServletOutputStream.class,
        (run, type) -> new GuardedOutput(run, new RecordingStreams.Output(this::record)));
    sweep(
        BufferedReader.class,
        (run, type) -> new GuardedReader(run, new RecordingStreams.In(this::record)));
    sweep(
        PrintWriter.class,
        (run, type) -> new GuardedWriter(run, new RecordingStreams.Out(this::record)));
    sweep(AsyncContext.class, (run, type) -> run.guardedRequest.startAsync());
    sweep(
        RequestDispatcher.class,
        (run, type) -> new GuardedDispatcher(run.guardedRequest, fake(RequestDispatcher.class)));
    sweep(Part.class, (run, type) -> new GuardedPart(run, fake(Part.class)));
    sweep(PushBuilder.class, (run, type) -> new GuardedPushBuilder(run, fake(PushBuilder.class)));
    return problems;
  }

  private <T> void sweep(Class<T> type, BiFunction<RequestRun, Class<T>, T> guards)
      throws Exception {
    List<Method> methods = new ArrayList<>(List.of(type.getMethods()));
    for (Method method : methods) {
      if (Modifier.isStatic(method.getModifiers())
          || OF_EVERY_OBJECT.contains(method.getName())
          || method.isBridge()) {
        continue;
      }
      String name = type.getSimpleName() + "." + method.getName();
      String line = name + Arrays.toString(method.getParameterTypes());
      before(method, name, line, guards.apply(newRun(), type));
      RequestRun late = newRun();
      T guard = guards.apply(late, type);
      if (late.tryExpire(1 << RunState.RUNNING, 0) < 0) {
        throw new AssertionError("the clock wins");
      }
      after(method, name, line, guard);
    }
  }

  private void before(Method method, String name, String line, Object guard) throws Exception {
    @Nullable Object[] arguments = arguments(method);
    calls.clear();
    Object result;
    try {
      result = drained(method.invoke(guard, arguments));
    } catch (InvocationTargetException e) {
      problems.add(line + ": fails before expiry with " + e.getCause());
      return;
    }
    if (NOT_AT_ONCE.containsKey(name)) {
      return;
    }
    if (calls.isEmpty()) {
      problems.add(line + ": does not reach the container before expiry");
      return;
    }
    if (isInherited(method, guard)) {
      return; // ends in other methods of the guard, which are compared by themselves
    }
    for (Recorded call : calls) {
      if (call.name().equals(method.getName())
          && (OTHER_ARGUMENTS.contains(method.getName())
              || OTHER_ARGUMENTS.contains(line)
              || sameArguments(call.arguments(), List.of(flat(arguments))))) {
        if (!sameResult(call.result(), result) && result != guard) {
          problems.add(line + ": gives " + result + " for the container's " + call.result());
        }
        return;
      }
    }
    problems.add(line + ": reached the container as " + calls);
  }

  private void after(Method method, String name, String line, Object guard) throws Exception {
    @Nullable Object[] arguments = arguments(method);
    calls.clear();
    try {
      method.invoke(guard, arguments);
      if (!SILENT.containsKey(name)) {
        problems.add(line + ": does not fail after expiry");
      }
    } catch (InvocationTargetException e) {
      if (!(e.getCause() instanceof DeadlineExceededException)) {
        problems.add(line + ": fails after expiry with " + e.getCause());
      } else if (SILENT.containsKey(name)) {
        problems.add(line + ": fails after expiry, and is said to be silent");
      }
    }
    if (!calls.isEmpty()) {
      problems.add(line + ": reaches the container after expiry: " + calls);
    }
  }

  private static boolean isInherited(Method method, Object guard) throws Exception {
    String declaring =
        guard
            .getClass()
            .getMethod(method.getName(), method.getParameterTypes())
            .getDeclaringClass()
            .getSimpleName();
    return !declaring.startsWith("Guarded");
  }

  private static @Nullable Object drained(@Nullable Object result) {
    return result instanceof Stream<?> stream ? stream.limit(1).toList() : result;
  }

  private static Object[] flat(@Nullable Object[] arguments) {
    return Arrays.stream(arguments).map(String::valueOf).toArray();
  }

  private static boolean sameArguments(List<@Nullable Object> came, List<Object> given) {
    return Arrays.stream(came.toArray()).map(String::valueOf).toList().equals(given);
  }

  private static boolean sameResult(@Nullable Object real, @Nullable Object given) {
    if (given == null || real == null) {
      return given == real;
    }
    if (given.getClass().getSimpleName().startsWith("Guarded") || given.equals(real)) {
      return true;
    }
    if (given instanceof Cookie[] copy && real instanceof Cookie[] live) {
      return copy.length == live.length && copy[0].getName().equals(live[0].getName());
    }
    if (given instanceof java.util.Enumeration<?> && real instanceof java.util.Enumeration<?>) {
      return true; // used up by the copy
    }
    if (given instanceof Collection<?> copy && real instanceof Collection<?> live) {
      return copy.size() == live.size();
    }
    return false;
  }

  // ---- the fakes

  private @Nullable Object record(String name, @Nullable Object result, @Nullable Object... args) {
    calls.add(new Recorded(name, Collections.unmodifiableList(Arrays.asList(args)), result));
    return result;
  }

  private <T> T fake(Class<T> type) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader() == null
                ? GuardSweep.class.getClassLoader()
                : type.getClassLoader(),
            new Class<?>[] {type},
            (proxy, method, given) ->
                switch (method.getName()) {
                  case "equals" -> proxy == given[0];
                  case "hashCode" -> System.identityHashCode(proxy);
                  case "toString" -> type.getSimpleName() + "@" + System.identityHashCode(proxy);
                  default -> {
                    Object result =
                        method.getName().equals("getParts")
                            ? List.of(fake(Part.class))
                            : value(method.getReturnType());
                    yield record(method.getName(), result, given == null ? new Object[0] : given);
                  }
                }));
  }

  private @Nullable Object[] arguments(Method method) {
    if (method.getName().equals("isWrapperFor") && method.getParameterTypes()[0] == Class.class) {
      boolean request = ServletRequest.class.isAssignableFrom(method.getDeclaringClass());
      return new Object[] {request ? HttpServletRequest.class : HttpServletResponse.class};
    }
    return Arrays.stream(method.getParameterTypes()).map(this::value).toArray();
  }

  private @Nullable Object value(Class<?> type) {
    Map<Class<?>, Object> simple = new LinkedHashMap<>();
    simple.put(boolean.class, true);
    simple.put(char.class, 'c');
    simple.put(int.class, 1);
    simple.put(long.class, 1L);
    simple.put(float.class, 1f);
    simple.put(double.class, 1d);
    simple.put(String.class, "s");
    simple.put(CharSequence.class, "s");
    simple.put(Object.class, "s");
    simple.put(byte[].class, new byte[2]);
    simple.put(char[].class, new char[2]);
    simple.put(Object[].class, new Object[0]);
    simple.put(String[].class, new String[] {"s"});
    simple.put(Cookie[].class, new Cookie[] {new Cookie("a", "b")});
    simple.put(Cookie.class, new Cookie("a", "b"));
    simple.put(Class.class, HttpUpgradeHandler.class);
    simple.put(Charset.class, StandardCharsets.UTF_8);
    simple.put(Locale.class, Locale.ROOT);
    simple.put(StringBuffer.class, new StringBuffer("s"));
    simple.put(DispatcherType.class, DispatcherType.REQUEST);
    simple.put(ByteBuffer.class, ByteBuffer.allocate(2));
    simple.put(CharBuffer.class, CharBuffer.allocate(2));
    simple.put(Map.class, Map.of("k", "v"));
    simple.put(Set.class, Set.of("k"));
    simple.put(Collection.class, List.of("k"));
    simple.put(java.util.Enumeration.class, Collections.enumeration(List.of("k")));
    simple.put(OutputStream.class, OutputStream.nullOutputStream());
    simple.put(InputStream.class, InputStream.nullInputStream());
    simple.put(Writer.class, new CharArrayWriter());
    simple.put(Reader.class, Reader.nullReader());
    Object found = simple.get(type);
    if (found != null || type == void.class) {
      return found;
    }
    if (type == ServletInputStream.class) {
      return new RecordingStreams.Input(this::record);
    } else if (type == ServletOutputStream.class) {
      return new RecordingStreams.Output(this::record);
    } else if (type == BufferedReader.class) {
      return new RecordingStreams.In(this::record);
    } else if (type == PrintWriter.class) {
      return new RecordingStreams.Out(this::record);
    } else if (type == ServletRequest.class) {
      return fake(HttpServletRequest.class);
    } else if (type == ServletResponse.class) {
      return fake(HttpServletResponse.class);
    }
    if (!type.isInterface()) {
      throw new IllegalStateException("no value for " + type + ": add one");
    }
    return fake(type);
  }
}
