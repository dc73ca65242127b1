package io.github.deadlinefilter;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Reader;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A container's streams, reader and writer, which do nothing but tell who called what. */
@SuppressWarnings("UnsynchronizedOverridesSynchronized")
final class RecordingStreams {
  private RecordingStreams() {}

  @FunctionalInterface
  interface Recorder {
    @Nullable Object record(String name, @Nullable Object result, @Nullable Object... arguments);

    default <T> T result(String name, T result, @Nullable Object... arguments) {
      record(name, result, arguments);
      return result;
    }
  }

  static final class Input extends ServletInputStream {
    private final Recorder recorder;

    Input(Recorder recorder) {
      this.recorder = recorder;
    }

    @Override
    public int read() throws IOException {
      return recorder.result("read", -1);
    }

    @Override
    public int read(byte[] b) throws IOException {
      return recorder.result("read", -1, b);
    }

    @Override
    public int read(byte[] b, int off, int len) throws IOException {
      return recorder.result("read", -1, b, off, len);
    }

    public int read(ByteBuffer b) throws IOException {
      return recorder.result("read", -1, b);
    }

    @Override
    public int readLine(byte[] b, int off, int len) throws IOException {
      return recorder.result("readLine", -1, b, off, len);
    }

    @Override
    public long skip(long n) throws IOException {
      return recorder.result("skip", 1L, n);
    }

    @Override
    public int available() throws IOException {
      return recorder.result("available", -1);
    }

    @Override
    public void close() throws IOException {
      recorder.record("close", null);
    }

    @Override
    public boolean markSupported() {
      return recorder.result("markSupported", true);
    }

    @Override
    public void mark(int n) {
      recorder.record("mark", null, n);
    }

    @Override
    public void reset() throws IOException {
      recorder.record("reset", null);
    }

    @Override
    public boolean isFinished() {
      return recorder.result("isFinished", true);
    }

    @Override
    public boolean isReady() {
      return recorder.result("isReady", true);
    }

    @Override
    public void setReadListener(ReadListener l) {
      recorder.record("setReadListener", null, l);
    }
  }

  static final class Output extends ServletOutputStream {
    private final Recorder recorder;

    Output(Recorder recorder) {
      this.recorder = recorder;
    }

    @Override
    public void write(int b) throws IOException {
      recorder.record("write", null, b);
    }

    @Override
    public void write(byte[] b) throws IOException {
      recorder.record("write", null, b);
    }

    @Override
    public void write(byte[] b, int off, int len) throws IOException {
      recorder.record("write", null, b, off, len);
    }

    public void write(ByteBuffer b) throws IOException {
      recorder.record("write", null, b);
    }

    @Override
    public void flush() throws IOException {
      recorder.record("flush", null);
    }

    @Override
    public void close() throws IOException {
      recorder.record("close", null);
    }

    @Override
    public void print(String s) throws IOException {
      recorder.record("print", null, s);
    }

    @Override
    public void println() throws IOException {
      recorder.record("println", null);
    }

    @Override
    public void println(String s) throws IOException {
      recorder.record("println", null, s);
    }

    @Override
    public boolean isReady() {
      return recorder.result("isReady", true);
    }

    @Override
    public void setWriteListener(WriteListener l) {
      recorder.record("setWriteListener", null, l);
    }
  }

  static final class In extends BufferedReader {
    private final Recorder recorder;

    In(Recorder recorder) {
      super(Reader.nullReader());
      this.recorder = recorder;
    }

    @Override
    public int read() throws IOException {
      return recorder.result("read", -1);
    }

    @Override
    public int read(char[] c, int off, int len) throws IOException {
      return recorder.result("read", -1, c, off, len);
    }

    @Override
    public String readLine() throws IOException {
      return recorder.result("readLine", "s");
    }

    @Override
    public long skip(long n) throws IOException {
      return recorder.result("skip", 1L, n);
    }

    @Override
    public boolean ready() throws IOException {
      return recorder.result("ready", true);
    }

    @Override
    public boolean markSupported() {
      return recorder.result("markSupported", true);
    }

    @Override
    public void mark(int n) throws IOException {
      recorder.record("mark", null, n);
    }

    @Override
    public void reset() throws IOException {
      recorder.record("reset", null);
    }

    @Override
    public void close() throws IOException {
      recorder.record("close", null);
    }
  }

  static final class Out extends PrintWriter {
    private final Recorder recorder;

    Out(Recorder recorder) {
      super(Writer.nullWriter());
      this.recorder = recorder;
    }

    @Override
    public void write(int c) {
      recorder.record("write", null, c);
    }

    @Override
    public void write(char[] c) {
      recorder.record("write", null, c);
    }

    @Override
    public void write(char[] c, int off, int len) {
      recorder.record("write", null, c, off, len);
    }

    @Override
    public void write(String s) {
      recorder.record("write", null, s);
    }

    @Override
    public void write(String s, int off, int len) {
      recorder.record("write", null, s, off, len);
    }

    @Override
    public void println() {
      recorder.record("println", null);
    }

    @Override
    public void flush() {
      recorder.record("flush", null);
    }

    @Override
    public void close() {
      recorder.record("close", null);
    }

    @Override
    public boolean checkError() {
      return recorder.result("checkError", true);
    }

    @Override
    public PrintWriter format(String format, @Nullable Object... arguments) {
      recorder.record("format", this, format, arguments);
      return this;
    }

    @Override
    public PrintWriter format(
        @Nullable Locale locale, String format, @Nullable Object... arguments) {
      recorder.record("format", this, locale, format, arguments);
      return this;
    }
  }
}
