package dev.bursar.journal;

import static dev.bursar.journal.Parts.AT;
import static dev.bursar.journal.Parts.LATER;
import static dev.bursar.journal.Parts.attribution;
import static dev.bursar.journal.Parts.bareAttribution;
import static dev.bursar.journal.Parts.bytes;
import static dev.bursar.journal.Parts.credits;

import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.budget.Tallies;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.operation.Place;
import dev.bursar.domain.org.Draft;
import dev.bursar.domain.org.Org;
import dev.bursar.domain.org.OrgSettings;
import dev.bursar.domain.org.PlanGrantChange;
import dev.bursar.domain.org.PlanGrants;
import dev.bursar.domain.org.Unit;
import dev.bursar.domain.org.User;
import dev.bursar.domain.team.Team;
import dev.bursar.domain.wallet.Balance;
import dev.bursar.domain.wallet.UsedAhead;
import dev.bursar.domain.wallet.WalletOwner;
import dev.bursar.domain.wallet.WalletSnapshot;
import java.time.Instant;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A snapshot with a name: that of its golden file. */
record SnapshotSample<S>(SnapshotCodec<S> codec, String name, EntitySnapshot<S> snapshot) {

  byte[] encoded() {
    return codec.encode(snapshot);
  }

  @Override
  public String toString() {
    return codec.manifest() + " " + name;
  }

