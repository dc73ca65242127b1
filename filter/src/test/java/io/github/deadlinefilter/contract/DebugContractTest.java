package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.jdi.Bootstrap;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.AttachingConnector;
import com.sun.jdi.connect.Connector;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever stands at a breakpoint is not answered for. */
class DebugContractTest {
  private static final String LISTENING = "Listening for transport dt_socket at address: ";

  /** A JVM with a debugger's agent in it. */
  private static final class Debugged implements AutoCloseable {
    private final OtherJvm jvm;
    private final String debugPort;
    private final int port;

    Debugged(String... settings) throws IOException {
      jvm =
          new OtherJvm(
              List.of("-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=127.0.0.1:0"),
              DebuggedServer.class,
              settings);
      debugPort = jvm.after(LISTENING);
      port = Integer.parseInt(jvm.after(DebuggedServer.READY));
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

    RawClient inside() throws Exception {
      RawClient client = RawClient.connect(port).get("/inside");
      jvm.after(DebuggedServer.INSIDE);
      return client;
    }

    void release() throws Exception {
      try (RawClient client = RawClient.connect(port)) {
        assertEquals(200, client.get("/release").read().status());
      }
    }

    @Override
    public void close() {
      jvm.close();
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

  /** In each of the kinds: by its container thread, and by the timer's side. */
  @ParameterizedTest
  @ValueSource(strings = {"pool", "container"})
  void debuggerComes_whileARequestIsInside_neitherItsDeadlineNorAScopeInItFires(String worker)
      throws Exception {
    try (Debugged server = new Debugged("worker=" + worker);
        RawClient client = server.inside()) {
      VirtualMachine debugger = server.attach();
      Gate.eventually(() -> server.status() == 200, "it is known");
      server.release();
      Response response = client.read();
      assertEquals("whole", response.text(), response::toString);
      debugger.dispose();
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
