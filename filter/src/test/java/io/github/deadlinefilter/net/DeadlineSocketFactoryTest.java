package io.github.deadlinefilter.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.Deadline;
import io.github.deadlinefilter.DeadlineScope;
import io.github.deadlinefilter.Enforcement;
import io.github.deadlinefilter.contract.BlockedCallbacks;
import io.github.deadlinefilter.contract.Gate;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import javax.net.SocketFactory;
import org.junit.jupiter.api.Test;

/** Plain sockets, against servers on loopback. */
final class DeadlineSocketFactoryTest {
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final SocketFactory SOCKETS = new DeadlineSocketFactory();

  private static Socket connected(Sink sink) throws Exception {
    return SOCKETS.createSocket(sink.address().getAddress(), sink.address().getPort());
  }

  // ---- at the deadline

  @Test
  void serverThatSaysNothing_read_endsAtDeadlineAndTheSocketIsClosed() throws Exception {
    try (Sink sink = Sink.silent();
        Socket socket = connected(sink)) {
      InputStream in = socket.getInputStream();
      Timed.assertLate(in::read);
      assertTrue(socket.isClosed());
    }
  }

  @Test
  void serverThatDrips_reads_endAtDeadline() throws Exception {
    try (Sink sink = Sink.dripping();
        Socket socket = connected(sink)) {
      InputStream in = socket.getInputStream();
      Timed.assertLate(in::readAllBytes);
    }
  }

  @Test
  void serverThatDoesNotRead_write_endsAtDeadlineAndTheSocketIsClosed() throws Exception {
    try (Sink sink = Sink.silent();
        Socket socket = connected(sink)) {
      OutputStream out = socket.getOutputStream();
      byte[] much = new byte[64 << 20];
      Timed.assertLate(() -> out.write(much));
      assertTrue(socket.isClosed());
    }
  }

  @Test
  void serverThatAcceptsNothing_connect_endsAtDeadline() throws Exception {
    try (Sink sink = Sink.full()) {
      Timed.assertLate(() -> connected(sink).close());
      Timed.assertLate(() -> SOCKETS.createSocket().connect(sink.address(), 60_000));
    }
  }

  @Test
  @SuppressWarnings("try") // it is there to be closed
  void callbacksOfTheApplicationBlock_read_endsAllTheSame() throws Exception {
    long begin = System.nanoTime();
    try (BlockedCallbacks blocked = new BlockedCallbacks()) {
      requestThatIsEndedEarly_read_endsAtOnce();
    }
    Duration took = Duration.ofNanos(System.nanoTime() - begin);
    assertTrue(took.compareTo(LONG) < 0, () -> "only by its timeout, in " + took);
  }

  /**
   * A peer that ends {@code scope} when something has come and the calling thread is inside {@code
   * call} of the JDK's, and says nothing.
   */
  private static Sink ending(DeadlineScope scope, String call) throws Exception {
    Thread caller = Thread.currentThread();
    return Sink.of(
        Sink.listening(),
        (socket, closed) -> {
          socket.getInputStream().read();
          Gate.eventually(() -> isIn(call, caller), "the other side is inside " + call);
          scope.shorten(Duration.ZERO);
          closed.await();
        });
  }

  private static boolean isIn(String call, Thread thread) {
    return Arrays.stream(thread.getStackTrace())
        .anyMatch(frame -> (frame.getClassName() + "." + frame.getMethodName()).equals(call));
  }

  @Test
  void requestThatIsEndedEarly_read_endsAtOnce() throws Exception {
    try (DeadlineScope scope = Deadline.within(LONG, Enforcement.COOPERATE);
        Sink sink = ending(scope, "sun.nio.ch.NioSocketImpl.implRead");
        Socket socket = connected(sink)) {
      socket.getOutputStream().write(1);
      Timed.assertTimeout(socket.getInputStream()::read);
      assertTrue(socket.isClosed());
    }
  }

  /** By an operator, or because the application stops. */
  @Test
  void deadlineWithoutAnEnd_endedAllTheSame_callsEndAtOnce() throws Exception {
    try (DeadlineScope scope = Deadline.within(LONG, Enforcement.COOPERATE);
        Sink sink = ending(scope, "sun.nio.ch.NioSocketImpl.implWrite");
        Socket socket = connected(sink)) {
      scope.lift();
      byte[] much = new byte[64 << 20];
      Timed.assertTimeout(() -> socket.getOutputStream().write(much));
      assertTrue(socket.isClosed());
    }
    Thread caller = Thread.currentThread();
    try (DeadlineScope scope = Deadline.within(LONG, Enforcement.COOPERATE);
        Sink sink =
            Sink.of(
                Sink.listening(),
                (socket, closed) -> {
                  Gate.eventually(() -> isReading(caller), "somebody reads");
                  scope.shorten(Duration.ZERO);
                  closed.await();
                });
        Socket socket = connected(sink)) {
      scope.lift();
      Timed.assertTimeout(socket.getInputStream()::read);
    }
  }

