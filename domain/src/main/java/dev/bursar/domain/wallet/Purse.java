package dev.bursar.domain.wallet;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.ledger.EntryType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A wallet's credits of one type: the totals, and the grants that can be drawn on in burn order.
 * Grants with the same restrictions share a shelf, so that a request looks at no grant that it may
 * not use nor at one that is empty.
 */
final class Purse {

  private record Restriction(Set<String> features, Set<String> models) {
    boolean admits(@Nullable String feature, @Nullable String model) {
      return (features.isEmpty() || (feature != null && features.contains(feature)))
          && (models.isEmpty() || (model != null && models.contains(model)));
    }
  }

  private static final class Shelf {
    final TreeSet<GrantState> grants = new TreeSet<>(GrantState.BURN_ORDER);
    Credits available = Credits.ZERO;
  }

  final String creditType;
  Credits balance = Credits.ZERO;
  Credits held = Credits.ZERO;
  Credits debt = Credits.ZERO;
  private final Map<Restriction, Shelf> shelves = new HashMap<>();

  Purse(String creditType) {
    this.creditType = creditType;
  }

  Balance figures() {
    return new Balance(creditType, balance, held, debt);
  }

  /** What this request could draw. */
  Credits available(@Nullable String feature, @Nullable String model) {
    Credits sum = Credits.ZERO;
    for (Map.Entry<Restriction, Shelf> each : shelves.entrySet()) {
      if (each.getKey().admits(feature, model)) {
        sum = sum.plus(each.getValue().available);
      }
    }
    return sum;
  }

  /** Up to this amount from the grants that admit the request, in burn order. */
  List<Draw> draw(Credits amount, @Nullable String feature, @Nullable String model) {
    return draw(amount, inBurnOrder(restriction -> restriction.admits(feature, model)));
  }

  private static List<Draw> draw(Credits amount, Iterator<GrantState> grants) {
    List<Draw> draws = new ArrayList<>(2);
    Credits missing = amount;
    while (missing.isPositive() && grants.hasNext()) {
      GrantState grant = grants.next();
      Credits part = grant.available().min(missing);
      draws.add(new Draw(grant.grant.id(), part));
      missing = missing.minus(part);
    }
    return draws;
  }

  /** What is not held, whatever it may be used for. */
  Credits available() {
    return balance.minus(held);
  }

  /** Up to this amount from all grants, in burn order, whatever they may be used for. */
  List<Draw> draw(Credits amount) {
    return draw(amount, inBurnOrder(any -> true));
  }

  private Iterator<GrantState> inBurnOrder(Predicate<Restriction> admitted) {
    List<Iterator<GrantState>> sources = new ArrayList<>(1);
    for (Map.Entry<Restriction, Shelf> each : shelves.entrySet()) {
      if (!each.getValue().grants.isEmpty() && admitted.test(each.getKey())) {
        sources.add(each.getValue().grants.iterator());
      }
    }
    return sources.size() == 1 ? sources.getFirst() : new Merged(sources);
  }

  /** Changes what is left and held of a grant, and keeps totals and shelves true to it. */
  void change(GrantState grant, Credits remainingMore, Credits heldMore) {
    Credits before = grant.available();
    grant.remaining = grant.remaining.plus(remainingMore);
    grant.held = grant.held.plus(heldMore);
    held = held.plus(heldMore);
    reshelve(grant, before);
  }

  /** Takes a grant from its shelf for good. */
  void end(GrantState grant, EntryType why) {
    Credits before = grant.available();
    grant.ended = why;
    reshelve(grant, before);
  }

  private void reshelve(GrantState grant, Credits before) {
    Credits after = grant.available();
    if (before.equals(after)) {
      return;
    }
    Restriction restriction = new Restriction(grant.grant.features(), grant.grant.models());
    Shelf shelf = shelves.computeIfAbsent(restriction, r -> new Shelf());
    shelf.available = shelf.available.plus(after.minus(before));
    if (before.isZero()) {
      shelf.grants.add(grant);
    } else if (after.isZero()) {
      shelf.grants.remove(grant);
      if (shelf.grants.isEmpty()) {
        shelves.remove(restriction);
      }
    }
  }

  /** Several shelves read as one, each already in burn order. */
  private static final class Merged implements Iterator<GrantState> {
    private record Head(GrantState grant, Iterator<GrantState> rest) {}

    private final PriorityQueue<Head> heads =
        new PriorityQueue<>(Comparator.comparing(Head::grant, GrantState.BURN_ORDER));

    Merged(List<Iterator<GrantState>> sources) {
      sources.forEach(this::advance);
    }

    private void advance(Iterator<GrantState> source) {
      if (source.hasNext()) {
        heads.add(new Head(source.next(), source));
      }
    }

    @Override
    public boolean hasNext() {
      return !heads.isEmpty();
    }

    @Override
    public GrantState next() {
      Head head = heads.remove();
      advance(head.rest);
      return head.grant;
    }
  }
}
