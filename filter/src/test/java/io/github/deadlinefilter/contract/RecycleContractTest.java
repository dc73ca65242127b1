package io.github.deadlinefilter.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.FieldSource;

/** The last resort: a JVM that cannot be helped ends, as if it had been told to from outside. */
@ParameterizedClass
@FieldSource("io.github.deadlinefilter.contract.Containers#ALL")
class RecycleContractTest {
  /** As of a process that is ended by SIGTERM. */
  private static final int STATUS = 143;

  @Parameter Containers kind = Containers.TOMCAT;

  private static void assertReason(String reason, Response response) {
    assertEquals(503, response.status(), response::toString);
    assertTrue(response.complete(), response::toString);
    // In whichever form it has: that of the filter past a worker, or the container's own page.
    boolean said = Pattern.compile("eason:? " + reason + "[,\n]").matcher(response.text()).find();
    assertTrue(said, response::toString);
  }

  @Test
  void thenExit_workerIsStuck_whatIsInFlightIsAnswered_andTheJvmEnds() throws Exception {
    try (var jvm = new OtherJvm(List.of(), RecycledServer.class, kind.name())) {
      int port = Integer.parseInt(jvm.after(RecycledServer.READY));
      try (RawClient inFlight = RawClient.connect(port);
          RawClient late = RawClient.connect(port)) {
        assertEquals("hi", late.get("/hi").read().text()); // the first request takes long
        inFlight.get("/long");
        jvm.after(RecycledServer.INSIDE);
        assertReason("expired", late.get("/deaf").read());
        if (kind != Containers.jetty()) { // it closes its connections before it stops applications
          assertReason("stopping", inFlight.read());
        }
        assertEquals(STATUS, jvm.exitStatus(Gate.SOON));
      }
    }
  }
}
