package io.github.deadlinefilter.soak;

import io.github.deadlinefilter.Deadline;
import io.github.deadlinefilter.contract.NonBlocking;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpSession;
import jakarta.servlet.http.Part;
import java.io.BufferedReader;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;

/**
 * What an application can be like. Unless a trait says otherwise, its own answer is a 200 with
 * exactly the tokens that were ordered, and no byte of it leaves before the work is done, so that a
 * late one is a whole answer of the filter's.
 */
enum Behaviour {
  FAST(Upload.NONE, Trait.COMMON) {
    @Override
    void serve(Work work) throws Exception {
      work.answer();
    }
  },
  SLOW(Upload.NONE) {
    @Override
    void serve(Work work) throws Exception {
      work.pause();
      work.answer();
    }
  },
  DEAF(Upload.NONE) {
    @Override
    void serve(Work work) throws Exception {
      work.pauseDeaf();
      work.answer();
    }
  },
  /** Writes half, and the other half when it may be too late. */
  WRITES_LATE(Upload.NONE) {
    @Override
    void serve(Work work) throws Exception {
      int half = work.order.tokens() / 2;
      work.head();
      work.write(half);
      work.pauseDeaf();
      work.useLate();
      work.write(work.order.tokens() - half);
    }
  },
  READS_LATE(Upload.RAW) {
    @Override
    void serve(Work work) throws Exception {
      InputStream in = work.request.getInputStream();
      work.pauseDeaf();
      work.useLate();
      work.readWhole(in);
      work.answer();
    }
  },
  WRITER(Upload.NONE) {
    @Override
    void serve(Work work) throws Exception {
      work.head();
      var writer = work.response.getWriter();
      for (int i = 0; i < work.order.tokens(); i++) {
        writer.print(work.order.token() + ";");
        if (i == 0) {
          work.pauseDeaf();
        }
      }
    }
  },
  FLUSHES(Upload.NONE, Trait.BEGINS) {
    @Override
    void serve(Work work) throws Exception {
      work.answerInPieces(work::pauseDeaf);
    }
  },
  STREAMS(Upload.NONE, Trait.BEGINS, Trait.BIG, Trait.RARE) {
    @Override
    void serve(Work work) throws Exception {
      work.answerInPieces(work::pause);
    }
  },
  BIG_ANSWER(Upload.NONE, Trait.BEGINS, Trait.BIG, Trait.RARE) {
    @Override
    void serve(Work work) throws Exception {
      work.pause();
      work.answer();
    }
  },
  /** Says how long the answer is, and may not come to its end. */
  LENGTH_FIRST(Upload.NONE, Trait.BEGINS, Trait.ENDS_CONNECTION) {
    @Override
    void serve(Work work) throws Exception {
      int half = work.order.tokens() / 2;
      work.head();
      work.response.setContentLength(Tokens.UNIT * work.order.tokens());
      work.write(half);
      work.response.flushBuffer();
      work.pauseDeaf();
      work.write(work.order.tokens() - half);
    }
  },
  /** The answer is whole, and the work is not. */
  CLOSES_EARLY(Upload.NONE, Trait.BEGINS, Trait.ENDS_CONNECTION) {
    @Override
    void serve(Work work) throws Exception {
      work.answer();
      work.response.getOutputStream().close();
      work.pauseDeaf();
    }
  },
  TRAILERS(Upload.RAW, Trait.BEGINS, Trait.SENDS_TRAILERS) {
    @Override
    void serve(Work work) throws Exception {
      String token = work.order.token();
      work.response.setHeader("Trailer", "x-trailer");
      work.response.setTrailerFields(() -> Map.of("x-trailer", token));
      work.readWhole(work.request.getInputStream());
      work.answerInPieces(work::pause);
    }
  },
  STARTS_ANEW(Upload.NONE) {
    @Override
    void serve(Work work) throws Exception {
      work.response.setHeader(Work.LATE, work.order.token());
      work.write(work.order.tokens());
      work.pause();
      work.response.reset(); // also of what the filters before it have set
      work.response.setHeader(SoakApplication.OUTER, work.order.token());
      work.response.setHeader(SoakApplication.SECURITY, work.order.token());
      work.answer();
    }
  },
  /** A container ends the answer where the forward ends, and not where the servlet does. */
  FORWARDS(Upload.FORM, Trait.ENDS_CONNECTION, Trait.BEGINS) {
    @Override
    void serve(Work work) throws Exception {
      work.pauseDeaf();
      work.write(1); // which a forward takes back
      Objects.requireNonNull(work.request.getRequestDispatcher(SoakApplication.TARGET))
          .forward(work.request, work.response);
    }
  },
  INCLUDES(Upload.NONE) {
    @Override
    void serve(Work work) throws Exception {
      work.head();
      work.pauseDeaf();
      Objects.requireNonNull(work.request.getRequestDispatcher(SoakApplication.TARGET))
          .include(work.request, work.response);
    }
  },
  THROWS(Upload.NONE, Trait.FAILS) {
    @Override
    void serve(Work work) throws Exception {
      work.answer();
      work.pause();
      throw new Unwell(work.order.token());
    }
  },
  SENDS_ERROR(Upload.NONE, Trait.FAILS) {
    @Override
    void serve(Work work) throws Exception {
      work.pauseDeaf();
      work.response.sendError(SoakApplication.ERROR, work.order.token());
    }
  },
  REDIRECTS(Upload.NONE, Trait.BEGINS, Trait.ENDS_CONNECTION, Trait.MOVED) {
    @Override
    void serve(Work work) throws Exception {
      work.head();
      work.pause();
      work.response.sendRedirect("/moved/" + work.order.token());
    }
  },
  SESSION(Upload.NONE) {
    @Override
    void serve(Work work) throws Exception {
      HttpSession session = work.request.getSession(true);
      try {
        work.own("new session", session.isNew() ? work.order.token() : "old");
        session.setAttribute("token", work.order.token());
        work.pauseDeaf();
        HttpSession again = Objects.requireNonNull(work.request.getSession(false));
        work.own("session", (String) again.getAttribute("token"));
        work.answer();
      } finally {
        session.invalidate();
      }
    }
  },
  PARAMETERS(Upload.FORM) {
    @Override
    void serve(Work work) throws Exception {
      work.own("parameter", work.request.getParameter("posted"));
      work.own("parameter in the query", work.request.getParameter("token"));
      work.pause();
      work.answer();
    }
  },
  PARAMETERS_LATE(Upload.FORM) {
    @Override
    void serve(Work work) throws Exception {
      work.pauseDeaf();
      work.look("parameter", () -> work.request.getParameter("posted"));
      work.look(
          "parameter map", () -> String.join(",", work.request.getParameterMap().get("token")));
      work.answer();
    }
  },
  MULTIPART(Upload.MULTIPART) {
    @Override
    void serve(Work work) throws Exception {
      for (Part part : work.request.getParts()) {
        read(part, work);
      }
      work.pause();
      work.answer();
    }
  },
  PARTS_LATE(Upload.MULTIPART) {
    @Override
    void serve(Work work) throws Exception {
      Part part = work.request.getPart("posted");
      work.pauseDeaf();
      work.look("part", () -> new String(part.getInputStream().readAllBytes(), US_ASCII));
      work.answer();
    }
  },
  UPLOAD(Upload.RAW, Trait.BIG, Trait.RARE, Trait.BEGINS) {
    @Override
    void serve(Work work) throws Exception {
      work.readWhole(work.request.getInputStream());
      work.pause();
      work.answer();
    }
  },
  ECHO(Upload.RAW, Trait.ECHOES) {
    @Override
    void serve(Work work) throws Exception {
      byte[] body = work.request.getInputStream().readAllBytes();
      work.pause();
      work.head();
      work.response.getOutputStream().write(body);
    }
  },
  READER(Upload.RAW) {
    @Override
    void serve(Work work) throws Exception {
      work.request.setCharacterEncoding("ISO-8859-1");
      BufferedReader reader = work.request.getReader();
      work.pauseDeaf();
      char[] begin = new char[work.order.token().length()];
      int read = 0;
      while (read < begin.length) {
        read += Math.max(1, reader.read(begin, read, begin.length - read));
      }
      work.own("reader", new String(begin));
      work.answer();
    }
  },
  HALF_READS(Upload.RAW, Trait.BIG, Trait.RARE, Trait.BEGINS, Trait.LEAVES_BODY) {
    @Override
    void serve(Work work) throws Exception {
      work.readHalf(work.request.getInputStream());
      work.pauseDeaf();
      work.answer();
    }
  },
  NEVER_READS(Upload.RAW) {
    @Override
    void serve(Work work) throws Exception {
      work.pause();
      work.answer();
    }
  },
  ASYNC_COMPLETE(Upload.NONE) {
    @Override
    void serve(Work work) {
      AsyncContext async = work.request.startAsync();
      work.spawn(
          () -> {
            try {
              work.pauseDeaf();
              work.answer();
            } finally {
              work.tolerate(async::complete);
            }
          });
    }
  },
  ASYNC_DISPATCH(Upload.FORM) {
    @Override
    void serve(Work work) throws Exception {
      if (work.request.getDispatcherType() == DispatcherType.ASYNC) {
        work.own("parameter", work.request.getParameter("posted"));
        work.answer();
        return;
      }
      AsyncContext async = work.request.startAsync();
      work.spawn(
          () -> {
            work.pauseDeaf();
            async.dispatch();
          });
    }
  },
  /** Its own time-out, which containers see to once a second, against the deadline. */
  ASYNC_TIMEOUT(Upload.NONE, Trait.SELDOM_IN_TIME) {
    @Override
    void serve(Work work) {
      AsyncContext async = work.request.startAsync();
      async.setTimeout(1 + work.order.pauseMillis());
      async.addListener(new AnswerAtTimeout(work));
    }
  },
  /** Never completes. */
  ASYNC_FORGOTTEN(Upload.NONE, Trait.SELDOM_IN_TIME, Trait.RARE) {
    @Override
    void serve(Work work) {
      work.request.startAsync();
    }
  },
  NON_BLOCKING_READ(Upload.RAW, Trait.ECHOES, Trait.NON_BLOCKING) {
    @Override
    void serve(Work work) throws Exception {
      AsyncContext async = work.request.startAsync();
      ServletInputStream in = work.request.getInputStream();
      in.setReadListener(
          new NonBlocking.Reader(
              in,
              body -> {
                work.pauseDeaf();
                work.head();
                work.writeNonBlocking(async, body);
              },
              () -> work.tolerate(async::complete)));
    }
  },
  NON_BLOCKING_WRITE(Upload.NONE, Trait.BIG, Trait.BEGINS, Trait.RARE, Trait.NON_BLOCKING) {
    @Override
    void serve(Work work) throws Exception {
      work.pauseDeaf();
      work.head();
      AsyncContext async = work.request.startAsync();
      work.writeNonBlocking(
          async,
          Tokens.times(work.order.token(), work.order.tokens())
              .getBytes(StandardCharsets.US_ASCII));
    }
  },
  /** A thread of its own goes on with the request and the response of a servlet that returned. */
  SPAWNS(Upload.NONE, Trait.MORE) {
    @Override
    void serve(Work work) throws Exception {
      work.answer();
      work.spawn(
          () -> {
            work.pauseDeaf();
            work.useLate();
            work.write(1);
          });
    }
  },
  SPAWNS_READER(Upload.RAW) {
    @Override
    void serve(Work work) throws Exception {
      InputStream in = work.request.getInputStream();
      work.answer();
      work.spawn(
          () -> {
            work.readHalf(in);
            work.pauseDeaf();
            work.readHalf(in);
          });
    }
  },
  /** Uses the response when it is told to stop. */
  CANCELS(Upload.NONE) {
    @Override
    void serve(Work work) throws Exception {
      Deadline.Registration registered = Deadline.current().onExpire(work::useLate);
      work.pauseDeaf();
      work.look("header", () -> work.request.getHeader(Work.TOKEN));
      registered.close();
      work.answer();
    }
  },
  /** A filter of the application's is late to go on with its chain: see {@link SoakApplication}. */
  LATE_CHAIN(Upload.NONE) {
    @Override
    void serve(Work work) throws Exception {
      work.answer();
    }
  };

