package io.github.deadlinefilter;

import jakarta.servlet.ServletContext;
import java.net.MalformedURLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds the line of a stack that the application's people know: the innermost of a class of theirs,
 * in WEB-INF/classes, and not the line of a driver that waits for them.
 *
 * <p>Only behind the last filter, or in it: a filter of theirs around an application that is in
 * jars is on every stack, and to blame for none of them. Where nothing of theirs is found, as in an
 * embedded server, it is the innermost line that is neither the JDK's nor an adapter's.
 *
 * <p>Thread-safe. The container is asked once for each class, which may read from a disk: so by
 * those who sample a slow request, or after its client has been answered. Of bounded size.
 */
final class ApplicationLines {
  /** Of an application of which nothing is known. */
  static final ApplicationLines NONE = new ApplicationLines(null);

  private static final int MOST = 10_000;

  /** Whose frames say nothing of who waits there: the JDK's, and what stands before the I/O. */
  private static final List<String> NOT_ITS_OWN =
      List.of(
          "java.",
          "javax.",
          "jdk.",
          "sun.",
          "com.sun.",
          "io.github.deadlinefilter.Deadline",
          "io.github.deadlinefilter.FencedRun",
          "io.github.deadlinefilter.Guarded",
          "io.github.deadlinefilter.RequestRun",
          "io.github.deadlinefilter.http.",
          "io.github.deadlinefilter.jdbc.",
          "io.github.deadlinefilter.net.");

  private final @Nullable ServletContext context;

  /** Whether it is in WEB-INF/classes, by the name of the class. */
  private final Map<String, Boolean> known = new ConcurrentHashMap<>();

  ApplicationLines(@Nullable ServletContext context) {
    this.context = context;
  }

  /** Asks for the classes of {@code stack} now, so that nobody has to who finds its line. */
  void learn(List<StackTraceElement> stack) {
    for (StackTraceElement frame : stack) {
      if (isOfInterest(frame) && !isOwn(frame.getClassName()) && isChain(frame)) {
        return;
      }
    }
  }

  /** The line to name, such as {@code com.example.Report.doGet(Report.java:37)}; or null. */
  @Nullable String of(List<StackTraceElement> stack) {
    StackTraceElement own = own(stack);
    if (own != null) {
      return text(own);
    }
    for (StackTraceElement frame : stack) {
      if (isOfInterest(frame)) {
        return text(frame);
      }
    }
    return null;
  }

  /** Whether there is any line to name. */
  static boolean isIn(List<StackTraceElement> stack) {
    return stack.stream().anyMatch(ApplicationLines::isOfInterest);
  }

  private static boolean isOfInterest(StackTraceElement frame) {
    return NOT_ITS_OWN.stream().noneMatch(frame.getClassName()::startsWith);
  }

  private @Nullable StackTraceElement own(List<StackTraceElement> stack) {
    for (StackTraceElement frame : stack) {
      if (isOfInterest(frame)) {
        if (isOwn(frame.getClassName())) {
          return frame;
        } else if (isChain(frame)) {
          return null;
        }
      }
    }
    return null;
  }

  /** Of the container's: from here on outwards are the filters around. */
  private static boolean isChain(StackTraceElement frame) {
    return frame.getMethodName().equals("doFilter");
  }

  private boolean isOwn(String type) {
    if (context == null) {
      return false;
    }
    Boolean seen = known.get(type);
    if (seen == null) {
      seen = isThere(context, type);
      if (known.size() >= MOST) {
        known.clear(); // no application waits in so many: they are generated
      }
      known.put(type, seen);
    }
    return seen;
  }

  /** A class that is made at run time, as a proxy is, has no file. */
  private static boolean isThere(ServletContext context, String type) {
    try {
      return context.getResource("/WEB-INF/classes/" + type.replace('.', '/') + ".class") != null;
    } catch (MalformedURLException | RuntimeException e) {
      return false; // a name that is none of a file, or the application has been stopped
    }
  }

  private static String text(StackTraceElement frame) {
    return frame.getClassName()
        + "."
        + frame.getMethodName()
        + "("
        + frame.getFileName()
        + ":"
        + frame.getLineNumber()
        + ")";
  }
}
