package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearestTest {
  private static final List<String> KNOWN =
      List.of("deadline", "worker", "workers", "onExpiry", "mode");

  @ParameterizedTest
  @CsvSource({
    "deadlines, deadline",
    "dealdine, deadline",
    "DEADLINE, deadline",
    "on-expiry, onExpiry",
    "on_expire, onExpiry",
    "workerz, worker",
    "modus, mode",
    "timeout,",
    "x,",
    "'',",
  })
  void name_isUnknown_nearestIsSuggestedIfNear(String name, @Nullable String suggestion) {
    assertEquals(suggestion, Nearest.to(name, KNOWN));
  }
}
