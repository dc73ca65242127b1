package io.github.deadlinefilter.soak;

import io.github.deadlinefilter.contract.Gate;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.eclipse.jetty.http.MetaData;
import org.eclipse.jetty.http2.hpack.HpackDecoder;
import org.eclipse.jetty.http2.hpack.HpackException;
import org.jspecify.annotations.Nullable;

/**
 * A connection of HTTP/2 without TLS, by prior knowledge, with many streams at a time, for clients
 * that want to see each frame's bytes. A thread of its own reads; any thread may send.
 *
 * <p>Its own windows are as large as can be, so that it never holds a server back; it respects the
 * server's.
 */
final class Http2Connection implements AutoCloseable {
  static final int CANCEL = 8;
  private static final int ENHANCE_YOUR_CALM = 11;

  private static final int DATA = 0;
  private static final int HEADERS = 1;
  private static final int RST_STREAM = 3;
  private static final int SETTINGS = 4;
  private static final int PING = 6;
  private static final int GOAWAY = 7;
  private static final int WINDOW_UPDATE = 8;
  private static final int CONTINUATION = 9;

  private static final int END_STREAM = 1;
  private static final int ACK = 1;
  private static final int END_HEADERS = 4;
  private static final int PADDED = 8;
  private static final int PRIORITY = 0x20;

  private static final int ENABLE_PUSH = 2;
  private static final int INITIAL_WINDOW_SIZE = 4;
  private static final int FIRST_WINDOW = 65_535;
  private static final int MOST_FRAME = 16_384;

  private final Socket socket;
  private final DataInputStream in;
  private final OutputStream out;
  private final HpackDecoder decoder = new HpackDecoder(256 * 1024, System::currentTimeMillis);
  private final Map<Integer, Http2Stream> streams = new ConcurrentHashMap<>();
  private final Thread reader;
  private final boolean finishing;

  /** Guarded by itself: the order in which frames and stream numbers leave. */
  private final Object sending = new Object();

  private int lastStream = -1;

  /** Guarded by itself. */
  private final Object windows = new Object();

  private long window = FIRST_WINDOW;
  private int firstWindow = FIRST_WINDOW;

  private volatile boolean ended;
  private volatile int goAway = -1;
  private volatile String why = "";
  private volatile String goAwayText = "";

  /**
   * @param finishing whether a request that is answered before its body has been sent is sent whole
   *     all the same, unless the server resets the stream
   */
  Http2Connection(int port, boolean finishing) throws IOException {
    this.finishing = finishing;
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    in = new DataInputStream(new java.io.BufferedInputStream(socket.getInputStream(), 32 * 1024));
    out = socket.getOutputStream();
    synchronized (sending) {
      out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      ByteBuffer settings = ByteBuffer.allocate(12);
      settings.putShort((short) ENABLE_PUSH).putInt(0);
      settings.putShort((short) INITIAL_WINDOW_SIZE).putInt(Integer.MAX_VALUE);
      send(SETTINGS, 0, 0, settings.array());
      send(WINDOW_UPDATE, 0, 0, number(Integer.MAX_VALUE - FIRST_WINDOW));
    }
    reader = new Thread(this::read, "soak-http2");
    reader.setDaemon(true);
    reader.start();
  }

  boolean isUsable() {
    return !ended && goAway < 0;
  }

  /**
   * The server has ended the connection for what is no fault of the filter's: resets that come too
   * fast.
   */
  boolean isUnlucky() {
    return goAway == ENHANCE_YOUR_CALM;
  }

  /** Why the server ends the connection, -1 as long as it does not. */
  int goAway() {
    return goAway;
  }

  /** How it ended, for whoever has to find out. */
  @Override
  public String toString() {
    return "connection ended by " + why + ", goaway " + goAway + " " + goAwayText;
  }

  // ---- sending

  /** Sends a request without a body. */
  Http2Stream ask(List<Map.Entry<String, String>> fields) throws IOException {
    return open(fields, END_STREAM, new byte[0]);
  }

  /** Begins a request with a body. */
  Http2Stream begin(List<Map.Entry<String, String>> fields) throws IOException {
    return open(fields, 0, new byte[0]);
  }

  /** Sends a request with a small body, all at once: no answer can come before the body. */
  Http2Stream ask(List<Map.Entry<String, String>> fields, byte[] body) throws IOException {
    if (take(null, body.length) < body.length) {
      throw new IOException("no room for " + body.length + " bytes: " + this);
    }
    return open(fields, 0, body);
  }

