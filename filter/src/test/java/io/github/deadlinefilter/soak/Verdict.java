package io.github.deadlinefilter.soak;

import io.github.deadlinefilter.contract.Response;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What an answer was. Anything that is none of these is a finding. */
enum Verdict {
  /** The application's whole answer: every byte is of the order's own token. */
  OWN,
  /** The filter's whole answer, with nothing of the application in it. */
  EXPIRED,
  /** As EXPIRED, without its body: there was no output yet that takes one. */
  EXPIRED_BARE,
  /** The application's answer had begun, and what came of it is of the order's own token. */
  CUT,
  /** Ended before its head was out; only where the application had begun its answer. */
  CUT_AT_ONCE,
  /** The container gave the connection up, with the streams of others on it. */
  LOST,
  /**
   * Tomcat, HTTP/2, with this filter or without it: an empty 500 to a request that has reached no
   * filter, where it got the objects of a stream that its client had reset.
   */
  UNSERVED,
  /** The user did not wait. */
  QUIT;

  private static final Set<String> OWN_FIELDS =
      Set.of("x-token", "x-sec", "x-late", "x-outer", "x-trailer");

  private static final Set<String> OF_A_BARE_ANSWER =
      Set.of(
          "cache-control",
          "deadline-reason",
          "retry-after",
          "x-outer",
          "content-type",
          "content-length",
          "date",
          "connection",
          "keep-alive");

  /** Null: it is wrong, and has been reported. */
  static @Nullable Verdict of(
      Order order, Response response, OwnReplies replies, Findings findings) {
    String wrong;
    if (isUnserved(order, response)) {
      return UNSERVED;
    } else if (!response.headers(SoakApplication.OUTER).equals(List.of(order.token()))) {
      wrong = "not exactly the outer filter's header";
    } else if (response.ending() == Response.Ending.UNFRAMED) {
      wrong = "nobody can tell whether it is whole";
    } else if (isOfTheFilter(order, response)) {
      if (isBare(order, response)) {
        return EXPIRED_BARE;
      }
      wrong = ofTheFilter(order, response, replies);
      if (wrong == null) {
        return EXPIRED;
      }
    } else {
      wrong = ofTheApplication(order, response);
      if (wrong == null) {
        return response.cut() ? CUT : OWN;
      }
    }
    findings.add(wrong + ": " + order + "\n    " + Work.start(response.toString()));
    return null;
  }

  private static boolean isUnserved(Order order, Response response) {
    return order.zone().startsWith("/tomcat")
        && response.status() == 500
        && response.complete()
        && response.octets().isEmpty()
        && response.headers().stream()
            .allMatch(header -> header.getKey().toLowerCase(Locale.ROOT).equals("date"));
  }

  private static boolean isOfTheFilter(Order order, Response response) {
    return response.status() == order.limit().status();
  }

  /**
   * Undertow's non-blocking output takes nothing before the pass in which it became non-blocking is
   * over, and in the `container` kind that is after the answer.
   */
  private static boolean isBare(Order order, Response response) {
    return order.behaviour().is(Behaviour.Trait.NON_BLOCKING)
        && response.complete()
        && response.octets().isEmpty()
        && "no-store".equals(response.header("Cache-Control"))
        && response.headers().stream()
            .map(header -> header.getKey().toLowerCase(Locale.ROOT))
            .allMatch(OF_A_BARE_ANSWER::contains);
  }

  private static @Nullable String ofTheFilter(Order order, Response response, OwnReplies replies) {
    if (!response.complete()) {
      return "an answer of the filter's own, not whole";
    } else if (OwnReplies.incident(response) == null) {
      return "an answer of the filter's own without an incident";
    } else if (!replies.isKnown(response, order)) {
      return "the filter's answer has another shape:\n" + OwnReplies.shape(response, order);
    }
    return null;
  }

  private static @Nullable String ofTheApplication(Order order, Response response) {
    Behaviour behaviour = order.behaviour();
    if (response.status() != status(behaviour)) {
      return "a status that is nobody's";
    }
    for (Map.Entry<String, String> header : response.headers()) {
      String foreign = foreign(order, header);
      if (foreign != null) {
        return foreign;
      }
    }
    if (!response.headers(SoakApplication.SECURITY).equals(List.of(order.token()))) {
      return "the security filter was left out, or ran twice";
    }
    if (!response.headers(Work.TOKEN).equals(List.of(order.token()))) {
      return "not exactly the application's header";
    }
    if (response.cut()) {
      return !behaviour.is(Behaviour.Trait.BEGINS)
          ? "cut, and nothing can have begun"
          : Tokens.begins(response.octets(), order.token())
              ? null
              : "bytes that are not its own, " + Tokens.foreign(response.octets(), order.token());
    }
    if (behaviour.is(Behaviour.Trait.MOVED)) {
      return response.octets().isEmpty() ? null : "a redirection with a body";
    }
    int tokens = Tokens.count(response.octets(), order.token());
    int least = behaviour.is(Behaviour.Trait.ECHOES) ? order.sent() : order.tokens();
    if (tokens < least || tokens > least + (behaviour.is(Behaviour.Trait.MORE) ? 1 : 0)) {
      return "not its own bytes, or too few or too many, "
          + Tokens.foreign(response.octets(), order.token());
    }
    if (behaviour.is(Behaviour.Trait.SENDS_TRAILERS)
        && !response.trailers().stream()
            .allMatch(trailer -> trailer.getValue().equals(order.token()))) {
      return "trailers that are not its own";
    }
    return null;
  }

  private static int status(Behaviour behaviour) {
    if (behaviour.is(Behaviour.Trait.MOVED)) {
      return 302;
    }
    return switch (behaviour) {
      case THROWS -> 500;
      case SENDS_ERROR -> SoakApplication.ERROR;
      default -> 200;
    };
  }

  private static @Nullable String foreign(Order order, Map.Entry<String, String> header) {
    String name = header.getKey().toLowerCase(Locale.ROOT);
    String value = header.getValue();
    if (OWN_FIELDS.contains(name)) {
      return value.equals(order.token()) ? null : "the header " + name + " is not its own";
    }
    return switch (name) {
      case "set-cookie" ->
          value.startsWith("token=" + order.token())
                  || (order.behaviour() == Behaviour.SESSION && value.startsWith("JSESSIONID="))
              ? null
              : "a cookie that is not its own";
      case "location" ->
          value.endsWith("/moved/" + order.token()) ? null : "a redirection of somebody else";
      case "content-type",
          "content-length",
          "date",
          "connection",
          "keep-alive",
          "transfer-encoding",
          "trailer",
          "expires",
          "cache-control",
          "server" ->
          null;
      default -> "a header that nobody set: " + name;
    };
  }
}
