package io.github.deadlinefilter;

import static io.github.deadlinefilter.Advice.Code.COULD_BE_SHORTER;
import static io.github.deadlinefilter.Advice.Code.CUTS_MANY;
import static io.github.deadlinefilter.Advice.Code.NEVER_ASKED;
import static io.github.deadlinefilter.Advice.Code.ONE_DEPENDENCY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** When what is advised; {@link BeatenRulesTest} has the rules that cannot match. */
class AdviceTest {
  private static final long SECOND = 1_000_000_000;

  @Test
  void nothingWrong_nothingIsAdvised() throws SettingsException {
    LastHour hour = new LastHour("/a = 2s", "/none = none", "/cut = none until=commit idle=1m");
    hour.completed("/a", 100_000, 300).expired("/a", 19, 2_000).completed("/none", 5_000, 1);
    assertEquals(List.of(), hour.codes());
  }

  @ParameterizedTest
  @EnumSource
  void code_isStableAndLowerCase(Advice.Code code) {
    assertTrue(code.code().matches("[a-z]+(-[a-z]+)*"));
    assertEquals(
        1, Arrays.stream(Advice.Code.values()).filter(c -> c.code().equals(code.code())).count());
  }

  // ---- could-be-shorter

  @Test
  void deadlineIsFarLonger_aShorterOneIsNamed_withWhatItWouldHaveCut() throws SettingsException {
    LastHour hour = new LastHour("GET /a/* = 30s");
    hour.completed("GET /a/*", 9_990, 50)
        .completed("GET /a/*", 7, 190)
        .completed("GET /a/*", 3, 5_000);
    assertEquals(
        "Its deadline of 30s is more than ten times what 99.9 % of its 10000 requests took"
            + " (50.3ms): at 200ms it would have cut 0.03 % of the answers of the last hour.",
        hour.sentence(COULD_BE_SHORTER));
    Advice advice = hour.advice().get(0);
    assertEquals(SECOND / 5, advice.advisedNanos());
    assertEquals(0.000_3, advice.advisedCut(), 1e-9);
  }

  @Test
  void defaultDeadlineIsFarLonger_isSaidToo() throws SettingsException {
    LastHour hour = new LastHour().completed("default", 1_000, 1_000);
    assertEquals(
        "Its deadline of 30s is more than ten times what 99.9 % of its 1000 requests took (1s): at"
            + " 3s it would have cut none of the answers of the last hour.",
        hour.sentence(COULD_BE_SHORTER));
  }

  /** 2 x p99.9 itself is not enough, and neither is ten times for a deadline. */
  @ParameterizedTest
  @CsvSource({
    // requests, each takes, deadline, advised
    "999, 10, 30000, 0",
    "1000, 10, 30000, 100",
    "1000, 100, 1000, 0",
    "1000, 100, 1001, 300",
    "1000, 99, 1000, 200",
    "1000, 250, 30000, 750",
    "1000, 700, 30000, 1500",
    "1000, 3000, 60000, 7500",
    // less than a third
    "1000, 1, 149, 0",
    "1000, 1, 150, 100",
    "1000, 1, 90, 0"
  })
  void deadline_isComparedWithRequests(int requests, long took, long deadline, long advised)
      throws SettingsException {
    LastHour hour = new LastHour("/a = " + deadline + "ms").completed("/a", requests, took);
    List<Advice> advice = hour.advice();
    assertEquals(advised == 0 ? 0 : 1, advice.size(), advice.toString());
    if (advised != 0) {
      assertEquals(COULD_BE_SHORTER, advice.get(0).code());
      assertEquals(advised * 1_000_000, advice.get(0).advisedNanos());
    }
  }

  @Test
  void whateverIsAdvised_isAboveTheTail_andChangesAThirdAtLeast() throws SettingsException {
    Random random = new Random(20_261_129);
    int advised = 0;
    for (int i = 0; i < 200; i++) {
      long deadline = (long) (100 * Math.exp(8 * random.nextDouble()));
      double middle = deadline / Math.exp(6 * random.nextDouble());
      LastHour hour = new LastHour("/a = " + deadline + "ms");
      for (int request = 0; request < 2_000; request++) {
        long took = (long) (middle * Math.exp(0.3 * random.nextGaussian()));
        if (took <= deadline) {
          hour.completed("/a", 1, took);
        } else {
          hour.completedLate("/a", 1, took);
        }
      }
      double tail = hour.of("/a").lastHour().quantileNanos(0.999) / 1e6;
      for (Advice advice : hour.advice()) {
        advised++;
        double to = advice.advisedNanos() / 1e6;
        boolean shorter = advice.code() == COULD_BE_SHORTER;
        if (shorter || advice.advisesDeadline()) {
          assertTrue(to > (shorter ? 2 * tail : 0.999 * tail), to + " for a tail of " + tail);
          assertTrue(Math.abs(to - deadline) >= deadline / 3.0, to + " for " + deadline);
          assertEquals(shorter, to < deadline);
        }
      }
    }
    assertTrue(advised > 50, "the test tries too little: " + advised);
  }

