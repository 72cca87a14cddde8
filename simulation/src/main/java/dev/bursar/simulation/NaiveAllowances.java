package dev.bursar.simulation;

import dev.bursar.domain.budget.Quantities;
import dev.bursar.domain.enforcement.Closure;
import dev.bursar.simulation.NaiveLimits.Part;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What leases may yet use against the budgets of an org or a team: it is held there. */
final class NaiveAllowances {

  /** What a lease may yet use: credits, requests, and reservations at once. */
  private record Allowance(BigInteger credits, BigInteger requests, BigInteger atOnce) {
    static Allowance of(NaiveQuantities asked) {
      return new Allowance(
          asked.amount(), asked.in(Quantities.REQUESTS), asked.in(Quantities.OPEN_RESERVATIONS));
    }

    BigInteger in(String measure) {
      return switch (measure) {
        case Quantities.REQUESTS -> requests;
        case Quantities.OPEN_RESERVATIONS -> atOnce;
        default -> credits;
      };
    }

    Allowance plus(Allowance more) {
      return new Allowance(
          credits.add(more.credits), requests.add(more.requests), atOnce.add(more.atOnce));
    }
  }

  private final String name;
  private final Watch watch;
  private final NaiveLimits limits;

  /** What each lease may yet use. */
  private final Map<String, Allowance> allowances = new HashMap<>();

  /** What was handed back of each lease so far. */
  private final Map<String, BigInteger> returned = new HashMap<>();

  NaiveAllowances(String name, Watch watch, NaiveLimits limits) {
    this.name = name;
    this.watch = watch;
    this.limits = limits;
  }

  private void expect(boolean holds, String invariant, String format, @Nullable Object... values) {
    watch.expectOf(name, holds, invariant, format, values);
  }

  /** Something is held, and may be a lease, or what is to be added to one. */
  void begin(String reservation, NaiveQuantities asked) {
    if (asked.isLease()) {
      allowances.put(reservation, Allowance.of(asked));
    }
  }

  boolean has(String reservation) {
    return allowances.containsKey(reservation);
  }

  /** Whether a lease may yet use some of that. */
  boolean hasLeft(String lease, String measure) {
    Allowance has = allowances.get(lease);
    return has != null && has.in(measure).signum() > 0;
  }

  /** Whether all that a use of a lease comes to is paid from what that has left here. */
  boolean paysFor(String lease, Closure use) {
    Allowance has = allowances.get(lease);
    BigInteger charged = NaiveLimits.micros(use.charged());
    return has != null
        && use.kind().hasRun()
        && use.fromLease().equals(use.charged())
        && charged.compareTo(has.credits) <= 0
        && has.requests.signum() > 0;
  }

  /** So much was used of a lease, by one request. */
  void draw(String lease, BigInteger charged) {
    Allowance has = allowances.get(lease);
    if (has != null && limits.isOpen(lease)) {
      leaves(
          lease,
          new Allowance(
              has.credits.subtract(charged.min(has.credits)),
              has.requests.subtract(NaiveLimits.ONE_REQUEST).max(BigInteger.ZERO),
              has.atOnce));
    }
  }

  /** So much has come back of it by now. */
  void handBack(String lease, BigInteger inAll) {
    Allowance has = allowances.get(lease);
    BigInteger before = returned.getOrDefault(lease, BigInteger.ZERO);
    expect(
        has != null && limits.isOpen(lease) && inAll.compareTo(before) > 0,
        "I3",
        "%s gives back %s after %s",
        lease,
        inAll,
        before);
    if (has != null) {
      returned.put(lease, inAll);
      leaves(
          lease,
          new Allowance(
              has.credits.subtract(inAll.subtract(before)).max(BigInteger.ZERO),
              has.requests,
              has.atOnce));
    }
  }

  /** What was held by itself is held by a lease from now on, in all that either is held in. */
  void add(String added, @Nullable String lease) {
    List<Part> more = limits.open.remove(added);
    Allowance ofMore = allowances.get(added);
    Allowance has = lease == null ? null : allowances.get(lease);
    if (more == null || ofMore == null) {
      expect(false, "I12", "%s is added to a lease and not open", added);
      return;
    }
    limits.free(added, more);
    List<Part> parts = lease == null ? null : limits.open.get(lease);
    if (lease == null || has == null || parts == null) {
      return;
    }
    List<Part> all = new ArrayList<>(parts);
    for (Part part : more) {
      if (all.stream().noneMatch(each -> each.key().equals(part.key()))) {
        all.add(new Part(part.key(), part.measure(), BigInteger.ZERO));
      }
    }
    limits.open.put(lease, all);
    leaves(lease, has.plus(ofMore));
  }

  /** A lease holds so much from now on, wherever it holds. */
  private void leaves(String lease, Allowance left) {
    allowances.put(lease, left);
    List<Part> parts = new ArrayList<>();
    for (Part part : limits.open.getOrDefault(lease, List.of())) {
      BigInteger amount = left.in(part.measure());
      limits.add(part.key(), BigInteger.ZERO, amount.subtract(part.amount()));
      parts.add(new Part(part.key(), part.measure(), amount));
    }
    limits.open.put(lease, parts);
  }
}
