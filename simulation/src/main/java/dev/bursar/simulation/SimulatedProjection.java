package dev.bursar.simulation;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.OpeningCount;
import dev.bursar.domain.budget.Quantities;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.budget.Window;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Plan;
import dev.bursar.domain.entity.Batch;
import dev.bursar.domain.entity.Recorded;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.ledger.LedgerEntry;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.domain.operation.Place;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.wallet.WalletEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The ledger and the usage as read models: two projectors read the journal in the order of
 * transactions, up to the oldest that is still open, and write rows and position in one
 * transaction.
 */
final class SimulatedProjection {

  private static final int PAGE = 20;

  /** About half a minute. */
  private static final int CAUGHT_UP_TRIES = 1_000;

  /** What is known of a wallet's ledger. */
  private static final class Ledger {
    private long row;
    private long entries;
    private byte[] head = new byte[32];
  }

  private final World world;

  /** Of its own, so that what it does changes nothing of what happens else. */
  private final Random random;

  private final Map<String, Ledger> ledgers = new TreeMap<>();
  private final Map<EntityId, Long> rows = new HashMap<>();
  private final Map<String, Usage> usage = new LinkedHashMap<>();
  private SimulatedJournal.Position position = SimulatedJournal.Position.BEGINNING;

  SimulatedProjection(World world) {
    this.world = world;
    this.random = new Random(world.scenario.seed());
    poll();
    poll();
  }

  private void poll() {
    world.time.after(20_000 + random.nextInt(1_500_000), this::read);
  }

  private void read() {
    SimulatedJournal.Position from = position;
    boolean beyond = world.tampering.projectsWhatIsStillOpen();
    List<SimulatedJournal.Written> page = world.journal.after(from, beyond, PAGE);
    boolean crashes = world.scenario.has(Fault.CRASH) && random.nextInt(20) == 0;
    boolean slow = world.scenario.has(Fault.WRITE_SLOW) && random.nextInt(20) == 0;
    world.time.after(
        slow ? 1_000_000 + random.nextInt(3_000_000) : 500 + random.nextInt(20_000),
        () -> {
          boolean first = from.equals(position) || world.tampering.projectsTwice();
          if (!page.isEmpty() && !crashes && first) {
            page.forEach(this::take);
            position = page.getLast().position();
          }
          poll();
        });
  }

  private void take(SimulatedJournal.Written written) {
    EntityId id = written.id();
    if (id.kind() != EntityId.Kind.WALLET) {
      if (id.kind() == EntityId.Kind.ORG && world.scenario.has(Beside.BUDGETERS)) {
        takeUsage(written);
      }
      return;
    }
    Ledger ledger = ledgers.computeIfAbsent(id.toString(), name -> new Ledger());
    world.watch.expect(
        written.sequence() == ledger.row + 1,
        "I7",
        "the read model of %s takes row %d after row %d",
        id,
        written.sequence(),
        ledger.row);
    ledger.row = written.sequence();
    Batch<WalletEvent> batch =
        world.models.wallets().batches().decode(written.row().manifest(), written.row().bytes());
    for (Recorded<WalletEvent> recorded : batch.recorded()) {
      Transaction transaction = recorded.event().transaction();
      List<LedgerEntry> entries =
          transaction == null ? List.of() : LedgerEntry.of(id.org(), id.name(), transaction);
      for (LedgerEntry entry : new ArrayList<>(entries)) {
        ledger.entries++;
        world.watch.expect(
            entry.posting().sequence() == ledger.entries
                && Arrays.equals(entry.previousHash(), ledger.head),
            "I7",
            "the read model of %s has entry %d as its %d",
            id,
            entry.posting().sequence(),
            ledger.entries);
        ledger.head = entry.posting().hash();
      }
    }
  }

  // ---- usage

  /** What came of what an org has begun. */
  private static final class Usage {
    private final Plan plan;
    private @Nullable Place ended;
    private Credits charged = Credits.ZERO;
    private boolean hasRun;

    private Usage(Plan plan) {
      this.plan = plan;
    }

    private Credits used(Budget budget) {
      return switch (budget.measure()) {
        case Quantities.REQUESTS -> hasRun ? Credits.of(1) : Credits.ZERO;
        case Quantities.OPEN_RESERVATIONS -> Credits.ZERO;
        default -> budget.measure().equals(plan.creditType()) ? charged : Credits.ZERO;
      };
    }