  /** Quick or ended: nobody knows whether a shorter one would not cut what is slow for a reason. */
  @Test
  void moreThanOneInAThousandExpires_noShorterOneIsAdvised() throws SettingsException {
    LastHour hour = new LastHour("/a = 30s").completed("/a", 9_989, 10).expired("/a", 11, 30_000);
    assertEquals(List.of(), hour.codes());
    hour = new LastHour("/a = 30s").completed("/a", 9_991, 10).expired("/a", 9, 30_000);
    assertTrue(
        hour.sentence(COULD_BE_SHORTER).endsWith("cut 0.09 % of the answers of the last hour."));
  }

  @Test
  void deadlineWasChangedSince_theOneThatHoldsIsCompared() throws SettingsException {
    LastHour hour = new LastHour("/a = 30s").completed("/a", 1_000, 400).effective("/a", 2_000);
    assertEquals(List.of(), hour.codes());
    hour = new LastHour("/a = 2s").completed("/a", 1_000, 400).effective("/a", 30_000);
    assertEquals(SECOND, hour.advice().get(0).advisedNanos());
  }

  // ---- cuts-many

  @ParameterizedTest
  @CsvSource({"19, 100, false", "20, 100, true", "20, 1980, false", "21, 1980, true"})
  void manyExpire_isSaid(int expired, int completed, boolean said) throws SettingsException {
    LastHour hour = new LastHour("/a = 2s");
    hour.completed("/a", completed, 1_000).expired("/a", expired, 2_000);
    assertEquals(said ? List.of("cuts-many /a") : List.of(), hour.codes());
  }

  @Test
  void manyWereEnded_shareIsNamed_andNoOtherDeadline() throws SettingsException {
    LastHour hour = new LastHour("/a = 2s").completed("/a", 948, 1_000).expired("/a", 52, 2_000);
    assertEquals(
        "5.2 % of its requests of the last hour (52 of 1000) took longer than their deadline of"
            + " 2s. How long they would have taken is not known, for they were ended: give them a"
            + " longer one for an hour, or mode=observe, and look here again.",
        hour.sentence(CUTS_MANY));
    assertFalse(hour.advice().get(0).advisesDeadline());
  }

  @Test
  void manyWereLate_andTheirTimesAreKnown_theDeadlineOfOneInAThousandIsNamed()
      throws SettingsException {
    LastHour hour = new LastHour("/a = 2s");
    hour.completed("/a", 94_800, 1_000)
        .completedLate("/a", 5_160, 8_000)
        .completedLate("/a", 40, 50_000);
    assertEquals(
        "5.2 % of its requests of the last hour (5200 of 100000) took longer than their deadline of"
            + " 2s; at 10s it would be 0.04 %.",
        hour.sentence(CUTS_MANY));
    assertEquals(10 * SECOND, hour.advice().get(0).advisedNanos());
    assertEquals(0.000_4, hour.advice().get(0).advisedCut(), 1e-9);
  }

  @Test
  void manyWereALittleLate_theDeadlineGrowsByAThirdAtLeast() throws SettingsException {
    LastHour hour = new LastHour("/a = 1500ms");
    hour.completed("/a", 900, 1_000).completedLate("/a", 100, 1_501);
    assertTrue(hour.sentence(CUTS_MANY).endsWith("; at 2s it would be 0 %."));
    hour = new LastHour("/a = 1600ms");
    hour.completed("/a", 900, 1_000).completedLate("/a", 100, 1_601);
    assertTrue(hour.sentence(CUTS_MANY).endsWith("; at 3s it would be 0 %."));
  }

  /** Who hangs for a minute is not helped by a minute. */
  @Test
  void manyWereTenTimesLate_noDeadlineIsAdvised() throws SettingsException {
    LastHour hour = new LastHour("/a = 2s");
    hour.completed("/a", 900, 1_000).completedLate("/a", 100, 60_000);
    assertTrue(
        hour.sentence(CUTS_MANY)
            .endsWith(
                "; at ten times that it would still be 10 %, so look at what they wait for."));
    assertFalse(hour.advice().get(0).advisesDeadline());
  }

