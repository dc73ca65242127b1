package io.github.deadlinefilter.bench;

import java.util.List;
import java.util.Locale;

/** A bar for the throughput of each contender, and its latencies beside it, as SVG. */
final class Picture {
  private static final int LABELS = 330;
  private static final int BARS = 330;
  private static final int WIDTH = LABELS + BARS + 240;
  private static final int ROW = 30;
  private static final int TOP = 40;

  private Picture() {}

  static String of(List<LoadBench.Row> rows) {
    var svg = new StringBuilder();
    add(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
            + " font-family=\"sans-serif\" font-size=\"14\">",
        WIDTH,
        TOP + rows.size() * ROW + 10);
    add(svg, "<rect width=\"100%%\" height=\"100%%\" fill=\"#ffffff\"/>");
    add(svg, "<text x=\"%d\" y=\"24\" font-weight=\"bold\">of no filter's rate</text>", LABELS);
    add(
        svg,
        "<text x=\"%d\" y=\"24\" text-anchor=\"end\" font-weight=\"bold\">p50</text>",
        LABELS + BARS + 130);
    add(
        svg,
        "<text x=\"%d\" y=\"24\" text-anchor=\"end\" font-weight=\"bold\">p99</text>",
        WIDTH - 20);
    for (int i = 0; i < rows.size(); i++) {
      row(svg, rows.get(i), TOP + i * ROW);
    }
    return svg.append("</svg>\n").toString();
  }

  private static void row(StringBuilder svg, LoadBench.Row row, int y) {
    double length = Math.min(1.05, row.ratio()) * BARS / 1.05;
    String colour =
        row.contender() == Contender.NONE
            ? "#9a9a9a"
            : row.contender().isOurs() ? "#1668b8" : "#d9a441";
    add(
        svg,
        "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>",
        LABELS - 10,
        y + 19,
        row.contender().label);
    add(
        svg,
        "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>",
        LABELS,
        y + 4,
        length,
        ROW - 10,
        colour);
    add(svg, "<text x=\"%.1f\" y=\"%d\">%.2f</text>", LABELS + length + 6, y + 19, row.ratio());
    add(
        svg,
        "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>",
        LABELS + BARS + 130,
        y + 19,
        time(row.p50()));
    add(
        svg,
        "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>",
        WIDTH - 20,
        y + 19,
        time(row.p99()));
  }

  private static String time(double micros) {
    return String.format(Locale.ROOT, "%.2f ms", micros / 1_000);
  }

  private static void add(StringBuilder svg, String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
