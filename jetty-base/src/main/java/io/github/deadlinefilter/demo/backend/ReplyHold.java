package io.github.deadlinefilter.demo.backend;

import java.nio.ByteBuffer;

/** Sees what one connection's client sends, and may ask that the reply to it be held back. */
interface ReplyHold {
  /** For protocols whose servers can be slow by themselves. */
  ReplyHold NEVER = request -> 0;

  /**
   * Called on the proxy's thread with the next piece of the connection's requests, in order.
   *
   * @return for how many nanoseconds from now no reply may pass
   */
  long holdNanos(ByteBuffer request);
}
