package dev.bursar.simulation;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Freeze;
import dev.bursar.domain.budget.LimitOverride;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.credits.Credits;
import dev.bursar.simulation.history.Call;
import dev.bursar.simulation.history.Known;
import dev.bursar.simulation.history.OrgShape;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Somebody who freezes scopes of the busy org, all of it among them, and lifts that; and who has
 * other limits count for some time, two for the same one now and then, and takes that back. In the
 * end nothing is frozen any more.
 */
final class SimulatedGovernor {

  private static final int OPERATIONS = 16;
  private static final int BESIDE_LEASES = 8;
  private static final int LIMIT_MAX = 250;
  private static final int FROZEN_FOR_SECONDS = 8;
  private static final int CHANGED_FOR_MS = 15_000;
  private static final Duration LONG = Duration.ofHours(1);
  private static final long SECOND = 1_000_000;
  private static final int AHEAD_MAX_MS = 900;
  private static final Scope ALL = new Scope(Scope.Type.ORG, null, null);

  /** Above all keys of clients, and of the others. */
  private static final long KEYS = 0xd00000000000L;

  private final World world;
  private final ClientGovernance governance;

  /** Of its own, so that what it wants changes nothing of what others want. */
  private final Random random;

  private final Runnable changed;

  /** What it has frozen, and not lifted. */
  private final List<Scope> frozen = new ArrayList<>();

  /** The overrides that it has set, and not removed. */
  private final List<String> set = new ArrayList<>();

  private int left;
  private int names;

  /**
   * @param changed called whenever something may have changed, as those are told then who decide
   *     from leases
   */
  SimulatedGovernor(World world, Runnable changed) {
    this.world = world;
    this.changed = changed;
    this.governance =
        new ClientGovernance(new Asker(world, "governor", new Known(), this::answered));
    this.random = new Random(world.scenario.seed() * 29);
    this.left = world.scenario.hasLeases() ? BESIDE_LEASES : OPERATIONS;
  }

  boolean isDone() {
    return left < 0;
  }

  private void answered() {
    changed.run();
    next();
  }

  void next() {
    if (left-- > 0) {
      long most = random.nextInt(3) == 0 ? 4 * SECOND : SECOND / 2;
      world.time.after(random.nextLong(most), this::act);
    } else if (!frozen.isEmpty()) {
      left++;
      world.time.after(random.nextLong(SECOND), this::lift);
    }
  }

  private void act() {
    boolean isAllFrozen = frozen.contains(ALL);
    switch (random.nextInt(isAllFrozen ? 18 : 10)) {
      case 0, 1 -> freeze();
      case 2 -> thaw();
      case 3, 4, 5, 6 -> override();
      case 7, 8 -> removeOverride();
      case 9 -> thaw();
      default -> unfreeze(ALL);
    }
  }

  // ---- freezes

  private void freeze() {
    Scope scope = frozenScope();
    Instant now = world.cluster.owner(SimulatedClient.ORG).now();
    Instant until =
        random.nextBoolean() ? null : now.plusSeconds(1 + random.nextInt(FROZEN_FOR_SECONDS));
    frozen.remove(scope);
    frozen.add(scope);
    governance.freeze(
        new Call.FreezeScope(SimulatedClient.ORG, new Freeze(scope, until, "audit")), key());
  }

  private Scope frozenScope() {
    return switch (random.nextInt(6)) {
      case 0, 1 -> ALL;
      case 2 -> new Scope(Scope.Type.DEPARTMENT, some(OrgShape.DEPARTMENTS), null);
      case 3 -> new Scope(Scope.Type.TEAM, some(OrgShape.TEAMS), null);
      case 4 -> new Scope(Scope.Type.USER, some(OrgShape.USERS), some(OrgShape.TEAMS));
      default -> new Scope(Scope.Type.USER, some(OrgShape.USERS), null);
    };
  }

  /** What is frozen for good, or longer yet, is lifted; now and then what is not frozen. */
  private void thaw() {
    if (frozen.isEmpty() || random.nextInt(8) == 0) {
      unfreeze(frozenScope());
    } else {
      lift();
    }
  }

  private void lift() {
    unfreeze(frozen.get(random.nextInt(frozen.size())));
  }

  private void unfreeze(Scope scope) {
    frozen.remove(scope);
    governance.unfreeze(SimulatedClient.ORG, scope, key());
  }

  // ---- limits

  private void override() {
    Budget budget = some(OrgShape.overridden());
    switch (random.nextInt(8)) {
      case 0, 1, 2, 3 -> {
        // Of two names, so that two may count for the same limit of the same scope.
        String name = (random.nextBoolean() ? "one-" : "two-") + budget.id();
        boolean suspends = random.nextInt(4) == 0;
        override(name, budget.scope(), budget.id(), suspends ? null : limit(LIMIT_MAX));
      }
      case 4 -> override("above-" + budget.id(), ALL, budget.id(), null);
      case 5 -> {
        Scope scope = suspendedScope();
        override("all-" + scope.words().replace(' ', '-'), scope, null, null);
      }
      default -> {
        String user = some(OrgShape.USERS);
        boolean isMember = random.nextBoolean();
        Budget each = byDefault(isMember ? "red-member" : "each-user");
        Scope scope = new Scope(Scope.Type.USER, user, each.scope().team());
        if (world.scenario.has(Beside.LIMITS_OF_USERS)) {
          override(each.id() + "-of-" + user, scope, each.id(), limit(LIMIT_MAX / 3));
        } else {
          override("none-of-" + user, scope, null, null);
        }
      }
    }
  }

  private static Budget byDefault(String id) {
    return OrgShape.budgets().stream()
        .filter(each -> each.id().equals(id))
        .findFirst()
        .orElseThrow();
  }

  private Scope suspendedScope() {
    return switch (random.nextInt(4)) {
      case 0 -> ALL;
      case 1 -> new Scope(Scope.Type.DEPARTMENT, some(OrgShape.DEPARTMENTS), null);
      case 2 -> new Scope(Scope.Type.TEAM, some(OrgShape.TEAMS), null);
      default -> new Scope(Scope.Type.USER, some(OrgShape.USERS), null);
    };
  }

  private Credits limit(int most) {
    return Credits.of(1 + random.nextInt(most));
  }

  private void override(
      String name, Scope scope, @Nullable String budget, @Nullable Credits limit) {
    Duration lasts =
        random.nextInt(3) == 0 ? LONG : Duration.ofMillis(1 + random.nextInt(CHANGED_FOR_MS));
    Instant until = world.cluster.owner(SimulatedClient.ORG).now().plus(lasts);
    set.remove(name);
    set.add(name);
    governance.override(
        SimulatedClient.ORG, new LimitOverride(name, scope, budget, limit, until, "audit"), key());
  }

  private void removeOverride() {
    if (set.isEmpty()) {
      override();
      return;
    }
    // The last of them most often: then what it has replaced counts again.
    boolean last = random.nextBoolean();
    String name = set.remove(last ? set.size() - 1 : random.nextInt(set.size()));
    if (random.nextInt(8) == 0) {
      // It is removed once more.
      set.add(name);
    }
    governance.removeOverride(SimulatedClient.ORG, name, key());
  }

  private <T> T some(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  private String key() {
    long millis = world.cluster.earliestNow().toEpochMilli() + random.nextInt(AHEAD_MAX_MS);
    return "%08x-%04x-7000-8000-%012x".formatted(millis >>> 16, millis & 0xffff, KEYS + names++);
  }
}
