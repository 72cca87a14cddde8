package dev.bursar.domain.wallet;

import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.ledger.EntryType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A wallet's credits of one type: the totals, and the grants that can be drawn on in burn order.
 *
 * <p>Grants stand on shelves, one for each feature and model that they name, or for any where they
 * name none. What a request may use is on four shelves at the most (its feature or any, with its
 * model or any), and no grant is on two of those. So a request costs the same however many grants
 * there are and whatever they are restricted to, and looks at none that is empty.
 */
final class Purse {

  private static final class Shelf {
    final TreeSet<GrantState> grants = new TreeSet<>(GrantState.BURN_ORDER);
    Credits available = Credits.ZERO;

    void change(GrantState grant, Credits before, Credits after) {
      available = available.plus(after.minus(before));
      if (before.isZero()) {
        grants.add(grant);
      } else if (after.isZero()) {
        grants.remove(grant);
      }
    }
  }

  final String creditType;
  Credits balance = Credits.ZERO;
  Credits held = Credits.ZERO;
  Credits debt = Credits.ZERO;

  /** The last entry by which debt was repaid; 0 if none was since the wallet was restored. */
  long repaidThrough;

  private final Map<Catalog.Work, Shelf> shelves = new HashMap<>();
  private final Shelf all = new Shelf();

  /** How many shelves there are of single features, by model. */
  private final Map<@Nullable String, Integer> ofFeatures = new HashMap<>();

  Purse(String creditType) {
    this.creditType = creditType;
  }

  Balance figures() {
    return new Balance(creditType, balance, held, debt);
  }

  /** What this request could draw. */
  Credits available(@Nullable String feature, @Nullable String model) {
    Credits sum = Credits.ZERO;
    for (Shelf shelf : admitting(feature, model)) {
      sum = sum.plus(shelf.available);
    }
    return sum;
  }

  /** Whether there is something that only who names the right feature could draw. */
  boolean hasOfOneFeature(@Nullable String model) {
    return ofFeatures.containsKey(null) || (model != null && ofFeatures.containsKey(model));
  }

  /** Up to this amount from the grants that admit the request, in burn order. */
  List<Draw> draw(Credits amount, @Nullable String feature, @Nullable String model) {
    List<Shelf> admitting = admitting(feature, model);
    return draw(
        amount,
        admitting.size() == 1
            ? admitting.getFirst().grants.iterator()
            : new Merged(admitting.stream().map(shelf -> shelf.grants.iterator()).toList()));
  }

  /** The shelves with something on them that a request may use. */
  private List<Shelf> admitting(@Nullable String feature, @Nullable String model) {
    List<Shelf> admitting = new ArrayList<>(4);
    addShelf(null, null, admitting);
    if (feature != null) {
      addShelf(feature, null, admitting);
    }
    if (model != null) {
      addShelf(null, model, admitting);
    }
    if (feature != null && model != null) {
      addShelf(feature, model, admitting);
    }
    return admitting;
  }

  private void addShelf(@Nullable String feature, @Nullable String model, List<Shelf> to) {
    Shelf shelf = shelves.get(new Catalog.Work(feature, model));
    if (shelf != null) {
      to.add(shelf);
    }
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
    return draw(amount, all.grants.iterator());
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

  /** Puts a grant back on its shelf. */
  void reinstate(GrantState grant) {
    Credits before = grant.available();
    grant.ended = null;
    reshelve(grant, before);
  }

  private void reshelve(GrantState grant, Credits before) {
    Credits after = grant.available();
    if (before.equals(after)) {
      return;
    }
    all.change(grant, before, after);
    for (String feature : orAny(grant.grant.features())) {
      for (String model : orAny(grant.grant.models())) {
        Catalog.Work work = new Catalog.Work(feature, model);
        Shelf shelf = shelves.get(work);
        if (shelf == null) {
          shelf = new Shelf();
          shelves.put(work, shelf);
          countFeature(work, 1);
        }
        shelf.change(grant, before, after);
        if (shelf.grants.isEmpty()) {
          shelves.remove(work);
          countFeature(work, -1);
        }
      }
    }
  }

  private void countFeature(Catalog.Work work, int more) {
    if (work.feature() != null) {
      int count = ofFeatures.getOrDefault(work.model(), 0) + more;
      if (count == 0) {
        ofFeatures.remove(work.model());
      } else {
        ofFeatures.put(work.model(), count);
      }
    }
  }

  private static Collection<@Nullable String> orAny(Set<String> names) {
    return names.isEmpty() ? Collections.singleton(null) : names;
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
