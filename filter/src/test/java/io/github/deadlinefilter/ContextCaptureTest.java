package io.github.deadlinefilter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.github.deadlinefilter.micrometer.ContextCapture;
import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ThreadLocalAccessor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whatever an accessor throws, nothing is thrown on, and nothing stays on the worker. */
class ContextCaptureTest {
  private static final String USER = "test.user";
  private static final String BROKEN = "test.broken";

  private final ThreadLocal<@Nullable String> user = new ThreadLocal<>();
  private String failsAt = "nothing";

  private final class User implements ThreadLocalAccessor<String> {
    @Override
    public Object key() {
      return USER;
    }

    @Override
    public @Nullable String getValue() {
      return user.get();
    }

    @Override
    public void setValue(String value) {
      user.set(value);
    }

    @Override
    public void setValue() {
      user.remove();
    }
  }

  /** Comes after the other, which has been set or taken when this one fails. */
  private final class Broken implements ThreadLocalAccessor<String> {
    @Override
    public Object key() {
      return BROKEN;
    }

    @Override
    public String getValue() {
      failIf("get");
      return "value";
    }

    @Override
    public void setValue(String value) {
      failIf("set");
    }

    @Override
    public void setValue() {
      failIf("clear");
    }

    @Override
    public void restore(String before) {
      failIf("restore");
    }

    @Override
    public void restore() {
      failIf("restore");
    }

    private void failIf(String step) {
      if (failsAt.equals(step)) {
        throw new IllegalStateException("broken at " + step);
      }
    }
  }

  @BeforeEach
  void register() {
    ContextRegistry.getInstance().registerThreadLocalAccessor(new User());
    ContextRegistry.getInstance().registerThreadLocalAccessor(new Broken());
  }

  @AfterEach
  void remove() {
    ContextRegistry.getInstance().removeThreadLocalAccessor(USER);
    ContextRegistry.getInstance().removeThreadLocalAccessor(BROKEN);
    user.remove();
  }

  /** What the worker has while it works; the worker is this thread, with nothing on it before. */
  private @Nullable String onWorker(String failing) {
    user.set("ann");
    failsAt = failing;
    Supplier<Runnable> captured = new ContextCapture().get();
    user.remove();
    Runnable takeOff = captured.get();
    String seen = user.get();
    takeOff.run();
    assertNull(user.get(), "the worker's next request");
    return seen;
  }

  @Test
  void allIsWell_isThere_andTakenOff() {
    assertEquals("ann", onWorker("nothing"));
  }

  @Test
  void capturingFails_nothingIsTakenAlong() {
    assertNull(onWorker("get"));
  }

  @Test
  void bindingFails_nothingStays() {
    assertNull(onWorker("set"));
  }

  @Test
  void takingOffFails_nothingStays() {
    assertEquals("ann", onWorker("restore"));
    assertEquals("ann", onWorker("clear"));
  }
}
