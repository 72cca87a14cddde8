package dev.bursar.benchmarks.inhouse;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows as a transaction has read and locked them; it alone changes them, until it commits. */
final class Rows {

  private Rows() {}

  /** A cap on what a scope may use in a day or a month of UTC. */
  static final class Budget {
    final long id;
    final String scope;
    final String period;
    final long limit;
    Instant windowStart;
    long used;
    long held;

    Budget(
        long id,
        String scope,
        String period,
        long limit,
        Instant windowStart,
        long used,
        long held) {
      this.id = id;
      this.scope = scope;
      this.period = period;
      this.limit = limit;
      this.windowStart = windowStart;
      this.used = used;
      this.held = held;
    }

    /** Starts from nothing if a new window has begun. */
    void rollTo(Instant now) {
      Instant current = windowStartAt(now).atStartOfDay(ZoneOffset.UTC).toInstant();
      if (windowStart.isBefore(current)) {
        windowStart = current;
        used = 0;
        held = 0;
      }
    }

    boolean allows(long amount) {
      return used + held + amount <= limit;
    }

    Instant resetsAt(Instant now) {
      LocalDate start = windowStartAt(now);
      LocalDate end = period.equals("day") ? start.plusDays(1) : start.plusMonths(1);
      return end.atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    Replies.Scope replyScope(String org) {
      int colon = scope.indexOf(':');
      return colon < 0
          ? new Replies.Scope("org", org)
          : new Replies.Scope(scope.substring(0, colon), scope.substring(colon + 1));
    }

    private LocalDate windowStartAt(Instant now) {
      LocalDate day = LocalDate.ofInstant(now, ZoneOffset.UTC);
      return period.equals("day") ? day : day.withDayOfMonth(1);
    }
  }

  /** Credits of one org, as the sum of grants. */
  static final class Wallet {
    final long id;
    long balance;
    long held;
    long debt;
    long sequence;

    Wallet(long id, long balance, long held, long debt, long sequence) {
      this.id = id;
      this.balance = balance;
      this.held = held;
      this.debt = debt;
      this.sequence = sequence;
    }

    long available() {
      return balance - held;
    }

    Replies.Balance reply() {
      return new Replies.Balance(
          Micros.text(balance), Micros.text(held), Micros.text(available()), Micros.text(debt));
    }
  }

  /** One block of credits. */
  static final class Grant {
    final long id;
    final String name;
    final boolean usable;
    long remaining;
    long held;

    Grant(long id, String name, boolean usable, long remaining, long held) {
      this.id = id;
      this.name = name;
      this.usable = usable;
      this.remaining = remaining;
      this.held = held;
    }

    /** What a new draw may take: nothing of a grant that is not yet, or no longer, in effect. */
    long free() {
      return usable ? remaining - held : 0;
    }
  }

  /** What a transaction takes of one grant. */
  record Part(Grant grant, long amount) {}

  /**
   * A ledger row to be written.
   *
   * @param grant of a {@code consume}; none for a {@code debt}
   */
  record Entry(long sequence, String type, @Nullable Grant grant, long amount, long balance) {}

  /** Who and what a hold is for, copied to the ledger. */
  record Attribution(
      @Nullable String team,
      @Nullable String user,
      @Nullable String feature,
      @Nullable String model,
      @Nullable String session) {}

  /** An open or ended hold. */
  record Hold(
      String id,
      String org,
      long wallet,
      String status,
      long amount,
      Attribution attribution,
      List<Long> grants,
      List<Long> parts,
      List<Long> budgets,
      Instant createdAt,
      Instant expiresAt) {}

  /** A first answer, kept for repeats. */
  @SuppressWarnings("ArrayRecordComponent") // never compared as a whole
  record Answered(byte[] requestHash, String response) {}
}