  static Stream<SnapshotSample<?>> all() {
    return Stream.of(
        of(
            SnapshotCodec.wallets(),
            "full",
            new WalletSnapshot(
                new WalletOwner("analytics"),
                AT,
                70_000,
                bytes(32, 9),
                List.of(
                    new Balance("image", Credits.ZERO, Credits.ZERO, Credits.ZERO),
                    Parts.balance()),
                List.of(
                    new WalletSnapshot.GrantPart(
                        Parts.grant(), attribution("grant"), credits("988"), null, null, null),
                    new WalletSnapshot.GrantPart(
                        Parts.bareGrant(),
                        bareAttribution("grant"),
                        Credits.ZERO,
                        EntryType.VOID,
                        null,
                        null)),
                List.of(new WalletSnapshot.ScheduledPart(Parts.grant(), attribution("grant"))),
                List.of(Parts.hold()),
                List.of(Parts.bareHold(), Parts.hold()),
                List.of(),
                List.of(),
                bytes(88, 11),
                Map.of(),
                Map.of(),
                List.of())),
        of(
            SnapshotCodec.wallets(),
            "corrected",
            new WalletSnapshot(
                WalletOwner.ORG,
                AT,
                70_000,
                bytes(32, 9),
                List.of(Parts.balance()),
                List.of(
                    new WalletSnapshot.GrantPart(
                        Parts.recurringGrant(),
                        attribution("grant"),
                        credits("988"),
                        null,
                        null,
                        null)),
                List.of(
                    new WalletSnapshot.ScheduledPart(
                        Parts.bareRecurringGrant(), bareAttribution("grant"))),
                List.of(),
                List.of(),
                List.of(new WalletSnapshot.TransferPart(Parts.transfer(), null)),
                List.of("trf_9a"),
                bytes(89, 11),
                Map.of(),
                Map.of(),
                List.of())),
        of(
            SnapshotCodec.wallets(),
            "empty",
            new WalletSnapshot(
                null,
                Instant.EPOCH,
                0,
                new byte[32],
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                new byte[0],
                Map.of(),
                Map.of(),
                List.of())),
        voided("voided", null, bytes(86, 11)),
        voided("voided_through", 69_999L, bytes(85, 11)),
        of(
            SnapshotCodec.wallets(),
            "transferred",
            new WalletSnapshot(
                WalletOwner.ORG,
                AT,
                70_000,
                bytes(32, 9),
                List.of(Parts.balance()),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(new WalletSnapshot.TransferPart(Parts.transfer(), "txn_main_41")),
                List.of(),
                bytes(87, 11),
                Map.of(),
                Map.of(),
                List.of())),
        of(
            SnapshotCodec.wallets(),
            "leased",
            new WalletSnapshot(
                WalletOwner.ORG,
                AT,
                70_000,
                bytes(32, 9),
                List.of(Parts.balance()),
                List.of(),
                List.of(),
                List.of(Parts.lease()),
                List.of(),
                List.of(),
                List.of(),
                bytes(85, 11),
                Map.of(),
                Map.of(),
                List.of())),
        of(
            SnapshotCodec.wallets(),
            "plan_changes",
            new WalletSnapshot(
                WalletOwner.ORG,
                AT,
                70_000,
                bytes(32, 9),
                List.of(Parts.balance()),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                bytes(84, 11),
                Map.of("plan:team:monthly:1", 5_000_000_000L, "plan:pro:a:2", 3L),
                Map.of(
                    "plan:team:monthly:1#3",
                    new UsedAhead("platform", Credits.parse("12.5"), LATER),
                    "plan:pro:a:2",
                    new UsedAhead("platform", Credits.ZERO, AT)),
                List.of("plan:pro:b:4"))),
        of(SnapshotCodec.teams(), "leased", new Team.Snapshot(AT, leased(), Map.of())),
        of(SnapshotCodec.teams(), "full", new Team.Snapshot(AT, tallies(), Map.of())),
        of(
            SnapshotCodec.teams(),
            "held_at",
            new Team.Snapshot(AT, tallies(), Map.of("rsv_c", AT, "rsv_b", LATER))),
        of(SnapshotCodec.teams(), "empty", new Team.Snapshot(Instant.EPOCH, noTallies(), Map.of())),
        of(
            SnapshotCodec.orgs(),
            "full",
            new Org.Snapshot(
                new OrgSettings("ACME", ZoneId.of("Europe/Berlin"), "team", List.of("vision")),
                AT,
                List.of(new Unit("analytics", Unit.Kind.TEAM, "Analytics", null)),
                List.of(new User("ada", "Ada", null, List.of("analytics"))),
                List.of(
                    Parts.bareBudget(), Parts.budget(new Scope(Scope.Type.EACH_USER, null, null))),
                Map.of("main", WalletOwner.ORG, "analytics", new WalletOwner("analytics")),
                List.of(Parts.fullPlan(), Parts.plan()),
                tallies(),
                List.of(),
                Map.of(),
                List.of(),
                List.of(),
                Map.of(),
                null,
                List.of())),
        of(
            SnapshotCodec.orgs(),
            "governed",
            new Org.Snapshot(
                new OrgSettings("ACME", ZoneId.of("Europe/Berlin"), null, List.of()),
                AT,
                List.of(),
                List.of(),
                List.of(),
                Map.of(),
                List.of(),
                metered(),
                List.of(Parts.bareBudget()),
                Map.of("budget-2", new Draft(new Place(12, 3), "0f6f3f0d")),
                List.of(Parts.override(), Parts.suspension()),
                List.of(Parts.freeze()),
                Map.of(),
                null,
                List.of())),
        of(
            SnapshotCodec.orgs(),
            "taken_over",
            new Org.Snapshot(
                new OrgSettings("ACME", ZoneId.of("Europe/Berlin"), null, List.of()),
                AT,
                List.of(),
                List.of(),
                List.of(),
                Map.of(),
                List.of(Parts.plan()),
                noTallies(),
                List.of(),
                Map.of(),
                List.of(),
                List.of(),
                Map.of(Parts.plan().reservation(), 2),
                null,
                List.of())),
        of(
            SnapshotCodec.orgs(),
            "subscribed",
            new Org.Snapshot(
                new OrgSettings("ACME", ZoneId.of("Europe/Berlin"), "team", List.of("vision")),
                AT,
                List.of(),
                List.of(),
                List.of(),
                Map.of("main", WalletOwner.ORG),
                List.of(),
                noTallies(),
                List.of(),
                Map.of(),
                List.of(),
                List.of(),
                Map.of(),
                new PlanGrants.Snapshot(
                    AT,
                    AT,
                    4,
                    List.of(Parts.given(), Parts.givenOnce()),
                    List.of(Parts.given()),
                    List.of("add_on:vision\nstart"),
                    List.of("plan:team\nwelcome"),
                    List.of(
                        new PlanGrantChange(4, PlanGrantChange.Kind.GIVE, Parts.givenOnce(), AT))),
                List.of())),
        of(
            SnapshotCodec.orgs(),
            "expired",
            new Org.Snapshot(
                new OrgSettings("ACME", ZoneId.of("Europe/Berlin"), null, List.of()),
                AT,
                List.of(),
                List.of(),
                List.of(),
                Map.of(),
                List.of(),
                expired(),
                List.of(),
                Map.of(),
                List.of(),
                List.of(),
                Map.of(),
                null,
                List.of(Parts.plan()))),
        of(
            SnapshotCodec.orgs(),
            "empty",
            new Org.Snapshot(
                null,
                Instant.EPOCH,
                List.of(),
                List.of(),
                List.of(),
                Map.of(),
                List.of(),
                noTallies(),
                List.of(),
                Map.of(),
                List.of(),
                List.of(),
                Map.of(),
                null,
                List.of())));
  }

