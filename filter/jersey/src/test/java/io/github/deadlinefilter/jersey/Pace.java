package io.github.deadlinefilter.jersey;

/** How long the deadline of a request is: the first segment of its path in the application. */
enum Pace {
  /** So long that no request is ever late. */
  USUAL("/usual"),
  SHORT("/short");

  /** The template of that segment. */
  static final String OF_REQUEST = "{pace: usual|short}";

  private final String segment;

  Pace(String segment) {
    this.segment = segment;
  }

  String under(Deployment deployment) {
    return deployment.prefix() + segment;
  }
}
