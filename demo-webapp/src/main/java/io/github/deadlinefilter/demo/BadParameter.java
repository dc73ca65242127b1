package io.github.deadlinefilter.demo;

/** A parameter that cannot be read: the request's own fault. The client is told the message. */
final class BadParameter extends Exception {
  private static final long serialVersionUID = 1L;
  private static final int SHOWN = 40;

  BadParameter(String name, String given, String accepted) {
    super(name + " is \"" + shown(given) + "\", but " + accepted);
  }

  private static String shown(String given) {
    return given.length() > SHOWN ? given.substring(0, SHOWN) + "..." : given;
  }
}
