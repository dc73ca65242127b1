package io.github.deadlinefilter.demo.backend;

/** What the demo's database can do beyond H2; public because H2 calls it. */
public final class SqlFunctions {
  private SqlFunctions() {}

  /**
   * {@code SLEEP(SECONDS)} as in MySQL: 0 if it slept to the end. Called on the connection's
   * thread.
   */
  public static int sleep(double seconds) throws InterruptedException {
    Thread.sleep(Math.round(seconds * 1000));
    return 0;
  }
}
