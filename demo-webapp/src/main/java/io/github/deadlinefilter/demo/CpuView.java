package io.github.deadlinefilter.demo;

/** Computes and hears nothing: no interrupt, no closed resource, no deadline ends it early. */
public final class CpuView extends SlowView {
  private static final long serialVersionUID = 1L;

  @Override
  String slow() {
    return "cpu";
  }

  @Override
  void work(Delay delay) {
    long begin = System.nanoTime();
    long nanos = delay.duration().toNanos();
    while (System.nanoTime() - begin < nanos) {
      Thread.onSpinWait();
    }
  }
}
