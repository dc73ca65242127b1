package io.github.deadlinefilter.soak;

import io.github.deadlinefilter.contract.Response;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Sends an order and brings back what came: one protocol. Used by one thread. */
interface User extends AutoCloseable {

  /**
   * What came back.
   *
   * @param response null where not even the head of one came
   * @param lost because the whole connection went, for a reason that is the container's own
   */
  record Answer(@Nullable Response response, boolean lost) {}

  /** Null: the user did not wait. */
  @Nullable Answer ask(Order order) throws IOException, InterruptedException;

  @Override
  void close() throws IOException;
}
