package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.jdi.Bootstrap;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.AttachingConnector;
import com.sun.jdi.connect.Connector;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Whoever stands at a breakpoint is not answered for. */
class DebugContractTest {
  private static final String LISTENING = "Listening for transport dt_socket at address: ";

  /** A JVM with a debugger's agent in it. */
  private static final class Debugged implements AutoCloseable {
    final Process process;
    final String debugPort;
    final int port;

    Debugged(String... settings) throws IOException {
      var command =
          new ArrayList<>(
              List.of(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:0",
                  "-cp",
                  System.getProperty("java.class.path"),
                  DebuggedServer.class.getName()));
      command.addAll(List.of(settings));
      process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      BufferedReader output = process.inputReader(Charset.defaultCharset());
      debugPort = after(LISTENING, output);
      port = Integer.parseInt(after(DebuggedServer.READY, output));
    }

    private static String after(String start, BufferedReader output) throws IOException {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        if (line.startsWith(start)) {
          return line.substring(start.length()).strip();
        }
      }
      throw new IOException("it has ended without a line that begins with " + start);
    }

    VirtualMachine attach() throws Exception {
      AttachingConnector connector =
          Bootstrap.virtualMachineManager().attachingConnectors().stream()
              .filter(one -> one.name().equals("com.sun.jdi.SocketAttach"))
              .findFirst()
              .orElseThrow();
      Map<String, Connector.Argument> arguments = connector.defaultArguments();
      Objects.requireNonNull(arguments.get("hostname")).setValue("127.0.0.1");
      Objects.requireNonNull(arguments.get("port")).setValue(debugPort);
      return connector.attach(arguments);
    }

    int status() throws Exception {
      try (RawClient client = RawClient.connect(port)) {
        return client.get("/late").read().status();
      }
    }

    @Override
    public void close() {
      process.destroyForcibly();
    }
  }

  @Test
  void debuggerIsAttached_noDeadlineFires_untilItHasGone() throws Exception {
    try (Debugged server = new Debugged()) {
      assertEquals(503, server.status(), "nobody is there");
      VirtualMachine debugger = server.attach();
      Gate.eventually(() -> server.status() == 200, "no deadline");
      debugger.dispose();
      Gate.eventually(() -> server.status() == 503, "the deadline, again");
    }
  }

  @Test
  void enforce_deadlinesFire() throws Exception {
    try (Debugged server = new Debugged("debug=enforce")) {
      VirtualMachine debugger = server.attach();
      assertEquals(503, server.status());
      debugger.dispose();
    }
  }
}