  /** What the request's body is. */
  enum Upload {
    NONE,
    RAW,
    FORM,
    MULTIPART
  }

  /** How the answer may differ from the usual one, and how often it is ordered. */
  enum Trait {
    COMMON,
    RARE,
    /** A large body, of the request or the answer. */
    BIG,
    /** The answer's first bytes may leave early, and then it is cut at the deadline. */
    BEGINS,
    /** The error page of the application: as many tokens, and another status. */
    FAILS,
    /** A redirection, without a body. */
    MOVED,
    /** The request's body comes back. */
    ECHOES,
    /** At most one token more than was ordered. */
    MORE,
    SENDS_TRAILERS,
    /** Its output becomes non-blocking. */
    NON_BLOCKING,
    /** What is cut at the deadline is a connection on which an answer was whole. */
    ENDS_CONNECTION,
    /**
     * Has begun its answer without having read the body: a container that has not got the rest of
     * that by the end of the answer closes the connection, and can announce it no more.
     */
    LEAVES_BODY,
    /** Whether it is in time depends on the container. */
    SELDOM_IN_TIME
  }

  /** What THROWS throws. */
  static final class Unwell extends RuntimeException {
    private static final long serialVersionUID = 1;

    Unwell(String token) {
      super("thrown on order: " + token, null, false, false);
    }
  }

