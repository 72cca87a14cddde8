package dev.bursar.simulation;

import static dev.bursar.simulation.NaiveWallet.micros;

import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.ledger.Posting;
import dev.bursar.domain.wallet.Grant;
import dev.bursar.domain.wallet.Recurrence;
import dev.bursar.domain.wallet.WalletEvent;
import dev.bursar.simulation.NaivePots.Pot;
import java.math.BigInteger;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a grant comes again and again, by the calendar on the wall and in whole millionths. */
final class NaiveRecurrence {

  /** An entry: what it is on, of which type, and how much. */
  private record Entry(@Nullable String grant, EntryType type, BigInteger amount) {
    @Override
    public String toString() {
      return "Entry[grant=%s, type=%s, amount=%s]"
          .formatted(grant, type, PlainWords.amount(amount));
    }
  }

  private NaiveRecurrence() {}

  /**
   * When the interval ends that lasts at this time: none begins when all of them have ended.
   *
   * @param anchor where one begins
   */
  static Instant end(
      Recurrence.Interval interval, Instant anchor, @Nullable Instant until, Instant at) {
    OffsetDateTime from = anchor.atOffset(ZoneOffset.UTC);
    int n = 0;
    while (after(interval, from, n).isAfter(at)) {
      n--;
    }
    while (!after(interval, from, n).isAfter(at)) {
      n++;
    }
    Instant next = after(interval, from, n);
    return until != null && until.isBefore(next) ? until : next;
  }

  private static Instant after(Recurrence.Interval interval, OffsetDateTime from, int n) {
    OffsetDateTime then =
        switch (interval) {
          case DAY -> from.plusDays(n);
          case WEEK -> from.plusDays(7L * n);
          case MONTH -> from.plusMonths(n);
          case QUARTER -> from.plusMonths(3L * n);
          case YEAR -> from.plusMonths(12L * n);
        };
    return then.toInstant();
  }

  /**
   * What an interval gives for the time from {@code from} to its end, in whole millionths.
   *
   * @param at a time in the interval
   */
  static BigInteger rest(Recurrence recurrence, Instant at, Instant from) {
    OffsetDateTime anchor = recurrence.anchor().atOffset(ZoneOffset.UTC);
    Recurrence.Interval interval = recurrence.terms().interval();
    int n = 0;
    while (after(interval, anchor, n).isAfter(at)) {
      n--;
    }
    while (!after(interval, anchor, n + 1).isAfter(at)) {
      n++;
    }
    long begin = sinceEpoch(after(interval, anchor, n));
    long end = sinceEpoch(after(interval, anchor, n + 1));
    long left = end - Math.min(end, Math.max(begin, sinceEpoch(from)));
    return micros(recurrence.amount())
        .multiply(BigInteger.valueOf(left))
        .divide(BigInteger.valueOf(end - begin));
  }

  private static long sinceEpoch(Instant at) {
    return ChronoUnit.MICROS.between(Instant.EPOCH, at);
  }

  /** Whether an interval that ends is the last. */
  static boolean isLast(Grant grant) {
    Recurrence recurrence = grant.recurrence();
    Instant until = recurrence == null ? null : recurrence.until();
    Instant end = grant.expiresAt();
    return recurrence == null || end == null || (until != null && !end.isBefore(until));
  }

  /**
   * Why one interval does not follow the other as it is said; null if it does.
   *
   * @param old the grant of the interval that ends
   * @param debt what is owed by then
   */
  static @Nullable String fault(WalletEvent.GrantRenewed event, Pot old, BigInteger debt) {
    Recurrence recurrence = old.grant.recurrence();
    Grant next = event.grant();
    Instant end = old.grant.expiresAt();
    if (recurrence == null || end == null || isLast(old.grant) || old.over || old.waits) {
      return "it does not come again";
    }
    BigInteger remainder = old.free();
    BigInteger over =
        remainder
            .max(micros(recurrence.terms().rolloverMin()))
            .min(micros(recurrence.terms().rolloverMax()));
    BigInteger carried = over.min(remainder);
    BigInteger amount = micros(recurrence.amount()).add(over);
    String name = recurrence.series() + "#" + (recurrence.period() + 1);
    List<Entry> wanted = new ArrayList<>();
    add(old.grant.id(), EntryType.EXPIRE, carried.subtract(remainder), wanted);
    add(old.grant.id(), EntryType.TRANSFER_OUT, carried.negate(), wanted);
    add(name, EntryType.GRANT, amount.subtract(carried), wanted);
    add(name, EntryType.TRANSFER_IN, carried, wanted);
    add(name, EntryType.DEBT_REPAID, debt.min(amount).negate(), wanted);
    List<Entry> told = new ArrayList<>();
    for (Posting posting : event.transaction().postings()) {
      told.add(new Entry(posting.grant(), posting.type(), micros(posting.amount())));
    }
    Instant nextEnd =
        end(recurrence.terms().interval(), recurrence.anchor(), recurrence.until(), end);
    boolean asItShould =
        event.at().equals(end)
            && next.id().equals(name)
            && micros(next.amount()).equals(amount)
            && next.effectiveAt().equals(end)
            && nextEnd.equals(next.expiresAt())
            && next.features().equals(old.grant.features())
            && next.models().equals(old.grant.models())
            && next.priority() == old.grant.priority()
            && next.category() == old.grant.category()
            && told.equals(wanted);
    return asItShould
        ? null
        : "of %s are left at %s, and %s until %s with the entries %s should follow"
            .formatted(remainder, end, amount, nextEnd, wanted);
  }

  private static void add(String grant, EntryType type, BigInteger amount, List<Entry> entries) {
    if (amount.signum() != 0) {
      entries.add(new Entry(grant, type, amount));
    }
  }
}
