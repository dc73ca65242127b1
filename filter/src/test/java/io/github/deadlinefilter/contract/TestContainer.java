package io.github.deadlinefilter.contract;

/**
 * A servlet container on a loopback port of its own choice, which runs one {@link Application}, and
 * any number of {@link War}s that come and go.
 *
 * <p>Started and closed by one thread; the observations may be made from any.
 */
public interface TestContainer extends AutoCloseable {

  /**
   * Deploys the application and begins to accept connections.
   *
   * @throws Exception the application's own exception where it refuses to deploy, unwrapped
   */
  void start(Application application, Options options) throws Exception;

  /** Deploys one more, with a class loader of its own, into the running container. */
  Deployed deploy(War war) throws Exception;

  int port();

  /** What clients have to speak there. */
  Wire wire();

  /** How many of the container's threads are inside a request at this moment. */
  int busyThreads();

  /** How many threads may be inside requests at a time. */
  int mostThreads();

  /** How many connections are open on the container's side. */
  int connections();

  /** What the container, the application and the filter logged since the start. */
  ContainerLog log();

  /**
   * Stops the container and frees what it holds. Waits a bounded time for requests that still run,
   * and fails where the container does not stop in that time.
   */
  @Override
  void close();
}
