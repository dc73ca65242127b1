package io.github.deadlinefilter.jdbc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.github.deadlinefilter.Deadline;
import io.github.deadlinefilter.DeadlineExceededException;
import io.github.deadlinefilter.DeadlineScope;
import io.github.deadlinefilter.Enforcement;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connections that come late, or not at all. */
@Timeout(20)
@SuppressWarnings("try") // scopes are there to be closed
class LoginTest {
  private static final Duration LONG = Duration.ofMinutes(1);

  private final CountDownLatch closed = new CountDownLatch(1);
  private final FakeDatabase database =
      new FakeDatabase("none")
          .on(
              "close",
              () -> {
                closed.countDown();
                return null;
              });

  @Test
  void loginThatHangs_deadline_comesBackAndClosesWhatComesLate() throws Exception {
    CountDownLatch answers = new CountDownLatch(1);
    try (DeadlineScope scope = Deadline.within(LONG, Enforcement.COOPERATE)) {
      assertThrows(
          DeadlineExceededException.class,
          () ->
              Login.connection(
                  scope,
                  "host",
                  () -> {
                    scope.shorten(Duration.ZERO);
                    awaitUninterruptibly(answers);
                    return database.connection();
                  }));
    }
    assertEquals(1, closed.getCount());
    answers.countDown();
    closed.await();
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    while (latch.getCount() > 0) {
      Thread.onSpinWait();
    }
  }

  @Test
  void loginThatFails_driversException_isTheCallers() throws Exception {
    SQLException own = new SQLException("wrong password", "28000");
    try (DeadlineScope scope = Deadline.within(LONG)) {
      assertSame(
          own,
          assertThrows(
              SQLException.class,
              () ->
                  Login.connection(
                      scope,
                      "host",
                      () -> {
                        throw own;
                      })));
    }
  }

  @Test
  void poolThatIsDeafToInterrupts_connectionComesLate_isGivenBack() throws Exception {
    try (DeadlineScope scope = Deadline.within(LONG, Enforcement.COOPERATE)) {
      FakePool pool =
          new FakePool(
              () -> {
                scope.shorten(Duration.ZERO);
                return database.connection();
              });
      assertThrows(DeadlineExceededException.class, new DeadlineDataSource(pool)::getConnection);
    }
    assertEquals(0, closed.getCount());
    assertFalse(Thread.currentThread().isInterrupted());
  }

  @Test
  void waitForAPool_deadlineThatDoesNotInterrupt_isInterruptedAndNoMore() throws Exception {
    FakePool pool =
        new FakePool(
            () -> {
              try {
                Deadline.current().shorten(Duration.ZERO);
                new CountDownLatch(1).await();
                throw new AssertionError();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // as HikariCP does
                throw new SQLException("interrupted", e);
              }
            });
    try (DeadlineScope scope = Deadline.within(LONG, Enforcement.COOPERATE)) {
      SQLException thrown =
          assertThrows(SQLException.class, new DeadlineDataSource(pool)::getConnection);
      assertInstanceOf(DeadlineExceededException.class, thrown.getSuppressed()[0]);
      assertFalse(Thread.currentThread().isInterrupted());
    }
  }

  @Test
  void url_host_isShownWithoutCredentials() {
    assertEquals("db:3306", DeadlineDriver.hostIn("jdbc:mariadb://db:3306/test?user=u&password=p"));
    assertEquals("db", DeadlineDriver.hostIn("jdbc:mysql://u:p@db/test"));
    assertEquals("a,b", DeadlineDriver.hostIn("jdbc:postgresql://a,b/x"));
    assertEquals("h", DeadlineDriver.hostIn("jdbc:postgresql://u:p/w@h/x"));
    assertEquals(
        "database", DeadlineDriver.hostIn("jdbc:mysql://address=(host=h)(user=u)(password=p)/x"));
    assertEquals("h2", DeadlineDriver.hostIn("jdbc:h2:mem:test;PASSWORD=p"));
  }

  @Test
  void connection_driverForNothing_saysSo() {
    SQLException thrown =
        assertThrows(
            SQLException.class,
            () -> {
              try (Connection none =
                  new DeadlineDriver()
                      .connect("jdbc:deadline:nothing://host/db", new java.util.Properties())) {
                throw new AssertionError(none);
              }
            });
    assertEquals("08001", thrown.getSQLState());
  }
}
