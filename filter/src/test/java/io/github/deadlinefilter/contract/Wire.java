package io.github.deadlinefilter.contract;

import java.io.IOException;
import java.net.Socket;

/** How a client and a container talk to each other. */
public enum Wire {
  HTTP_1_1 {
    @Override
    RawClient connect(int port, int receiveBufferBytes) throws IOException {
      return new Http1Client(new Socket(), port, receiveBufferBytes);
    }
  },
  /** HTTP/2 without TLS, by prior knowledge. */
  H2C {
    @Override
    RawClient connect(int port, int receiveBufferBytes) throws Exception {
      return new Http2Client(port, receiveBufferBytes);
    }
  },
  /** HTTP/1.1 over TLS. */
  TLS {
    @Override
    RawClient connect(int port, int receiveBufferBytes) throws Exception {
      return new Http1Client(
          Certificate.context().getSocketFactory().createSocket(), port, receiveBufferBytes);
    }
  };

  /**
   * @param receiveBufferBytes how much the server can write before this client reads; 0 for the
   *     usual
   */
  abstract RawClient connect(int port, int receiveBufferBytes) throws Exception;
}
