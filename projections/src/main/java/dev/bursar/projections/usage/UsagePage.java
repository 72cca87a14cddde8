package dev.bursar.projections.usage;

import dev.bursar.domain.entity.Recorded;
import dev.bursar.domain.operation.Place;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.projections.journal.JournalRow;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What a page of the journal decides and ends. What is decided and ends within the page is written
 * once; what was decided in an earlier one has to be found first.
 */
final class UsagePage {

  /** What happens to a request that this page did not begin. */
  private static final class Pending {
    /** A denial may be of what was begun, or all that there is. */
    final @Nullable Fresh denied;

    /** When the first of these changes happened. */
    final Instant since;

    final List<UnaryOperator<EventState>> changes = new ArrayList<>();

    Pending(@Nullable Fresh denied, Instant since) {
      this.denied = denied;
      this.since = since;
    }
  }

  private final List<Tracked> fresh = new ArrayList<>();
  private final List<Tracked> changed = new ArrayList<>();
  private final Map<String, Tracked> known = new HashMap<>();
  private final Map<String, Pending> pending = new LinkedHashMap<>();

  private UsagePage() {}

  static UsagePage of(List<JournalRow> rows) {
    UsagePage page = new UsagePage();
    for (JournalRow row : rows) {
      if (row instanceof JournalRow.OfOrg org) {
        page.take(org);
      }
    }
    return page;
  }

  private void take(JournalRow.OfOrg row) {
    String org = row.entity().org();
    int index = 0;
    for (Recorded<OrgEvent> recorded : row.batch().recorded()) {
      Place place = new Place(row.sequence(), index++);
      switch (recorded.event()) {
        // What is decided from a lease is a request of its own; to lease is none.
        case OrgEvent.ReservationBegun e when e.plan().request().isLease() -> {}
        case OrgEvent.ReservationDenied e when e.plan().request().isLease() -> {}
        case OrgEvent.ReservationSettled e when e.closure().isOfLease() -> {}
        case OrgEvent.ReservationBegun e -> begin(new Fresh(org, place, e.at(), e.plan()));
        case OrgEvent.ReservationDenied e ->
            change(
                e.plan().reservation(),
                new Fresh(org, place, e.at(), e.plan()),
                e.at(),
                state -> state.denied(e, place));
        case OrgEvent.ReservationSettled e ->
            change(e.closure().reservation(), null, e.at(), state -> state.settled(e, place));
        case OrgEvent other -> {}
      }
    }
  }

  private Tracked begin(Fresh begun) {
    Tracked tracked = Tracked.fresh(begun);
    fresh.add(tracked);
    known.put(begun.plan().reservation(), tracked);
    return tracked;
  }

  private void change(
      String reservation, @Nullable Fresh denied, Instant at, UnaryOperator<EventState> change) {
    Tracked tracked = known.get(reservation);
    if (tracked != null
        && (denied == null || EventState.isDenialOf(tracked.countedAt, denied.plan()))) {
      tracked.state = change.apply(tracked.state);
    } else {
      pending.computeIfAbsent(reservation, r -> new Pending(denied, at)).changes.add(change);
    }
  }

  boolean isEmpty() {
    return fresh.isEmpty() && pending.isEmpty();
  }

  /**
   * Takes in what was decided in earlier pages.
   *
   * @param rows finds it
   */
  void find(StoredEvents rows) {
    Map<String, Fresh> denied = new LinkedHashMap<>();
    Map<String, Instant> ended = new LinkedHashMap<>();
    pending.forEach(
        (reservation, each) -> {
          if (each.denied == null || each.denied.plan().madeAt() == null) {
            ended.put(reservation, each.since);
          } else {
            denied.put(reservation, each.denied);
          }
        });
    Map<String, Tracked> found = new HashMap<>(rows.ended(ended));
    rows.denied(denied)
        .forEach(
            (reservation, tracked) -> {
              Fresh candidate = denied.get(reservation);
              if (candidate != null && EventState.isDenialOf(tracked.countedAt, candidate.plan())) {
                found.put(reservation, tracked);
              }
            });
    pending.forEach(
        (reservation, each) -> {
          Tracked tracked = found.get(reservation);
          if (tracked != null) {
            changed.add(tracked);
          } else if (each.denied != null) {
            tracked = begin(each.denied);
          } else {
            // Of what has passed, or of what was never decided.
            return;
          }
          for (UnaryOperator<EventState> change : each.changes) {
            tracked.state = change.apply(tracked.state);
          }
        });
    pending.clear();
  }

  /** What is new. */
  List<Tracked> fresh() {
    return fresh;
  }

  /** What stands in the table, and has changed. */
  List<Tracked> changed() {
    return changed;
  }
}
