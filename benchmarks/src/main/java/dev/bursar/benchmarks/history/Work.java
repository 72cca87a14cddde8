package dev.bursar.benchmarks.history;

import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.simulation.history.Call;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Work that has run and was reported, by one client or by several. */
final class Work {

  final Call.Report report;
  private Instant earliest;
  private @Nullable Instant latest;
  private int rejected;
  private @Nullable Instant rejectedAt;

  Work(Told first) {
    this.report = (Call.Report) first.call();
    this.earliest = first.askedAt();
  }

  /** Takes in what somebody was told who had reported it. */
  void told(Told told) {
    earliest = told.askedAt().isBefore(earliest) ? told.askedAt() : earliest;
    if (!told.isDone()) {
      rejected(told);
    } else if (latest == null || told.toldAt().isBefore(latest)) {
      latest = told.toldAt();
    }
  }

  /** Who had asked before somebody was told of a decision may have been told of the same one. */
  private void rejected(Told told) {
    if (rejectedAt == null || told.askedAt().isAfter(rejectedAt)) {
      rejected++;
      rejectedAt = told.toldAt();
    }
  }

  ReserveRequest work() {
    return report.work();
  }

  BigDecimal amount() {
    return Amounts.of(Objects.requireNonNull(work().amount()));
  }

  /** It came on record after this, if it did. */
  Instant earliest() {
    return earliest;
  }

  /** It was on record by then; null if nobody was told so. */
  @Nullable Instant latest() {
    return latest;
  }

  /** Whether it was on record before this was asked, as somebody was told. */
  boolean wasOnRecord(Told before) {
    return latest != null && latest.isBefore(before.askedAt());
  }

  /** How often, at least, it was decided that it is not put on record. */
  int rejected() {
    return rejected;
  }
}
