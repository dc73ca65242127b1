package io.github.deadlinefilter;

import java.lang.reflect.InvocationTargetException;
import org.jspecify.annotations.Nullable;

/**
 * Makes what binds the filter to a library, if the class loader of this filter has that. What binds
 * is in a package of its own, and only the JDK's types and public ones are between them.
 */
final class OptionalLibrary {
  private static final System.Logger LOG = System.getLogger("io.github.deadlinefilter");

  private OptionalLibrary() {}

  /**
   * Null if there is no such library, or one of a version that is not known, which is said.
   *
   * @param known a class of the library
   * @param binding a class of ours with a single public constructor
   */
  static @Nullable Object bind(String known, String binding, Object... arguments) {
    ClassLoader loader = OptionalLibrary.class.getClassLoader();
    try {
      Class.forName(known, /* initialize= */ false, loader);
    } catch (ClassNotFoundException e) {
      return null;
    }
    try {
      return Class.forName(binding, true, loader).getConstructors()[0].newInstance(arguments);
    } catch (InvocationTargetException e) {
      return unknown(known, e.getCause());
    } catch (ReflectiveOperationException | LinkageError e) {
      return unknown(known, e);
    }
  }

  private static @Nullable Object unknown(String known, @Nullable Throwable e) {
    LOG.log(
        System.Logger.Level.WARNING,
        "This version of the library that has " + known + " is not known, and not used",
        e);
    return null;
  }
}
