package dev.bursar.benchmarks.history;

import dev.bursar.domain.identity.Subject;
import dev.bursar.simulation.history.Call;
import java.math.BigDecimal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A reservation that was allowed, and how it ended. */
final class Course {

  /**
   * How it ended, as somebody was told.
   *
   * @param status committed or released
   * @param askedAt when that was asked for
   */
  record End(String status, BigDecimal charged, boolean late, Instant askedAt) {}

  final Call.Reserve asked;
  final Told told;
  private @Nullable End end;

  Course(Call.Reserve asked, Told told) {
    this.asked = asked;
    this.told = told;
  }

  String reservation() {
    return told.text("reservation_id");
  }

  Subject subject() {
    return asked.request().subject();
  }

  /** What was set aside, or charged at once. */
  BigDecimal amount() {
    return told.amount("amount");
  }

  String creditType() {
    return String.valueOf(asked.request().creditType());
  }

  /** It was decided after this. */
  Instant earliest() {
    return told.askedAt();
  }

  /** It was decided before this, by org, team and wallet, each at its own time. */
  Instant latest() {
    return told.toldAt();
  }

  /** Until when at least all of it was held: until it was to be ended, or has expired. */
  Instant heldUntil() {
    if (asked.request().commit()) {
      return Instant.MIN;
    }
    Instant expires = Instant.parse(told.text("expires_at"));
    End by = end;
    return by == null || by.askedAt().isAfter(expires) ? expires : by.askedAt();
  }

  /** Null if nobody was told that it has ended. */
  @Nullable End end() {
    return end;
  }

  void ended(Told by) {
    end =
        new End(
            by.text("status"),
            by.amount("amount"),
            by.body().path("late").asBoolean(),
            by.askedAt());
  }

  BigDecimal charged() {
    End by = end;
    return by == null ? BigDecimal.ZERO : by.charged();
  }
}