  private Http2Stream open(List<Map.Entry<String, String>> fields, int flags, byte[] body)
      throws IOException {
    byte[] block = block(fields);
    synchronized (sending) {
      lastStream += 2;
      var stream = new Http2Stream(lastStream);
      synchronized (windows) {
        stream.window = firstWindow;
      }
      streams.put(lastStream, stream);
      if (ended) {
        stream.connectionEnded();
      }
      var frames = new ByteArrayOutputStream();
      frames.writeBytes(frame(HEADERS, END_HEADERS | flags, lastStream, block));
      if (body.length > 0) {
        frames.writeBytes(frame(DATA, END_STREAM, lastStream, body));
      }
      out.write(frames.toByteArray());
      return stream;
    }
  }

  /**
   * Sends a part of the body, as fast as the server takes it.
   *
   * @return false where the server does not want the rest
   */
  boolean send(Http2Stream stream, byte[] bytes, boolean end) throws IOException {
    int sent = 0;
    do {
      int length = Math.min(bytes.length - sent, MOST_FRAME);
      if (length > 0) {
        length = take(stream, length);
        if (length == 0) {
          return false;
        }
      }
      byte[] part = java.util.Arrays.copyOfRange(bytes, sent, sent + length);
      sent += length;
      synchronized (sending) {
        send(DATA, end && sent == bytes.length ? END_STREAM : 0, stream.id, part);
      }
    } while (sent < bytes.length);
    return true;
  }

  void trailers(Http2Stream stream, List<Map.Entry<String, String>> fields) throws IOException {
    synchronized (sending) {
      send(HEADERS, END_HEADERS | END_STREAM, stream.id, block(fields));
    }
  }

  void reset(Http2Stream stream) throws IOException {
    if (streams.remove(stream.id) == null) {
      return; // it has been, and a second one would be an error of the connection
    }
    synchronized (sending) {
      send(RST_STREAM, 0, stream.id, number(CANCEL));
    }
  }

  /** How many bytes of bodies the server takes now. */
  long window() {
    synchronized (windows) {
      return window;
    }
  }

  private boolean isWanted(Http2Stream stream) {
    return finishing ? !stream.isReset() : !stream.isEnded();
  }

  /**
   * As much of the windows as there is, up to {@code most}; 0 where none is wanted. For a stream
   * that is yet to be opened, null, as much of the connection's as {@code most}.
   */
  private int take(@Nullable Http2Stream stream, int most) throws IOException {
    long start = System.nanoTime();
    synchronized (windows) {
      while (true) {
        if (ended || (stream != null && !isWanted(stream))) {
          return 0;
        }
        long free = Math.min(stream == null ? window : Math.min(window, stream.window), most);
        if (free > 0 && (stream != null || free == most)) {
          window -= free;
          if (stream != null) {
            stream.window -= free;
          }
          return (int) free;
        }
        if (System.nanoTime() - start > Gate.LIMIT.toNanos()) {
          throw new AssertionError("the server takes no more of a body");
        }
        try {
          windows.wait(100);
        } catch (InterruptedException e) {
          throw new IOException(e);
        }
      }
    }
  }

  private void send(int type, int flags, int stream, byte[] payload) throws IOException {
    out.write(frame(type, flags, stream, payload));
  }

  private static byte[] frame(int type, int flags, int stream, byte[] payload) {
    ByteBuffer frame = ByteBuffer.allocate(9 + payload.length);
    frame.putInt(payload.length << 8 | type).put((byte) flags).putInt(stream).put(payload);
    return frame.array();
  }

  /** Sends what answers a frame. If the server has closed, what it sent before is still to come. */
  private void reply(int type, int flags, byte[] payload) {
    synchronized (sending) {
      try {
        send(type, flags, 0, payload);
      } catch (IOException e) {
        why = e.toString();
      }
    }
  }

  private static byte[] number(int value) {
    return ByteBuffer.allocate(4).putInt(value).array();
  }

  /** Literal fields without indexing and without Huffman coding. */
  private static byte[] block(List<Map.Entry<String, String>> fields) {
    var block = new ByteArrayOutputStream();
    for (Map.Entry<String, String> field : fields) {
      block.write(0);
      string(block, field.getKey());
      string(block, field.getValue());
    }
    return block.toByteArray();
  }

