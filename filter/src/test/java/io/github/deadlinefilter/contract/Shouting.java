package io.github.deadlinefilter.contract;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.http.WebConnection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** A protocol to upgrade to: greets, says each line again in capitals, hangs up after "bye". */
final class Shouting implements ReadListener {
  private final WebConnection connection;
  private final ServletInputStream input;
  private final ServletOutputStream output;
  private final StringBuilder line = new StringBuilder();

  Shouting(WebConnection connection) throws IOException {
    this.connection = connection;
    input = connection.getInputStream();
    output = connection.getOutputStream();
  }

  void start() throws IOException {
    say("hello");
    input.setReadListener(this);
  }

  private void say(String text) throws IOException {
    String said = text.toUpperCase(Locale.ROOT) + "\r\n";
    output.write(said.getBytes(StandardCharsets.US_ASCII));
    output.flush();
  }

  @Override
  public void onDataAvailable() throws IOException {
    while (input.isReady()) {
      int next = input.read();
      if (next < 0) {
        return;
      } else if (next == '\n') {
        String said = line.toString().strip();
        line.setLength(0);
        if (said.equals("bye")) {
          hangUp();
          return;
        }
        say(said);
      } else {
        line.append((char) next);
      }
    }
  }

  private void hangUp() throws IOException {
    try {
      connection.close();
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception other) {
      throw new IOException(other);
    }
  }

  @Override
  public void onAllDataRead() {}

  @Override
  public void onError(Throwable error) {}
}
