package io.github.deadlinefilter.contract;

/** A {@link War} in a running container. */
interface Deployed {

  /** The class loader of this deployment alone. */
  ClassLoader loader();

  /** Takes it out of the container, as its own deployer does; on the calling thread. */
  void undeploy() throws Exception;
}