  private static void string(ByteArrayOutputStream block, String text) {
    if (text.length() < 127) {
      block.write(text.length());
    } else {
      block.write(127);
      int rest = text.length() - 127;
      while (rest >= 128) {
        block.write(rest % 128 + 128);
        rest /= 128;
      }
      block.write(rest);
    }
    block.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
  }

  // ---- reading

  private void read() {
    String why = "";
    try {
      while (true) {
        readFrame();
      }
    } catch (IOException end) {
      why = end.toString();
    } catch (HpackException | RuntimeException malformed) {
      why = "malformed: " + malformed;
      streams.values().forEach(stream -> stream.malformed(malformed.toString()));
    } finally {
      String before = this.why;
      this.why = before + " " + why;
      ended = true;
      closeQuietly();
      streams.values().forEach(Http2Stream::connectionEnded);
    }
  }

  private void readFrame() throws IOException, HpackException {
    int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
    int type = in.readUnsignedByte();
    int flags = in.readUnsignedByte();
    int id = in.readInt() & Integer.MAX_VALUE;
    byte[] payload = in.readNBytes(length);
    if (payload.length < length) {
      throw new EOFException("inside a frame");
    }
    Http2Stream stream = streams.get(id); // null: the client has done with it
    switch (type) {
      case DATA -> data(stream, flags, payload);
      case HEADERS -> headers(stream, flags, payload);
      case RST_STREAM -> {
        if (stream != null) {
          stream.reset(ByteBuffer.wrap(payload).getInt());
        }
        wakeSenders();
      }
      case SETTINGS -> settings(flags, ByteBuffer.wrap(payload));
      case PING -> {
        if ((flags & ACK) == 0) {
          reply(PING, ACK, payload);
        }
      }
      case GOAWAY -> {
        goAwayText = new String(payload, 8, payload.length - 8, StandardCharsets.ISO_8859_1);
        goAway = ByteBuffer.wrap(payload).getInt(4);
      }
      case WINDOW_UPDATE -> {
        int more = ByteBuffer.wrap(payload).getInt();
        synchronized (windows) {
          if (id == 0) {
            window += more;
          } else if (stream != null) {
            stream.window += more;
          }
          windows.notifyAll();
        }
      }
      case CONTINUATION -> throw new IllegalStateException("a head of more than one frame");
      default -> {}
    }
  }

  private void wakeSenders() {
    synchronized (windows) {
      windows.notifyAll();
    }
  }

  private void data(@Nullable Http2Stream stream, int flags, byte[] payload) throws IOException {
    if (payload.length > 0) {
      reply(WINDOW_UPDATE, 0, number(payload.length));
    }
    if (stream != null) {
      ByteBuffer content = unpadded(flags, payload);
      stream.data(content, (flags & END_STREAM) != 0);
    }
    wakeSenders();
  }

  private void headers(@Nullable Http2Stream stream, int flags, byte[] payload)
      throws HpackException {
    if ((flags & END_HEADERS) == 0) {
      throw new IllegalStateException("a head of more than one frame");
    }
    ByteBuffer block = unpadded(flags, payload);
    if ((flags & PRIORITY) != 0) {
      block.position(block.position() + 5);
    }
    MetaData fields = decoder.decode(block); // in any case: it changes the decoder's table
    if (stream != null) {
      stream.headers(fields, (flags & END_STREAM) != 0);
    }
    wakeSenders();
  }

  private static ByteBuffer unpadded(int flags, byte[] payload) {
    return (flags & PADDED) == 0
        ? ByteBuffer.wrap(payload)
        : ByteBuffer.wrap(payload, 1, payload.length - 1 - (payload[0] & 0xff));
  }

  private void settings(int flags, ByteBuffer settings) throws IOException {
    if ((flags & ACK) != 0) {
      return;
    }
    while (settings.remaining() >= 6) {
      int name = settings.getShort();
      int value = settings.getInt();
      if (name == INITIAL_WINDOW_SIZE) {
        synchronized (windows) {
          int more = value - firstWindow;
          firstWindow = value;
          streams.values().forEach(stream -> stream.window += more);
          windows.notifyAll();
        }
      }
    }
    reply(SETTINGS, ACK, new byte[0]);
  }

  /** Frees what is kept for a stream that has ended. */
  void forget(Http2Stream stream) {
    streams.remove(stream.id);
  }

  private void closeQuietly() {
    try {
      socket.close();
    } catch (IOException e) {
      // It is closed.
    }
  }

  @Override
  public void close() {
    closeQuietly();
    try {
      reader.join(Gate.LIMIT.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
