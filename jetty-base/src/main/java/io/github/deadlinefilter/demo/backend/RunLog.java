package io.github.deadlinefilter.demo.backend;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the backends had to do for which run of the demo's page, from when on and until when: as
 * long as the page's own requests are known by their names. Times are in milliseconds since 1970.
 * Only the last {@value #KEPT} runs are kept. Called from any thread.
 */
final class RunLog {
  static final int KEPT = 500;

  /** How a run is named in what a backend is sent. */
  static final Pattern NAME = Pattern.compile("run-[0-9a-z]{12}");

  // Guarded by this.
  private final Map<String, Work> kept =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Work> eldest) {
          return size() > KEPT;
        }
      };

  /** A backend has something to do for {@code run} from now on. */
  Work begin(String run) {
    return begin(run, System.currentTimeMillis());
  }

  /** As {@link #begin(String)}, from {@code atMillis} on. */
  synchronized Work begin(String run, long atMillis) {
    var work = new Work(run, atMillis);
    kept.put(run, work);
    return work;
  }

  /** A JSON list of what has begun at {@code sinceMillis} or later. */
  synchronized String json(long sinceMillis) {
    long now = System.currentTimeMillis();
    return kept.values().stream()
        .filter(work -> work.from >= sinceMillis)
        .map(work -> work.json(now))
        .collect(Collectors.joining(",\n ", "[", "]"));
  }

  /** What one backend has to do for one run. The first end counts. Called from any thread. */
  static final class Work {
    private final String run;
    private final long from;
    private long until = Long.MAX_VALUE;
    private @Nullable String how;

    private Work(String run, long from) {
      this.run = run;
      this.from = from;
    }

    /**
     * It is done, and so is the reply, or will be.
     *
     * @param atMillis may lie in the future
     */
    void replied(long atMillis) {
      end("replied", atMillis);
    }

    /** Whoever has asked for it has closed the connection. */
    void left() {
      end("left", System.currentTimeMillis());
    }

    /** It was told to stop, and did. */
    void stopped() {
      end("stopped", System.currentTimeMillis());
    }

    private synchronized void end(String by, long atMillis) {
      if (atMillis < until) {
        until = atMillis;
        how = by;
      }
    }

    private synchronized String json(long now) {
      boolean over = until <= now;
      return "{\"run\": \"%s\", \"from\": %d, \"until\": %s, \"how\": %s}"
          .formatted(run, from, over ? until : "null", over ? '"' + how + '"' : "null");
    }
  }
}