  private static final java.nio.charset.Charset US_ASCII = StandardCharsets.US_ASCII;

  private static final List<Behaviour> BY_FREQUENCY =
      Arrays.stream(values())
          .filter(one -> one.name().matches(System.getProperty("soak.behaviours", ".*")))
          .flatMap(one -> java.util.Collections.nCopies(one.frequency(), one).stream())
          .toList();

  final Upload upload;

  @SuppressWarnings("ImmutableEnumChecker") // Set.of() is
  private final Set<Trait> traits;

  Behaviour(Upload upload, Trait... traits) {
    this.upload = upload;
    this.traits = Set.of(traits);
  }

  abstract void serve(Work work) throws Exception;

  boolean is(Trait trait) {
    return traits.contains(trait);
  }

  boolean isBig() {
    return is(Trait.BIG);
  }

  private int frequency() {
    return is(Trait.COMMON) ? 30 : is(Trait.RARE) ? 1 : 5;
  }

  static Behaviour random(Random random) {
    return BY_FREQUENCY.get(random.nextInt(BY_FREQUENCY.size()));
  }

  private static void read(Part part, Work work) throws Exception {
    String content = new String(part.getInputStream().readAllBytes(), US_ASCII);
    if (part.getName().equals("posted")) {
      work.own("part", content);
    } else if (Tokens.count(content, work.order.token()) != work.order.sent()) {
      work.own("part " + part.getName(), Work.start(content));
    }
  }
}
