package io.github.deadlinefilter.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.deadlinefilter.Deadline;
import io.github.deadlinefilter.DeadlineScope;
import io.github.deadlinefilter.Enforcement;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Objects;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** TLS, with the certificate of localhost that the containers of the other tests have. */
final class DeadlineSslSocketFactoryTest {
  private static final Duration LONG = Duration.ofMinutes(1);

  private static SSLContext context;
  private static SSLSocketFactory sockets;

  @BeforeAll
  static void certificate() throws Exception {
    char[] password = "localhost".toCharArray();
    KeyStore store = KeyStore.getInstance("PKCS12");
    try (InputStream file =
        DeadlineSslSocketFactoryTest.class.getResourceAsStream("../contract/localhost.p12")) {
      store.load(Objects.requireNonNull(file), password);
    }
    var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, password);
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    context = SSLContext.getInstance("TLS");
    context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    sockets = new DeadlineSslSocketFactory(context.getSocketFactory());
    try (Sink sink = echo(); // loads what a handshake needs
        Socket socket = sockets.createSocket("localhost", sink.address().getPort())) {
      assertEchoes(socket);
    }
  }

  private static ServerSocket listening() throws Exception {
    return context
        .getServerSocketFactory()
        .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
  }

  private static Sink echo() throws Exception {
    return Sink.of(listening(), (socket, closed) -> Sink.echo(socket));
  }

  /** Does the handshake, and then nothing. */
  private static Sink silent() throws Exception {
    return Sink.of(
        listening(),
        (socket, closed) -> {
          ((SSLSocket) socket).startHandshake();
          closed.await();
        });
  }

  private static void assertEchoes(Socket socket) throws Exception {
    socket.getOutputStream().write(7);
    assertEquals(7, socket.getInputStream().read());
  }

  @Test
  void serverThatSaysNothing_handshake_endsAtDeadline() throws Exception {
    try (Sink sink = Sink.silent();
        SSLSocket socket =
            (SSLSocket) sockets.createSocket("localhost", sink.address().getPort())) {
      Timed.assertLate(socket::startHandshake);
    }
  }

  @Test
  void serverThatSaysNothingAfterTheHandshake_read_endsAtDeadline() throws Exception {
    try (Sink sink = silent();
        SSLSocket socket =
            (SSLSocket) sockets.createSocket("localhost", sink.address().getPort())) {
      socket.startHandshake();
      Timed.assertLate(socket.getInputStream()::read);
    }
  }

  @Test
  void serverThatDoesNotRead_write_endsAtDeadline() throws Exception {
    try (Sink sink = silent();
        SSLSocket socket =
            (SSLSocket) sockets.createSocket("localhost", sink.address().getPort())) {
      socket.startHandshake();
      byte[] much = new byte[64 << 20];
      Timed.assertLate(() -> socket.getOutputStream().write(much));
    }
  }

  @Test
  void serverThatAcceptsNothing_connect_endsAtDeadline() throws Exception {
    try (Sink sink = Sink.full()) {
      Timed.assertLate(
          () -> sockets.createSocket(sink.address().getAddress(), sink.address().getPort()));
    }
  }

  @Test
  void overASocketOfAnother_read_endsAtDeadline() throws Exception {
    try (Sink sink = silent();
        Socket plain = new Socket("localhost", sink.address().getPort());
        SSLSocket socket =
            (SSLSocket) sockets.createSocket(plain, "localhost", plain.getPort(), true)) {
      socket.startHandshake();
      Timed.assertLate(socket.getInputStream()::read);
      assertTrue(plain.isClosed());
    }
  }

  @Test
  void socketOfAPool_deadlineOfItsLastUserPasses_isNotClosed() throws Exception {
    try (Sink sink = echo();
        Socket socket = sockets.createSocket("localhost", sink.address().getPort())) {
      try (DeadlineScope scope = Deadline.within(LONG, Enforcement.COOPERATE)) {
        assertEchoes(socket);
        scope.shorten(Duration.ZERO);
      }
      assertEchoes(socket);
      assertFalse(socket.isClosed());
    }
  }

  @Test
  void noTimeLeft_close_closes() throws Exception {
    try (Sink sink = echo();
        DeadlineScope scope = Deadline.within(LONG, Enforcement.COOPERATE)) {
      Socket socket = sockets.createSocket("localhost", sink.address().getPort());
      assertEchoes(socket);
      scope.shorten(Duration.ZERO);
      socket.close();
      assertTrue(socket.isClosed());
    }
  }

  @Test
  void unconnected_saysThatItCannot() {
    SocketException thrown = assertThrows(SocketException.class, sockets::createSocket);
    assertInstanceOf(UnsupportedOperationException.class, thrown.getCause());
  }

  @Test
  void className_client_makesOne() throws Exception {
    Class<?> named = Class.forName("io.github.deadlinefilter.net.DeadlineSslSocketFactory");
    SSLSocketFactory made = (SSLSocketFactory) named.getConstructor().newInstance();
    assertTrue(made.getDefaultCipherSuites().length > 0);
    assertInstanceOf(SSLSocketFactory.class, named.getMethod("getDefault").invoke(null));
  }
}
