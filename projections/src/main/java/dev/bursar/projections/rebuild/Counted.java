package dev.bursar.projections.rebuild;

import java.util.concurrent.atomic.LongAdder;

/** What all portions have read so far. Thread-safe. */
final class Counted {

  final LongAdder rows = new LongAdder();
  final LongAdder events = new LongAdder();
}
