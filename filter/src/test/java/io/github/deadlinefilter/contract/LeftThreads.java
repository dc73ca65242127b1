package io.github.deadlinefilter.contract;

import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What still runs for an application: each thread with its stack, for the message of a failure. */
final class LeftThreads {
  private LeftThreads() {}

  /** The threads of all filters, and those that have {@code loader} as their context's. */
  static List<String> of(@Nullable ClassLoader loader) throws Exception {
    List<String> left = new ArrayList<>();
    Thread.getAllStackTraces()
        .forEach(
            (thread, stack) -> {
              boolean named = thread.getName().startsWith("deadline-");
              if (named || (loader != null && thread.getContextClassLoader() == loader)) {
                left.add(described(thread, stack));
              }
            });
    left.addAll(virtual());
    return left;
  }

  private static String described(Thread thread, StackTraceElement[] stack) {
    return Stream.concat(
            Stream.of(thread + ", context class loader " + thread.getContextClassLoader()),
            Arrays.stream(stack).map(frame -> "    at " + frame))
        .collect(Collectors.joining("\n"));
  }

  /** Virtual threads are in no list of threads; a dump has those that their program started. */
  private static List<String> virtual() throws Exception {
    if (!VirtualThreads.supported()) {
      return List.of();
    }
    Class<?> diagnostics = Class.forName("com.sun.management.HotSpotDiagnosticMXBean");
    Class<?> format = Class.forName(diagnostics.getName() + "$ThreadDumpFormat");
    Path folder = Files.createTempDirectory("deadline-filter-test-");
    Path file = folder.resolve("threads");
    try {
      diagnostics
          .getMethod("dumpThreads", String.class, format)
          .invoke(
              ManagementFactory.getPlatformMXBean(
                  diagnostics.asSubclass(java.lang.management.PlatformManagedObject.class)),
              file.toString(),
              format.getField("TEXT_PLAIN").get(null));
      return Arrays.stream(Files.readString(file).split("\n\n"))
          .filter(thread -> thread.matches("(?s)#\\d+ \"deadline-[^\"]*\" virtual.*"))
          .toList();
    } finally {
      Files.deleteIfExists(file);
      Files.delete(folder);
    }
  }
}
