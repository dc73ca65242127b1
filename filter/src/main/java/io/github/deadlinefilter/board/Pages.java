package io.github.deadlinefilter.board;

import static java.nio.charset.StandardCharsets.UTF_8;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What of the board never changes: its page, and the scripts and styles of that. The page names
 * these with a tag of what is in them, so that a browser need not ask for them again. Immutable,
 * thread-safe.
 */
final class Pages {
  private static final String SCRIPT = "text/javascript";
  private static final String STYLE = "text/css";

  private static final Map<String, String> TYPES =
      Map.of(
          "board.js", SCRIPT,
          "board.css", STYLE,
          "uPlot.iife.min.js", SCRIPT,
          "uPlot.min.css", STYLE,
          "uPlot.LICENSE.txt", "text/plain");

  private static final int TAG_LENGTH = 16;

  private static final class Page {
    final String type;
    final byte[] bytes;
    final String tag;

    Page(String type, byte[] bytes) throws NoSuchAlgorithmException {
      this.type = type;
      this.bytes = bytes;
      byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
      this.tag = HexFormat.of().formatHex(hash).substring(0, TAG_LENGTH);
    }
  }

  private final Map<String, Page> pages = new HashMap<>();

  Pages() throws IOException {
    try {
      String index = new String(resource("index.html"), UTF_8);
      for (Map.Entry<String, String> one : TYPES.entrySet()) {
        String name = one.getKey();
        Page page = new Page(one.getValue(), resource(name));
        pages.put(name, page);
        index = index.replace('"' + name + '"', '"' + name + "?v=" + page.tag + '"');
      }
      pages.put("", new Page("text/html", index.getBytes(UTF_8)));
    } catch (NoSuchAlgorithmException e) { // which every JVM has
      throw new IOException(e);
    }
  }

  private static byte[] resource(String name) throws IOException {
    try (InputStream from = Pages.class.getResourceAsStream(name)) {
      return Objects.requireNonNull(from, name + " is not in the jar").readAllBytes();
    }
  }

  /** Answers a GET or a HEAD. False: there is no such page, and nothing has been answered. */
  boolean answer(String name, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    Page page = pages.get(name);
    if (page == null) {
      return false;
    }
    boolean named = ("v=" + page.tag).equals(request.getQueryString());
    response.setHeader(
        "Cache-Control", named ? "private, max-age=31536000, immutable" : "private, no-cache");
    String tag = '"' + page.tag + '"';
    response.setHeader("ETag", tag);
    if (isKnown(request.getHeader("If-None-Match"), tag)) {
      response.setStatus(HttpServletResponse.SC_NOT_MODIFIED);
      return true;
    }
    response.setContentType(page.type);
    response.setCharacterEncoding("utf-8");
    response.setContentLength(page.bytes.length);
    response.getOutputStream().write(page.bytes);
    return true;
  }

  /** A proxy that compresses makes a weak tag of it. */
  private static boolean isKnown(@Nullable String ifNoneMatch, String tag) {
    return ifNoneMatch != null && (ifNoneMatch.equals(tag) || ifNoneMatch.equals("W/" + tag));
  }
}
