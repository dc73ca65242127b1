package io.github.deadlinefilter;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The forms that the direct answer can take, and which of them suits a client best. In the order in
 * which they are given to a client that likes them alike, such as curl with its {@code *}{@code
 * /*}.
 */
enum ReplyFormat {
  TEXT("text", "plain", "text/plain;charset=utf-8"),
  HTML("text", "html", "text/html;charset=utf-8"),
  PROBLEM("application", "problem+json", "application/problem+json");

  // How exactly a range names a format.
  private static final int NOT_NAMED = 0;
  private static final int ANYTHING = 1;
  private static final int TYPE = 2;
  private static final int JSON = 3;
  private static final int EXACTLY = 4;

  private final String type;
  private final String subtype;
  private final String contentType;

  ReplyFormat(String type, String subtype, String contentType) {
    this.type = type;
    this.subtype = subtype;
    this.contentType = contentType;
  }

  String contentType() {
    return contentType;
  }

  /**
   * The format for an {@code Accept} header of any length and content. The highest quality wins,
   * then the most exact range, then the one that stands first. A client that accepts none of them
   * gets one that it has not excluded: some answer is better than none.
   */
  static ReplyFormat of(@Nullable String accept) {
    List<MediaRange> ranges = MediaRange.parse(accept);
    ReplyFormat best = null;
    int bestRank = 0;
    Set<ReplyFormat> notExcluded = EnumSet.allOf(ReplyFormat.class);
    for (ReplyFormat format : values()) {
      int rank = format.rank(ranges);
      if (rank > bestRank) {
        best = format;
        bestRank = rank;
      } else if (rank < 0) {
        notExcluded.remove(format);
      }
    }
    if (best != null) {
      return best;
    }
    return notExcluded.isEmpty() ? TEXT : notExcluded.iterator().next();
  }

  /** Positive if accepted, the more the better; 0 if not mentioned; negative if excluded. */
  private int rank(List<MediaRange> ranges) {
    int exactness = NOT_NAMED;
    int quality = 0;
    int position = 0;
    for (int i = 0; i < ranges.size(); i++) {
      MediaRange range = ranges.get(i);
      int exact = exactness(range);
      // A more exact range overrules the others, in both directions.
      if (exact > exactness || (exact == exactness && range.quality() > quality)) {
        exactness = exact;
        quality = range.quality();
        position = i;
      }
    }
    if (exactness == NOT_NAMED) {
      return 0;
    }
    // As digits of one number: quality, then exactness, then position. A client that asks for JSON
    // means it as much as one that asks for problem+json.
    int named = Math.min(exactness, JSON);
    return quality == 0 ? -1 : quality * 1_000 + named * 100 + (99 - position);
  }

  private int exactness(MediaRange range) {
    if (range.type().equals(type)) {
      if (range.subtype().equals(subtype)) {
        return EXACTLY;
      } else if (this == PROBLEM && isJson(range.subtype())) {
        return JSON; // Who reads any JSON can read this one.
      } else if (range.subtype().equals("*")) {
        return TYPE;
      }
    }
    return range.type().equals("*") && range.subtype().equals("*") ? ANYTHING : NOT_NAMED;
  }

  private static boolean isJson(String subtype) {
    return subtype.equals("json") || subtype.endsWith("+json");
  }
}
