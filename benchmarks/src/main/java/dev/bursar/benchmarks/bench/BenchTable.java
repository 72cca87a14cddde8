package dev.bursar.benchmarks.bench;

import java.io.PrintStream;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The table at the end of a run: a column for each contender, and the ratios. */
final class BenchTable {

  private final PrintStream out;
  private final BenchOptions options;
  private final List<Contender> contenders;
  private final List<Measurement> measurements;

  private BenchTable(
      PrintStream out,
      BenchOptions options,
      List<Contender> contenders,
      List<Measurement> measurements) {
    this.out = out;
    this.options = options;
    this.contenders = contenders;
    this.measurements = measurements;
  }

  static void print(
      PrintStream out,
      BenchOptions options,
      List<Contender> contenders,
      List<Measurement> measurements) {
    new BenchTable(out, options, contenders, measurements).print();
  }

  private void print() {
    out.printf(
        Locale.ROOT,
        "%d connections, %d s after %d s of warm-up, %d processors, %s%n",
        options.connections(),
        options.seconds(),
        options.warmupSeconds(),
        Runtime.getRuntime().availableProcessors(),
        options.rounds() == 1 ? "one round" : "medians of " + options.rounds() + " rounds");
    StringBuilder header = new StringBuilder("%-8s%-18s%-9s".formatted("", "", ""));
    contenders.forEach(contender -> header.append("%12s".formatted(contender.label())));
    header.append("%14s%14s".formatted("to in-house", "to no-op"));
    if (contenders.contains(Contender.OTHER_BURSAR)) {
      header.append("%14s".formatted("to other"));
    }
    out.println(header);
    for (Shape shape : options.shapes()) {
      for (Kind kind : Kind.values()) {
        print(shape, kind);
      }
    }
    measurements.stream()
        .filter(measurement -> measurement.result().requests() > measurement.result().ok())
        .forEach(this::printErrors);
  }

  private void print(Shape shape, Kind kind) {
    boolean open = kind == Kind.OPEN;
    // The rate of an open loop is what it was told to be; it says nothing about who is faster.
    row(shape.label(), kind.label(), "rate/s", shape, kind, Medians::rate, "%,.0f", !open);
    row(
        "",
        open ? "at half its rate" : "",
        "p50 ms",
        shape,
        kind,
        m -> m.latency().p50(),
        "%,.2f",
        false);
    row("", "", "p99 ms", shape, kind, m -> m.latency().p99(), "%,.2f", false);
    row("", "", "p99.9 ms", shape, kind, m -> m.latency().p999(), "%,.2f", false);
  }

  private void row(
      String first,
      String second,
      String figure,
      Shape shape,
      Kind kind,
      ToDoubleFunction<Medians> value,
      String format,
      boolean ratios) {
    StringBuilder line = new StringBuilder("%-8s%-18s%-9s".formatted(first, second, figure));
    for (Contender contender : contenders) {
      double number = value.applyAsDouble(medians(contender, shape, kind));
      line.append("%12s".formatted(String.format(Locale.ROOT, format, number)));
    }
    if (ratios) {
      line.append(ratio(shape, kind, Contender.IN_HOUSE))
          .append(ratio(shape, kind, Contender.NO_OP));
      if (contenders.contains(Contender.OTHER_BURSAR)) {
        line.append(ratio(shape, kind, Contender.OTHER_BURSAR));
      }
    }
    out.println(line);
  }

  private String ratio(Shape shape, Kind kind, Contender to) {
    double ours = medians(Contender.BURSAR, shape, kind).rate();
    double theirs = medians(to, shape, kind).rate();
    return "%14s".formatted(String.format(Locale.ROOT, "%.2f×", ours / theirs));
  }

  private Medians medians(Contender contender, Shape shape, Kind kind) {
    return Medians.of(measurements, contender, shape, kind);
  }

  private void printErrors(Measurement measurement) {
    out.printf(
        "%s, %s, %s, round %d: not ok: %s%n",
        measurement.contender().label(),
        measurement.shape().label(),
        measurement.kind().label(),
        measurement.round(),
        measurement.result().errorLine());
  }
}
