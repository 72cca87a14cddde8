package dev.bursar.domain.wallet;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.ledger.Posting;
import dev.bursar.domain.ledger.Transaction;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a wallet knows of the grants of plans and add-ons besides the grants themselves. Mutable,
 * owned by its wallet, changed by events alone.
 *
 * <p>A grant that is left in the middle of an interval gives back what that gives for the rest of
 * its time. What could not be taken, since it had been used, was used ahead: what is given next in
 * this credit type, before that interval would have ended, is so much less.
 */
final class PlanSeries {

  /** What has been used ahead, the first to be over first. */
  private static final Comparator<Map.Entry<String, UsedAhead>> FIRST_OVER =
      Map.Entry.<String, UsedAhead>comparingByValue(Comparator.comparing(UsedAhead::until))
          .thenComparing(Map.Entry.comparingByKey());

  /** The interval that each series has come to, by its name. */
  private final Map<String, String> series = new HashMap<>();

  /** The number of the last change of such a grant's terms, by the name of its series. */
  private final TreeMap<String, Long> changes = new TreeMap<>();

  /** By the grant that was left; nothing is left of some, which is known until it is over. */
  private final TreeMap<String, UsedAhead> ahead = new TreeMap<>();

  /** Intervals whose end was moved to before their time while they ran. */
  private final TreeSet<String> cutShort = new TreeSet<>();

  /** The grant that the series of this name has come to, or this name. */
  String last(String name) {
    return series.getOrDefault(name, name);
  }

  boolean hasChanged(String name, long number) {
    return number <= changes.getOrDefault(name, 0L);
  }

  /** How much of a credit type has been used that is for a time after this, up to so much. */
  Credits usedAhead(String creditType, Instant at, Credits most) {
    Credits left = most;
    for (UsedAhead each : ahead.values()) {
      if (each.creditType().equals(creditType) && each.until().isAfter(at)) {
        left = left.minus(each.amount().min(left));
      }
    }
    return most.minus(left);
  }

  // ---- changes, by events alone

  void cameTo(String name, String grant) {
    series.put(name, grant);
  }

  void changed(String name, long number) {
    changes.put(name, number);
  }

  /** A grant is left or taken back, with so much of it for the time that is left. */
  void left(Grant grant, Credits rest, Instant at) {
    Recurrence recurrence = grant.recurrence();
    if (recurrence != null) {
      ahead.putIfAbsent(
          grant.id(), new UsedAhead(grant.creditType(), rest, recurrence.nextAfter(at)));
    }
  }

  /** An interval that runs has got another end, perhaps before its time. */
  void endMoved(Grant grant) {
    Recurrence recurrence = grant.recurrence();
    Instant end = grant.expiresAt();
    if (recurrence != null && end != null && recurrence.beginOfIntervalAt(end).isBefore(end)) {
      cutShort.add(grant.id());
    } else {
      cutShort.remove(grant.id());
    }
  }

  /** What comes to its end before the time that it was given for is left there. */
  void expired(Grant grant) {
    Recurrence recurrence = grant.recurrence();
    Instant end = grant.expiresAt();
    if (cutShort.remove(grant.id()) && recurrence != null && end != null) {
      left(grant, recurrence.restOf(end, end), end);
    }
  }

  /** What is taken of a grant that was left was not used after all. */
  void post(Posting posting) {
    if (posting.type() == EntryType.VOID || posting.type() == EntryType.EXPIRE) {
      ahead.computeIfPresent(
          String.valueOf(posting.grant()), (grant, used) -> used.less(posting.amount().negated()));
    }
  }

  /** What was taken of a grant as it came has made up for what was used ahead. */
  void given(Grant grant, Transaction transaction) {
    Credits less = Credits.ZERO;
    for (Posting each : transaction.postings()) {
      boolean makesUp = each.type() == EntryType.VOID && grant.id().equals(each.grant());
      less = makesUp ? less.minus(each.amount()) : less;
    }
    List<Map.Entry<String, UsedAhead>> inOrder =
        ahead.entrySet().stream()
            .filter(each -> each.getValue().creditType().equals(grant.creditType()))
            .filter(each -> each.getValue().until().isAfter(transaction.postedAt()))
            .sorted(FIRST_OVER)
            .toList();
    for (Map.Entry<String, UsedAhead> each : inOrder) {
      Credits part = less.min(each.getValue().amount());
      ahead.put(each.getKey(), each.getValue().less(part));
      less = less.minus(part);
    }
  }

  void forget(Instant now) {
    ahead.values().removeIf(each -> !each.until().isAfter(now));
  }

  // ---- snapshots

  SortedMap<String, Long> changes() {
    return Collections.unmodifiableSortedMap(new TreeMap<>(changes));
  }

  SortedMap<String, UsedAhead> ahead() {
    return Collections.unmodifiableSortedMap(new TreeMap<>(ahead));
  }

  List<String> cutShort() {
    return List.copyOf(cutShort);
  }

  void restore(WalletSnapshot from) {
    cutShort.addAll(from.cutShort());
    changes.putAll(from.planChanges());
    ahead.putAll(from.usedAhead());
  }
}