  private static boolean isReading(Thread thread) {
    return Arrays.stream(thread.getStackTrace())
        .anyMatch(frame -> frame.getMethodName().equals("implRead"));
  }

  /** As PostgreSQL's driver does. */
  @Test
  void driverThatReadsOnAfterATimeout_getsAnEnd() throws Exception {
    try (Sink sink = Sink.silent();
        Socket socket = connected(sink);
        DeadlineScope scope = Deadline.within(Duration.ofMillis(600), Enforcement.COOPERATE)) {
      InputStream in = socket.getInputStream();
      Timed.assertTimeout(in::read);
      assertTrue(scope.isExpired());
      assertThrows(SocketException.class, in::read);
    }
  }

  @Test
  void noTimeLeft_calls_areRefusedAndTheSocketIsClosed() throws Exception {
    try (Sink sink = Sink.echo();
        Socket read = connected(sink);
        Socket written = connected(sink)) {
      var input = read.getInputStream();
      var output = written.getOutputStream();
      try (DeadlineScope scope = Deadline.within(LONG, Enforcement.COOPERATE)) {
        scope.shorten(Duration.ZERO);
        Timed.assertRefused(input::read);
        Timed.assertRefused(() -> output.write(1));
        Timed.assertRefused(() -> SOCKETS.createSocket().connect(sink.address()));
      }
      assertTrue(read.isClosed());
      assertTrue(written.isClosed());
    }
  }

  private static void assertEchoes(Socket socket) throws Exception {
    socket.getOutputStream().write(new byte[] {7, 8});
    assertEquals(7, socket.getInputStream().read());
    assertEquals(1, socket.getInputStream().skip(1));
  }

  // ---- in time

  @Test
  void socketOfAPool_deadlineOfItsLastUserPasses_isNotClosed() throws Exception {
    try (Sink sink = Sink.echo();
        Socket socket = connected(sink)) {
      try (DeadlineScope scope = Deadline.within(LONG, Enforcement.COOPERATE)) {
        assertEchoes(socket);
        scope.shorten(Duration.ZERO);
      }
      try (DeadlineScope scope = Deadline.within(LONG, Enforcement.COOPERATE)) {
        assertFalse(scope.isExpired());
        assertEchoes(socket);
      }
      assertEchoes(socket);
      assertFalse(socket.isClosed());
    }
  }

  @Test
  void ownTimeoutThatIsShorter_read_isThrownAsEverAndTheSocketStays() throws Exception {
    try (Sink sink = Sink.silent();
        Socket socket = connected(sink);
        DeadlineScope scope = Deadline.within(LONG)) {
      socket.setSoTimeout(30);
      SocketTimeoutException thrown =
          assertThrows(SocketTimeoutException.class, socket.getInputStream()::read);
      assertEquals(0, thrown.getSuppressed().length);
      assertFalse(socket.isClosed());
      assertFalse(scope.hasFired());
    }
  }

  @Test
  void readUnderADeadline_soTimeout_isTheApplications() throws Exception {
    try (Sink sink = Sink.echo();
        Socket raw = new Socket();
        Socket socket = DeadlineSocketFactory.bounded(raw)) {
      socket.connect(sink.address());
      socket.setSoTimeout(90_000);
      try (DeadlineScope scope = Deadline.within(LONG)) {
        assertEchoes(socket);
        assertEquals(90_000, socket.getSoTimeout());
        assertFalse(scope.hasFired());
      }
      assertEquals(90_000, raw.getSoTimeout(), "left on the socket");
    }
  }

  @Test
  void deadlineThatIsExtended_read_goesOn() throws Exception {
    Duration first = Duration.ofSeconds(1);
    try (DeadlineScope scope = Deadline.within(first, Enforcement.COOPERATE);
        Sink sink =
            Sink.of(
                Sink.listening(),
                (socket, closed) -> {
                  socket.getInputStream().read();
                  scope.extend(LONG);
                  closed.await(1200, TimeUnit.MILLISECONDS); // past the first end
                  socket.getOutputStream().write(9);
                });
        Socket socket = connected(sink)) {
      socket.getOutputStream().write(1);
      assertEquals(9, socket.getInputStream().read());
    }
  }

  @Test
  void nobodyListens_connect_failsAsEver() throws Exception {
    Sink sink = Sink.silent();
    sink.close();
    try (DeadlineScope scope = Deadline.within(LONG)) {
      assertThrows(ConnectException.class, () -> connected(sink).close());
      assertFalse(scope.hasFired());
    }
  }

  @Test
  void className_driver_makesOne() throws Exception {
    Class<?> named = Class.forName("io.github.deadlinefilter.net.DeadlineSocketFactory");
    SocketFactory made = (SocketFactory) named.getConstructor().newInstance();
    assertInstanceOf(SocketFactory.class, named.getMethod("getDefault").invoke(null));
    try (Sink sink = Sink.echo();
        Socket socket = made.createSocket("127.0.0.1", sink.address().getPort())) {
      assertEchoes(socket);
      assertNotNull(sink.taken.poll(30, TimeUnit.SECONDS));
    }
  }
}
