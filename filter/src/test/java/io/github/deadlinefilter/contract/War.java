package io.github.deadlinefilter.contract;

import io.github.deadlinefilter.DeadlineFilter;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;

/**
 * The filter and {@link WarServlet} as a WAR has them: in a jar of {@code WEB-INF/lib}, which every
 * deployment loads anew.
 *
 * @param folder the unpacked WAR, made by {@link #unpackInto}
 * @param settings the filter's init-params
 * @param attributes of the ServletContext: what the test and the application share, of types of the
 *     JDK alone
 */
record War(
    Path folder, String contextPath, Map<String, String> settings, Map<String, Object> attributes) {
  static final String FILTER = DeadlineFilter.class.getName();
  static final String SERVLET = WarServlet.class.getName();

  private static final String JAR = "WEB-INF/lib/application.jar";

  static void unpackInto(Path folder) throws Exception {
    Path jar = folder.resolve(JAR);
    Files.createDirectories(jar.getParent());
    Path filter = classesOf(DeadlineFilter.class);
    String servlet = SERVLET.replace('.', '/') + ".class";
    try (var out = new JarOutputStream(Files.newOutputStream(jar))) {
      for (Path file : filesIn(filter)) {
        add(out, filter.relativize(file).toString().replace('\\', '/'), file);
      }
      add(out, servlet, classesOf(WarServlet.class).resolve(servlet));
    }
  }

  private static Path classesOf(Class<?> type) throws Exception {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  private static List<Path> filesIn(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).toList();
    }
  }

  private static void add(JarOutputStream out, String name, Path file) throws IOException {
    out.putNextEntry(new JarEntry(name));
    Files.copy(file, out);
    out.closeEntry();
  }

  /**
   * A class loader of this deployment alone, for containers that leave it to their deployer to make
   * one. To be closed when the application is undeployed: Jetty's deployer does the same.
   */
  URLClassLoader newLoader() throws IOException {
    return new URLClassLoader(
        "application at " + contextPath,
        new URL[] {folder.resolve(JAR).toUri().toURL()},
        new WithoutOurs());
  }

  /** The container's class loader, as if the filter and the tests were not on its class path. */
  static final class WithoutOurs extends ClassLoader {
    private static final String OURS = DeadlineFilter.class.getPackageName() + '.';

    WithoutOurs() {
      super(War.class.getClassLoader());
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
      if (name.startsWith(OURS)) {
        throw new ClassNotFoundException(name);
      }
      return super.loadClass(name, resolve);
    }
  }
}
