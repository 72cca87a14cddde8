package dev.bursar.projections.verify;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.DenialCode;
import dev.bursar.domain.enforcement.Plan;
import dev.bursar.domain.enforcement.Reported;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.operation.Place;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.usage.UsageEvent;
import dev.bursar.projections.usage.EventState;
import dev.bursar.projections.usage.UsageContents;
import dev.bursar.projections.usage.UsageContents.Stored;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jdbi.v3.core.result.ResultIterator;
import org.jspecify.annotations.Nullable;

/**
 * Folds what an org decided and what became of it, and compares that with the usage events of the
 * read table, row by row in the order of the journal; then the sums with the events. Only what may
 * still change is in memory.
 */
final class UsageVerification implements AutoCloseable {

  private static final Comparator<Place> ORDER =
      Comparator.comparingLong(Place::sequence).thenComparingInt(Place::index);

  /** Longer than what has expired can still be charged late. */
  private static final Duration MAY_CHANGE = Duration.ofDays(3);

  /** A request as the journal has it, and as the table has it, if it does. */
  private static final class Folded {
    final Place place;
    final Instant recordedAt;
    final Plan plan;
    final @Nullable Stored stored;
    EventState state = EventState.OPEN;

    Folded(Place place, Instant recordedAt, Plan plan, @Nullable Stored stored) {
      this.place = place;
      this.recordedAt = recordedAt;
      this.plan = plan;
      this.stored = stored;
    }

    Instant countedAt() {
      Instant counted = plan.countedAt();
      return counted == null ? recordedAt : counted;
    }

    boolean mayChange(Instant now) {
      EventState.End end = state.end();
      return end == null || (!end.isFinal() && end.at().isAfter(now.minus(MAY_CHANGE)));
    }
  }

  private final EntityId org;
  private final UsageContents contents;
  private final Findings findings;
  private final ResultIterator<Stored> stored;
  private final Instant since;
  private final KeySet reported = new KeySet();
  private final LinkedHashMap<String, Folded> open = new LinkedHashMap<>();
  private @Nullable Stored next;

  UsageVerification(EntityId org, UsageContents contents, Findings findings) {
    this.org = org;
    this.contents = contents;
    this.findings = findings;
    this.stored = contents.events();
    this.since = contents.eventsSince();
    advance();
  }

  private void advance() {
    next = stored.hasNext() ? stored.next() : null;
  }

  /** Takes in an event that the read tables show. */
  void take(OrgEvent event, Place place) {
    switch (event) {
      case OrgEvent.ReservationBegun e when e.plan().request().isLease() -> {}
      case OrgEvent.ReservationDenied e when e.plan().request().isLease() -> {}
      case OrgEvent.ReservationBegun e -> begin(e.plan(), e.at(), place);
      case OrgEvent.ReservationDenied e -> {
        Folded folded = open.get(e.plan().reservation());
        if (folded == null || !EventState.isDenialOf(folded.countedAt(), e.plan())) {
          folded = begin(e.plan(), e.at(), place);
        }
        folded.state = folded.state.denied(e, place);
        settle(e.plan().reservation(), folded, e.at());
      }
      case OrgEvent.ReservationSettled e -> {
        Folded folded = open.get(e.closure().reservation());
        if (folded != null) {
          note(folded, folded.state, folded.state.settled(e, place));
          settle(e.closure().reservation(), folded, e.at());
        }
      }
      case OrgEvent other -> {}
    }
  }

  private void note(Folded folded, EventState before, EventState after) {
    folded.state = after;
    Reported report = folded.plan.request().reported();
    if (report != null && !hasRun(before) && hasRun(after)) {
      reported.add(report.key());
    }
  }

  private static boolean hasRun(EventState state) {
    EventState.End end = state.end();
    return end != null && end.hasRun();
  }

  private Folded begin(Plan plan, Instant at, Place place) {
    while (next != null && ORDER.compare(next.event().key().place(), place) < 0) {
      tooMany(next);
      advance();
    }
    Stored row = null;
    if (next != null && next.event().key().place().equals(place)) {
      row = next;
      advance();
    }
    Folded folded = new Folded(place, at, plan, row);
    Folded before = open.put(plan.reservation(), folded);
    if (before != null) {
      compare(before);
    }
    return folded;
  }

  private void settle(String reservation, Folded folded, Instant now) {
    if (!folded.mayChange(now)) {
      open.remove(reservation);
      compare(folded);
    }
    Iterator<Map.Entry<String, Folded>> oldest = open.entrySet().iterator();
    while (oldest.hasNext()) {
      Folded each = oldest.next().getValue();
      if (each.mayChange(now)) {
        return;
      }
      oldest.remove();
      compare(each);
    }
  }

  private void compare(Folded folded) {
    UsageEvent should = event(folded);
    if (folded.stored == null) {
      if (!should.key().countedAt().isBefore(since)) {
        add("%s is not in the read table".formatted(folded.plan.reservation()));
      }
      return;
    }
    findings.usageEvents++;
    EventState.End end = folded.state.end();
    Stored expected =
        end == null ? new Stored(should, null, null) : new Stored(should, end.place(), end.cost());
    if (!folded.stored.equals(expected)) {
      add("the read table has %s, should be %s".formatted(folded.stored, expected));
    }
  }

  private static UsageEvent event(Folded folded) {
    Plan plan = folded.plan;
    ReserveRequest request = plan.request();
    EventState state = folded.state;
    EventState.End end = state.end();
    Reported report = request.reported();
    Map<String, Long> asked = plan.quantities().usage();
    return new UsageEvent(
        new UsageEvent.Key(micros(folded.countedAt()), folded.place),
        micros(folded.recordedAt),
        plan.reservation(),
        state.decision(),
        state.denials().stream()
            .map(word -> DenialCode.valueOf(word.toUpperCase(Locale.ROOT)))
            .toList(),
        state.outcome(),
        end == null ? null : micros(end.at()),
        new UsageEvent.Attribution(
            request.subject(),
            plan.departments(),
            request.feature(),
            request.model(),
            request.session(),
            plan.wallet(),
            plan.actor()),
        plan.creditType(),
        plan.amount(),
        end == null ? null : new Credits(end.charged()),
        asked,
        state.used(asked),
        request.metadata(),
        request.traceId(),
        report == null
            ? null
            : new UsageEvent.Report(
                report.source(),
                report.id(),
                report.happenedAt(),
                state.outcome() == UsageEvent.Outcome.LATE));
  }

  private static Instant micros(Instant at) {
    return at.truncatedTo(ChronoUnit.MICROS);
  }

  private void tooMany(Stored row) {
    add("the read table has %s, no event has".formatted(row));
  }

  void finish() {
    open.values().forEach(this::compare);
    while (next != null) {
      tooMany(next);
      advance();
    }
    contents.compareSums(this::add);
    KeySet kept = new KeySet();
    try (ResultIterator<byte[]> keys = contents.reported()) {
      keys.forEachRemaining(kept::add);
    }
    if (!kept.equals(reported)) {
      add("the names of what was reported are %s, should be %s".formatted(kept, reported));
    }
  }

  private void add(String detail) {
    findings.add(Discrepancy.Kind.USAGE, org, detail);
  }

  @Override
  public void close() {
    stored.close();
  }
}
