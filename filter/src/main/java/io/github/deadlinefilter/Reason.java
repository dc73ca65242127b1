package io.github.deadlinefilter;

/** Why a request got no answer from the application. The codes are for programs and stay stable. */
enum Reason {
  EXPIRED(
      "expired",
      "Deadline passed",
      "The server could not finish this request in the time allowed."),
  EXPIRED_IN_QUEUE(
      "expired-in-queue",
      "Deadline passed while waiting",
      "The server was busy, and this request waited for its turn until its time was over."),
  /** Its time went before the filter saw it; the setting requestStart knows of that. */
  EXPIRED_ON_ARRIVAL(
      "expired-on-arrival",
      "Deadline passed on the way",
      "This request was on its way to the server until its time was over."),
  /** After the response has begun, so no client ever reads it. */
  IDLE("idle", "No progress", "The response had begun and made no progress for too long."),
  QUEUE_FULL(
      "queue-full",
      "Too many requests waiting",
      "The server is busy, and too many requests are waiting already."),
  ROUTE_FULL(
      "route-full",
      "Too many requests of this kind",
      "Too many requests of this kind are being worked on, and too many are waiting already."),
  STUCK(
      "stuck",
      "Earlier requests are stuck",
      "Earlier requests of this kind are stuck, and no new ones are taken until some of them end."),
  DOOMED(
      "doomed",
      "Not enough time",
      "Requests of this kind take longer at the moment than the time that is left for this one."),
  STOPPING("stopping", "Stopping", "The application is stopping and takes no new requests."),
  CLIENT_GONE("client-gone", "Client gone", "Nobody waits for the answer any more."),
  CANCELLED("cancelled", "Cancelled", "An operator has ended this request."),
  /** A critical action had begun. */
  OUTCOME_UNKNOWN(
      "outcome-unknown",
      "Outcome unknown",
      "The server could not finish in the time allowed, and what was asked for may have been done.");

  private final String code;
  private final String title;
  private final String detail;

  Reason(String code, String title, String detail) {
    this.code = code;
    this.title = title;
    this.detail = detail;
  }

  /** The request is turned away at once, and as many of them as come. */
  boolean isRefusal() {
    return switch (this) {
      case EXPIRED_ON_ARRIVAL, QUEUE_FULL, ROUTE_FULL, STUCK, DOOMED, STOPPING -> true;
      default -> false;
    };
  }

  /** Its time was over; not that of a response that had begun. */
  boolean isOfTime() {
    return this == EXPIRED || this == EXPIRED_IN_QUEUE || this == OUTCOME_UNKNOWN;
  }

  /** For programs: logs, metrics, the {@code reason} of a problem document. */
  String code() {
    return code;
  }

  /** A few words, without a full stop. */
  String title() {
    return title;
  }

  /** One sentence for a person. */
  String detail() {
    return detail;
  }
}
