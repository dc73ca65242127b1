package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class IoLedgerTest {
  private final ManualTicker ticker = new ManualTicker();
  private final IoLedger ledger = new IoLedger(ticker, ticker.nanos());

  private void pass(int millis) {
    ticker.advance(Duration.ofMillis(millis));
  }

  @Test
  void nothingCalled_saysNothing() {
    assertEquals("", ledger.summary());
  }

  @Test
  void calls_areAddedUpByKind_andTheOldestInProgressIsNamed() {
    for (int i = 0; i < 2; i++) {
      IoCall call = ledger.begin("sql", "SELECT 1");
      pass(200);
      call.close();
      call.close(); // once more counts nothing
    }
    ledger.begin("http", "api.example").close();
    ledger.begin("sql", "SELECT slow()");
    pass(4_100);
    ledger.begin("http", "later.example");
    assertEquals(
        "sql 3 calls 4500ms, http 2 calls 0ms, still in sql SELECT slow() for 4100ms",
        ledger.summary());
  }

  @Test
  void eachCall_isKnownByItself_inTheOrderOfTheirBegins() {
    pass(100);
    IoCall query = ledger.begin("sql", "SELECT 1");
    pass(20);
    IoCall get = ledger.begin("http", "api.example");
    pass(30);
    get.close();
    assertEquals(
        List.of("+100ms sql SELECT 1: still running after 50ms", "+120ms http api.example: 30ms"),
        ledger.calls());
    query.close();
    pass(1_000);
    assertEquals(
        List.of("+100ms sql SELECT 1: 50ms", "+120ms http api.example: 30ms"), ledger.calls());
    for (int i = 0; i < 40; i++) {
      ledger.begin("sql", "SELECT " + i).close();
    }
    List<String> latest = ledger.calls();
    assertEquals(32, latest.size());
    assertEquals("+1150ms sql SELECT 8: 0ms", latest.get(0));
    assertEquals("+1150ms sql SELECT 39: 0ms", latest.get(31));
  }

  @Test
  void whatTookHalfOfTheTime_isSaid_theCallIfItWasASingleOne_elseTheKind() {
    assertEquals("", ledger.most(0));
    IoCall call = ledger.begin("http", "api.example");
    pass(499);
    assertEquals("", ledger.most(1_000_000_000));
    pass(1);
    assertEquals("http api.example", ledger.most(1_000_000_000));
    call.close();
    assertEquals("http api.example", ledger.most(1_000_000_000), "when it has ended, too");
    for (int i = 0; i < 10; i++) {
      IoCall query = ledger.begin("sql", "SELECT " + i);
      pass(150);
      query.close();
    }
    assertEquals("sql", ledger.most(2_000_000_000), "many short ones");
  }

  @Test
  void target_isBoundedAndOnOneLine() {
    ledger.begin("sql", "a\nb\"c\u2028d" + "x".repeat(500));
    String summary = ledger.summary();
    assertTrue(summary.contains("still in sql a b'c dxxx"), summary);
    assertFalse(summary.length() > 200, summary);
  }

  @Test
  void whateverIsCalled_itStaysSmall() {
    for (int i = 0; i < 10_000; i++) {
      ledger.begin("kind " + i, "t").close();
      ledger.begin("sql", "never ends");
    }
    assertTrue(ledger.summary().length() < 1_000);
    assertTrue(ledger.calls().size() < 100);
    assertTrue(ledger.summary().contains("other 19920 calls"), ledger.summary());
  }

  @Test
  void scopeInsideARequest_writesIntoItsLedger() {
    ManualClockwork clockwork = new ManualClockwork(ticker, Runnable::run);
    RequestDeadline request = new RequestDeadline(clockwork, "r", 5_000_000_000L);
    Deadline.replaceCurrent(request);
    try (DeadlineScope scope = Deadline.within(Duration.ofSeconds(1))) {
      IoCall call = scope.io("sql", "SELECT 1");
      pass(20);
      assertEquals("sql 1 call 20ms, still in sql SELECT 1 for 20ms", request.whereTimeWent());
      assertEquals(request.whereTimeWent(), request.exceeded().whereTimeWent());
      call.close();
    } finally {
      Deadline.replaceCurrent(null);
    }
    Deadline.NONE.io("sql", "SELECT 1").close(); // and nobody is told
  }

  @Test
  void kind_isCleanedToo() {
    ledger.begin("a\"b\n", "t");
    assertEquals("a'b  1 call 0ms, still in a'b  t for 0ms", ledger.summary());
  }
}