  private static <S> SnapshotSample<S> of(SnapshotCodec<S> codec, String name, S state) {
    return new SnapshotSample<>(
        codec, name, new EntitySnapshot<>(12, bytes(32, 4), bytes(44, 8), state));
  }

  /** Of one that expired late usage has come. */
  private static SnapshotSample<WalletSnapshot> voided(
      String name, @Nullable Long through, byte[] endings) {
    return of(
        SnapshotCodec.wallets(),
        name,
        new WalletSnapshot(
            WalletOwner.ORG,
            AT,
            70_000,
            bytes(32, 9),
            List.of(Parts.balance()),
            List.of(
                new WalletSnapshot.GrantPart(
                    Parts.grant(),
                    attribution("grant"),
                    credits("12.5"),
                    EntryType.VOID,
                    AT,
                    through)),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            endings,
            Map.of(),
            Map.of(),
            List.of()));
  }

  private static Tallies.Snapshot expired() {
    String reservation = Parts.plan().reservation();
    Tallies.Mark mark = new Tallies.Mark(new Tallies.Counter("budget-1", ""), AT, null);
    Map<String, Tallies.Lapsed> lapsed = new LinkedHashMap<>();
    lapsed.put(reservation, new Tallies.Lapsed(Map.of(), List.of(mark), LATER));
    lapsed.put(
        "rsv_l",
        new Tallies.Lapsed(
            Map.of(),
            List.of(mark),
            LATER,
            Closure.of("rsv_l", credits("1.5"), Closure.Kind.LATE)));
    return new Tallies.Snapshot(List.of(), Map.of(), lapsed);
  }

  private static Tallies.Snapshot noTallies() {
    return new Tallies.Snapshot(List.of(), Map.of(), Map.of());
  }

  /** A lease of which something was handed back. */
  private static Tallies.Snapshot leased() {
    return new Tallies.Snapshot(
        List.of(),
        Map.of(
            "rsv_c",
            new Tallies.OpenHold(
                credits("2"),
                Map.of("requests", 7L, "open_reservations", 0L),
                List.of(new Tallies.Mark(new Tallies.Counter("budget-1", ""), AT, null)),
                credits("1.5"))),
        Map.of());
  }

  /** Counts in other measures, with thresholds. */
  private static Tallies.Snapshot metered() {
    Tallies.Counter counter = new Tallies.Counter("budget-1", "");
    Tallies.Mark mark = new Tallies.Mark(counter, AT, "input_tokens");
    Map<String, Long> usage = Map.of("input_tokens", 1_200L);
    return new Tallies.Snapshot(
        List.of(
            new Tallies.CounterPart(
                counter,
                List.of(
                    new Tallies.Tally(
                        AT,
                        credits("1"),
                        credits("1200"),
                        new Tallies.Watch(credits("5000"), List.of(50, 90), 50))))),
        Map.of("rsv_c", new Tallies.OpenHold(credits("2"), usage, List.of(mark))),
        Map.of("rsv_l", new Tallies.Lapsed(usage, List.of(mark), LATER)));
  }

  private static Tallies.Snapshot tallies() {
    Tallies.Counter named = new Tallies.Counter("budget-1", "");
    Tallies.Counter member = new Tallies.Counter("budget-1", "ada");
    List<Tallies.Mark> marks =
        List.of(new Tallies.Mark(member, AT, null), new Tallies.Mark(named, AT, null));
    Map<String, Tallies.Lapsed> lapsed = new LinkedHashMap<>();
    lapsed.put("rsv_z", new Tallies.Lapsed(Map.of(), marks, AT));
    lapsed.put("rsv_a", new Tallies.Lapsed(Map.of(), List.of(), LATER));
    return new Tallies.Snapshot(
        List.of(
            new Tallies.CounterPart(
                named,
                List.of(
                    new Tallies.Tally(LATER, credits("1"), Credits.ZERO, null),
                    new Tallies.Tally(AT, Credits.ZERO, credits("2"), null))),
            new Tallies.CounterPart(member, List.of())),
        Map.of(
            "rsv_c", new Tallies.OpenHold(credits("2"), Map.of(), marks),
            "rsv_b", new Tallies.OpenHold(Credits.ZERO, Map.of(), List.of())),
        lapsed);
  }
}
