package io.github.deadlinefilter.jersey;

/** Where a request can be late: it begins its header {@link #HEADER} with one of these. */
public enum Place {
  /** Before Jersey knows which resource it is for. */
  ENTRY,
  RESOURCE,
  /** While an exception is mapped to an answer. */
  MAPPER,
  /** With the answer's head complete and not sent, in a filter for answers. */
  ANSWER,
  /** On a thread of the application that the request has been handed over to. */
  ELSEWHERE,
  /** With the answer's head sent, and nothing of its body. */
  HEAD,
  /** With a part of the answer's body sent. */
  BODY;

  public static final String HEADER = "Late";

  /** Whether the client has a part of the application's answer by then. */
  boolean begun() {
    return this == HEAD || this == BODY;
  }
}