  @Test
  void lateByTheirClientsDeadlines_noDeadlineIsAdvised() throws SettingsException {
    LastHour hour = new LastHour("/a = 2s");
    hour.completed("/a", 900, 1_000).completedLate("/a", 100, 500);
    assertTrue(
        hour.sentence(CUTS_MANY)
            .endsWith(
                " deadline of 2s, or than a shorter one that their clients had sent or that it had"
                    + " before: 99.9 % took no longer than 1s, so look at what the clients ask"
                    + " for."));
  }

  @Test
  void someEnded_someLate_howLongIsNotKnown() throws SettingsException {
    LastHour hour = new LastHour("/a = 2s");
    hour.completed("/a", 900, 1_000).completedLate("/a", 99, 3_000).expired("/a", 1, 2_000);
    String sentence = hour.sentence(CUTS_MANY);
    assertTrue(sentence.contains("deadline of 2s. How long they would have taken is not known"));
  }

  // ---- never-asked, one-dependency

  @Test
  void ruleThatNobodyAsked_isNamed_theDefaultIsNone() throws SettingsException {
    LastHour hour = new LastHour("/a = 2s", "POST /b = none until=commit idle=1m", "/c = 2s");
    hour.unasked("/a").unasked("POST /b").unasked("default");
    assertEquals(List.of("never-asked /a", "never-asked POST /b"), hour.codes());
    hour.of("/a").asked();
    assertEquals(
        "No request has matched this rule since the filter was deployed.",
        hour.sentence(NEVER_ASKED));
  }

  @Test
  void exemptionThatNobodyAsked_isNoNews() throws SettingsException {
    LastHour hour = new LastHour("/board/* = none", "/c = 2s").unasked("/board/*");
    assertEquals(List.of(), hour.codes());
  }

  @Test
  void nearlyAlwaysTheSame_isBlamed() throws SettingsException {
    LastHour hour = new LastHour("/a = 2s");
    hour.blamed("/a", 23, "sql SELECT * FROM orders WHERE id = ?").blamed("/a", 2, "http b");
    assertEquals(
        "Slow because of sql SELECT * FROM orders WHERE id = ?: that is 92 % of the 25 times that"
            + " the cause is known.",
        hour.sentence(ONE_DEPENDENCY));
  }

  @ParameterizedTest
  @CsvSource({"9, 0, false", "10, 0, true", "8, 2, true", "79, 21, false", "7, 2, false"})
  void sameIsBlamed_isSaidFromTenOn_andFourFifths(int same, int others, boolean said)
      throws SettingsException {
    LastHour hour = new LastHour("/a = 2s").blamed("/a", same, "sql a").blamed("/a", others, "b");
    assertEquals(said ? List.of("one-dependency /a") : List.of(), hour.codes());
  }

  // ---- what-if

  /** The first round one that nearly all meet, or half of the present one. */
  @ParameterizedTest
  @CsvSource({
    // each takes, deadline, what if
    "300, 2000, at 300ms it would have cut none",
    "1200, 2000, at 1.5s it would have cut none",
    "1900, 2000, at 1s it would have cut 100 %",
    "2900, 3000, at 1.5s it would have cut 100 %",
    "80, 90, at 45ms it would have cut 100 %",
    "310, 0, at 500ms it would have cut none"
  })
  void shorterDeadline_isTriedOnTheHour(long took, long deadline, String said)
      throws SettingsException {
    LastHour hour =
        new LastHour("/a = " + (deadline == 0 ? "none until=commit idle=1m" : deadline + "ms"));
    WhatIf whatIf = whatIf(hour.completed("/a", 100, took));
    assertEquals(said + " of the answers of the last hour", whatIf == null ? "" : whatIf.text());
  }

  @Test
  void tooFewWereTimed_noDeadlineIsTried() throws SettingsException {
    LastHour hour = new LastHour("/a = 2s").completed("/a", 99, 300);
    assertNull(whatIf(hour));
    assertNotNull(whatIf(hour.completed("/a", 1, 300)));
  }

  @Test
  void moreWereEndedThanIsKnown_halfIsTried() throws SettingsException {
    LastHour hour = new LastHour("/a = 2s").completed("/a", 970, 300).expired("/a", 30, 2_000);
    assertEquals(new WhatIf(SECOND, 0.03), whatIf(hour));
  }

  private static @Nullable WhatIf whatIf(LastHour hour) {
    return hour.report().figures().get(0).whatIf();
  }
}
