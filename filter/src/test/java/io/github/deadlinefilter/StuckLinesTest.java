package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.contract.Deaf;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Of who is stuck the board says where, also if no stack was taken when its time was over. */
class StuckLinesTest {
  private final ManualTicker ticker = new ManualTicker();
  private final StuckLines lines = new StuckLines(ApplicationLines.NONE, ticker);
  private final Deaf deaf = new Deaf();
  private final List<Thread> workers = new ArrayList<>();
  private final List<RequestRun> stuck = new ArrayList<>();

  @AfterEach
  void end() throws InterruptedException {
    deaf.release();
    for (Thread worker : workers) {
      worker.join();
    }
  }

  /** Of none of them a stack has been taken. */
  private void stuck(int number) throws Exception {
    for (int i = 0; i < number; i++) {
      RequestRun run = BareServlet.run((request, response) -> deaf.hold(), new ContainerQuirks());
      Thread worker = new Thread(run);
      worker.start();
      workers.add(worker);
      stuck.add(run);
    }
    deaf.awaitInside(number);
    for (RequestRun run : stuck) {
      assertTrue(run.tryExpire(1 << RunState.RUNNING, /* presence= */ 0) >= 0);
      run.report(ExpiryReport.of(run, "running", /* ran= */ true, List.of()));
      assertTrue(run.tryAnswerDirect(/* presence= */ 0, /* always= */ true));
    }
  }

  private long known() {
    return lines.of(stuck).values().stream().filter(at -> at.contains(".Gate.awaitDeaf(")).count();
  }

  @Test
  void noStackWasTaken_itIsLookedWhereTheyAreNow_tenAtOnce_andOneASecond() throws Exception {
    stuck(12);
    assertEquals(10, known());
    assertEquals(10, known());
    ticker.advance(Duration.ofSeconds(1));
    assertEquals(11, known());
    ticker.advance(Duration.ofSeconds(1));
    assertEquals(12, known());
  }

  @Test
  void lineIsOld_itIsLookedAgain() throws Exception {
    stuck(1);
    assertEquals(1, known());
    deaf.release();
    workers.get(0).join();
    assertEquals(1, known(), "as it was seen");
    ticker.advance(Duration.ofSeconds(10));
    assertEquals(0, known(), "it has left");
  }

  @Test
  void board_showsTheLine() throws Exception {
    stuck(1);
    StuckWorkers workers = new StuckWorkers(/* most= */ 10);
    workers.add(stuck.get(0));
    JsonText json = new JsonText().object();
    BoardJson.stuck(json, workers, lines);
    String text = json.endObject().toString();
    assertTrue(text.matches(".*\"at\":\"[^\"]*Gate\\.awaitDeaf\\(.*"), text);
  }
}
