package io.github.deadlinefilter.demo;

import jakarta.servlet.ServletContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The last {@value #KEPT} requests that the page has fired, the oldest first. One for each
 * application. Called from any thread.
 */
final class FiredRequests {
  static final int KEPT = 300;

  /** Most that may be at work at a time. */
  static final int MOST = 100;

  private static final String ATTRIBUTE = FiredRequests.class.getName();

  // Guarded by this.
  private final Map<String, FiredRequest> kept = new LinkedHashMap<>();

  static FiredRequests of(ServletContext context) {
    synchronized (FiredRequests.class) {
      if (context.getAttribute(ATTRIBUTE) instanceof FiredRequests there) {
        return there;
      }
      var made = new FiredRequests();
      context.setAttribute(ATTRIBUTE, made);
      return made;
    }
  }

  /**
   * They are asked now, unless too many are at work.
   *
   * @throws TooMany with a sentence for the client
   */
  synchronized List<FiredRequest> begin(FireQuery query) throws TooMany {
    List<String> hows = query.hows();
    room(hows.size() * query.count(), MOST, atWork(null), "request");
    if (query.slow().equals(FireQuery.CPU)) {
      int most = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
      room(query.count(), most, atWork(FireQuery.CPU), "request for cpu");
    }
    var begun = new ArrayList<FiredRequest>();
    for (int i = 0; i < query.count(); i++) {
      for (String how : hows) {
        var fired = new FiredRequest(how, query);
        kept.put(fired.run(), fired);
        begun.add(fired);
      }
    }
    var oldest = kept.values().iterator();
    for (int over = kept.size() - KEPT; over > 0; over--) {
      oldest.next();
      oldest.remove();
    }
    return begun;
  }

  private static void room(int asked, int most, long atWork, String what) throws TooMany {
    if (asked + atWork > most) {
      throw new TooMany(
          "at most "
              + most
              + " "
              + (most == 1 ? what : what.replaceFirst("request", "requests"))
              + " may be at work at a time; "
              + atWork
              + " still "
              + (atWork == 1 ? "is" : "are")
              + ", and you ask for "
              + asked
              + " more");
    }
  }

  private long atWork(@Nullable String slow) {
    return kept.values().stream()
        .filter(fired -> slow == null || fired.slow().equals(slow))
        .filter(fired -> !fired.isSettled())
        .count();
  }

  synchronized @Nullable FiredRequest find(String run) {
    return kept.get(run);
  }

  synchronized List<FiredRequest> since(long millis) {
    return kept.values().stream().filter(fired -> fired.asked() >= millis).toList();
  }

  /** For work of {@code run}: {@code whenFree}, and what is to be known of it here. */
  Runnable whenFree(String run, Runnable whenFree) {
    FiredRequest fired = find(run);
    if (fired == null) {
      return whenFree;
    }
    fired.hasWork();
    return () -> {
      whenFree.run();
      fired.free();
    };
  }

  /** No more may be fired now. */
  static final class TooMany extends Exception {
    private static final long serialVersionUID = 1L;

    TooMany(String message) {
      super(message);
    }
  }
}
