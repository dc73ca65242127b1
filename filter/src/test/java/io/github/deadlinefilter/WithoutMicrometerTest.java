package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import jakarta.servlet.Servlet;
import java.lang.reflect.Proxy;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** With nothing beside it but the servlet API, the jar loads and a filter deploys. */
class WithoutMicrometerTest {
  private static URL locationOf(Class<?> type) {
    return type.getProtectionDomain().getCodeSource().getLocation();
  }

  @Test
  void servletApiAlone_everyClassLoadsAndTheFilterDeploys() throws Exception {
    URL classes = locationOf(DeadlineFilter.class);
    try (var loader =
        new URLClassLoader(
            new URL[] {classes, locationOf(Servlet.class)}, ClassLoader.getPlatformClassLoader())) {
      for (String absent :
          List.of("io.micrometer.core.instrument.Meter", "org.jspecify.annotations.Nullable")) {
        assertThrows(ClassNotFoundException.class, () -> loader.loadClass(absent));
      }
      for (String name : namesIn(Path.of(classes.toURI()))) {
        Class<?> type = Class.forName(name, /* initialize= */ true, loader);
        assertNotNull(type.getDeclaredMethods(), "its signatures resolve");
      }
      deploy(loader);
    }
  }

  /** The classes of the filter's own package: what binds to something optional is in another. */
  private static List<String> namesIn(Path classes) throws Exception {
    String ownPackage = DeadlineFilter.class.getPackageName();
    try (Stream<Path> files = Files.list(classes.resolve(ownPackage.replace('.', '/')))) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(file -> file.endsWith(".class"))
          .map(file -> ownPackage + "." + file.substring(0, file.length() - ".class".length()))
          .toList();
    }
  }

  private static void deploy(ClassLoader loader) throws Exception {
    Class<?> config = loader.loadClass("jakarta.servlet.FilterConfig");
    Class<?> context = loader.loadClass("jakarta.servlet.ServletContext");
    Object givenContext = proxy(loader, context, "a container");
    Object givenConfig = proxy(loader, config, givenContext);
    Class<?> type = loader.loadClass(DeadlineFilter.class.getName());
    Object filter = type.getDeclaredConstructor().newInstance();
    type.getMethod("init", config).invoke(filter, givenConfig);
    type.getMethod("destroy").invoke(filter);
  }

  private static Object proxy(ClassLoader loader, Class<?> type, Object context) {
    return Proxy.newProxyInstance(
        loader,
        new Class<?>[] {type},
        (self, method, arguments) ->
            switch (method.getName()) {
              case "getInitParameterNames" -> Collections.emptyEnumeration();
              case "getServletContext" -> context;
              default -> method.getReturnType() == String.class ? "x" : null;
            });
  }
}
