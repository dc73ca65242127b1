package io.github.deadlinefilter;

import io.github.deadlinefilter.net.DeadlineSocketFactory;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.concurrent.TimeUnit;
import javax.net.SocketFactory;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** 64 bytes there and back over loopback: a write and a read of a socket. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@SuppressWarnings("NullAway.Init")
public class SocketBenchmark {
  private static final int BYTES = 64;

  @Param public With with;
  private final byte[] buffer = new byte[BYTES];
  private ServerSocket server;
  private Socket socket;

  @Setup(Level.Trial)
  public void connect() throws Exception {
    server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    Thread echo = new Thread(this::echo, "echo");
    echo.setDaemon(true);
    echo.start();
    SocketFactory sockets =
        with == With.NOTHING ? SocketFactory.getDefault() : new DeadlineSocketFactory();
    socket = sockets.createSocket(server.getInetAddress(), server.getLocalPort());
    socket.setTcpNoDelay(true);
    with.begin();
  }

  private void echo() {
    try (Socket client = server.accept()) {
      client.setTcpNoDelay(true);
      byte[] bytes = new byte[BYTES];
      for (int n = 0; n >= 0; n = client.getInputStream().read(bytes)) {
        client.getOutputStream().write(bytes, 0, n);
      }
    } catch (IOException e) {
      // The benchmark is over.
    }
  }

  @TearDown(Level.Trial)
  public void close() throws IOException {
    With.end();
    socket.close();
    server.close();
  }

  @Benchmark
  public int thereAndBack() throws IOException {
    socket.getOutputStream().write(buffer);
    return socket.getInputStream().readNBytes(buffer, 0, BYTES);
  }
}