    private boolean concerns(Scope scope) {
      Subject subject = plan.request().subject();
      boolean named =
          switch (scope.type()) {
            case ORG -> true;
            case TEAM -> Objects.equals(scope.id(), subject.team());
            case DEPARTMENT -> plan.departments().contains(scope.id());
            case USER -> Objects.equals(scope.id(), subject.user());
            case EACH_USER, EACH_MEMBER -> subject.user() != null;
            case AGENT, PRODUCT, COST_CENTER -> false;
          };
      return named && (scope.team() == null || scope.team().equals(subject.team()));
    }

    private void ends(Place place, Credits amount, boolean ran) {
      ended = place;
      charged = amount;
      hasRun = ran;
    }
  }

  private void takeUsage(SimulatedJournal.Written written) {
    rows.put(written.id(), written.sequence());
    Batch<OrgEvent> batch =
        world.models.orgs().batches().decode(written.row().manifest(), written.row().bytes());
    int index = 0;
    for (Recorded<OrgEvent> recorded : batch.recorded()) {
      Place place = new Place(written.sequence(), index++);
      switch (recorded.event()) {
        case OrgEvent.ReservationBegun it ->
            usage.put(it.plan().reservation(), new Usage(it.plan()));
        case OrgEvent.ReservationDenied it ->
            ends(it.plan().reservation(), place, Credits.ZERO, false);
        case OrgEvent.ReservationSettled it when it.closure().kind().ends() ->
            ends(
                it.closure().reservation(),
                place,
                it.closure().kind().hasRun() ? it.closure().charged() : Credits.ZERO,
                it.closure().kind().hasRun());
        case OrgEvent other -> {}
      }
    }
  }

  private void ends(String reservation, Place place, Credits charged, boolean hasRun) {
    Usage of = usage.get(reservation);
    if (of != null) {
      of.ends(place, charged, hasRun);
    }
  }

  /**
   * Once it knows of all that is in the journal of an org by now.
   *
   * @param failed what is done if that takes too long
   */
  void whenCaughtUp(EntityId org, Runnable then, Runnable failed) {
    long head = world.tampering.readsUsageBehind() ? 0 : world.journal.last(org);
    await(org, head, CAUGHT_UP_TRIES, then, failed);
  }

  private void await(EntityId org, long head, int tries, Runnable then, Runnable failed) {
    world.time.after(
        5_000 + random.nextInt(50_000),
        () -> {
          if (rows.getOrDefault(org, 0L) >= head) {
            then.run();
          } else if (tries == 0) {
            failed.run();
          } else {
            await(org, head, tries - 1, then, failed);
          }
        });
  }

  /** What counts against a budget of an org in a window, of what had ended before a place. */
  List<OpeningCount> usedBefore(EntityId org, Budget budget, Window window, Place before) {
    Map<String, Credits> sums = new TreeMap<>();
    for (Usage each : usage.values()) {
      Place ended = each.ended;
      Instant at = each.plan.countedAt();
      boolean isBefore =
          ended != null
              && each.plan.request().subject().org().equals(org.org())
              && (ended.sequence() < before.sequence()
                  || (ended.sequence() == before.sequence() && ended.index() < before.index()));
      if (isBefore && at != null && window.contains(at) && each.concerns(budget.scope())) {
        sums.merge(
            budget.scope().member(each.plan.request().subject().user()),
            each.used(budget),
            Credits::plus);
      }
    }
    List<OpeningCount> found = new ArrayList<>();
    sums.forEach(
        (member, used) -> {
          if (used.isPositive()) {
            found.add(new OpeningCount(member, window.start(), used));
          }
        });
    return found;
  }

  /** What those of these come to that have ended. */
  Map<String, Credits> used(Budget budget, Set<String> reservations) {
    Map<String, Credits> found = new TreeMap<>();
    for (String reservation : reservations) {
      Usage of = usage.get(reservation);
      if (of != null && of.ended != null) {
        found.put(reservation, of.used(budget));
      }
    }
    return found;
  }

  /** Whether it has come to the end of the journal. */
  void expectToBeThrough() {
    for (EntityId id : world.watch.shadows.entities()) {
      Ledger ledger = ledgers.getOrDefault(id.toString(), new Ledger());
      world.watch.expect(
          id.kind() != EntityId.Kind.WALLET || ledger.row == world.journal.last(id),
          "I7",
          "the read model of %s has come to row %d of %d",
          id,
          ledger.row,
          world.journal.last(id));
    }
  }
}
