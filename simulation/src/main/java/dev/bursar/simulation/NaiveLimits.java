package dev.bursar.simulation;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.LimitState;
import dev.bursar.domain.budget.Quantities;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Closure;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an org or a team counts against budgets, recounted from its events: every figure that it
 * tells, and that no hard limit is passed by what it lets through.
 */
final class NaiveLimits {

  private record Key(String budget, String member, Instant window) {}

  private record Part(Key key, String measure, BigInteger amount) {}

  private final String name;
  private final Watch watch;
  private final Map<Key, BigInteger> used = new HashMap<>();
  private final Map<Key, BigInteger> held = new HashMap<>();
  private final Map<String, List<Part>> open = new HashMap<>();
  private final Map<String, List<Part>> lapsed = new HashMap<>();
  private final Map<String, BigInteger> usedInAll = new HashMap<>();

  NaiveLimits(String name, Watch watch) {
    this.name = name;
    this.watch = watch;
  }

  boolean hasOpen() {
    return !open.isEmpty();
  }

  boolean isOpen(String reservation) {
    return open.containsKey(reservation);
  }

  /** What was ever used of a budget, over all windows and members. */
  BigInteger usedInAll(String budget) {
    return usedInAll.getOrDefault(budget, BigInteger.ZERO);
  }

  private void expect(boolean holds, String invariant, String format, @Nullable Object... values) {
    watch.expect(holds, invariant, name + ": " + format, values);
  }

  private static BigInteger micros(Credits credits) {
    return BigInteger.valueOf(credits.micros());
  }

  /** A reservation was let through; the limits are as they were told, with it in them. */
  void hold(String reservation, Quantities asked, List<LimitState> limits, Instant at) {
    hold(reservation, asked, limits, at, false);
  }

  /**
   * Work that has run is counted, whatever the limits.
   *
   * @param at when the org put it on record, which decides where it counts; null for what a team is
   *     told of that, whose clock may be another
   */
  void count(String reservation, Quantities asked, List<LimitState> limits, @Nullable Instant at) {
    hold(reservation, asked, limits, at, true);
  }

  private void hold(
      String reservation,
      Quantities asked,
      List<LimitState> limits,
      @Nullable Instant at,
      boolean hasRun) {
    List<Part> parts = new ArrayList<>();
    for (LimitState limit : limits) {
      Key key = new Key(limit.budget(), limit.member(), limit.windowStart());
      BigInteger amount = micros(asked.in(limit.measure()));
      held.merge(key, amount, BigInteger::add);
      BigInteger isUsed = used.getOrDefault(key, BigInteger.ZERO);
      BigInteger isHeld = held.getOrDefault(key, BigInteger.ZERO);
      expect(
          micros(limit.used()).equals(isUsed) && micros(limit.held()).equals(isHeld),
          "model",
          "%s tells %s used and %s held of %s, counted %s and %s",
          reservation,
          limit.used(),
          limit.held(),
          key,
          isUsed,
          isHeld);
      boolean over = isUsed.add(isHeld).compareTo(micros(limit.limit())) > 0;
      if (hasRun && over) {
        watch.saw(Rarity.REPORTED_OVER_A_LIMIT);
      }
      expect(
          hasRun
              || limit.mode() != Budget.Mode.HARD
              || isUsed.add(isHeld).compareTo(micros(limit.limit())) <= 0,
          "I2",
          "%s is let through, with %s used and %s held of %s of %s",
          reservation,
          isUsed,
          isHeld,
          limit.limit(),
          key);
      if (hasRun && at != null && !at.isBefore(limit.resetsAt())) {
        watch.saw(Rarity.REPORTED_FOR_AN_ENDED_WINDOW);
      }
      expect(
          at == null
              || (!at.isBefore(limit.windowStart())
                  && at.isBefore(
                      hasRun ? limit.resetsAt().plus(World.CORRECTION) : limit.resetsAt())),
          "model",
          "%s at %s counts in the window from %s to %s",
          reservation,
          at,
          limit.windowStart(),
          limit.resetsAt());
      parts.add(new Part(key, limit.measure(), amount));
    }
    expect(open.put(reservation, parts) == null, "I12", "%s is held twice", reservation);
  }

  /** A reservation has ended. */
  void settle(Closure closure, Instant at) {
    String reservation = closure.reservation();
    List<Part> parts = open.remove(reservation);
    if (parts == null) {
      parts = closure.kind() == Closure.Kind.LATE ? lapsed.remove(reservation) : null;
      expect(parts != null, "I12", "%s ends and is not open", reservation);
    } else {
      for (Part part : parts) {
        held.merge(part.key, part.amount.negate(), BigInteger::add);
      }
      if (closure.kind() == Closure.Kind.EXPIRED) {
        lapsed.put(reservation, parts);
      }
    }
    if (parts != null && closure.kind().hasRun()) {
      for (Part part : parts) {
        BigInteger more = used(part, closure);
        used.merge(part.key, more, BigInteger::add);
        usedInAll.merge(part.key.budget, more, BigInteger::add);
      }
      if (parts.stream()
          .anyMatch(part -> part.key.window.isAfter(Instant.EPOCH) && isPast(part, at))) {
        watch.saw(Rarity.HOLD_ACROSS_A_RESET);
      }
    }
  }

  private static boolean isPast(Part part, Instant at) {
    return part.key.window.plusSeconds(60).isBefore(at) && part.measure.equals(Quantities.REQUESTS);
  }

  private static BigInteger used(Part part, Closure closure) {
    if (part.measure.equals(Quantities.REQUESTS)) {
      return part.amount;
    }
    return part.measure.equals(Quantities.OPEN_RESERVATIONS)
        ? BigInteger.ZERO
        : micros(closure.charged());
  }
}
