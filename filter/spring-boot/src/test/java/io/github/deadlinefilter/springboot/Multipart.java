package io.github.deadlinefilter.springboot;

/** The body that a browser makes of a form with a file. */
final class Multipart {
  private static final String BOUNDARY = "----7d9f";

  static final String TYPE = "multipart/form-data; boundary=" + BOUNDARY;

  private Multipart() {}

  static String of(String title, int bytes) {
    return "--"
        + BOUNDARY
        + "\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\n"
        + title
        + "\r\n--"
        + BOUNDARY
        + "\r\nContent-Disposition: form-data; name=\"file\"; filename=\"leaves.bin\"\r\n"
        + "Content-Type: application/octet-stream\r\n\r\n"
        + "\u0000\u00fft".repeat(bytes / 3)
        + "x".repeat(bytes % 3)
        + "\r\n--"
        + BOUNDARY
        + "--\r\n";
  }
}
