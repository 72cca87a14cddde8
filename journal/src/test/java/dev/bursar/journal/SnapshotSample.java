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
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.org.Org;
import dev.bursar.domain.org.OrgSettings;
import dev.bursar.domain.org.Unit;
import dev.bursar.domain.org.User;
import dev.bursar.domain.team.Team;
import dev.bursar.domain.wallet.Balance;
import dev.bursar.domain.wallet.Debts;
import dev.bursar.domain.wallet.Draw;
import dev.bursar.domain.wallet.WalletOwner;
import dev.bursar.domain.wallet.WalletSnapshot;
import java.time.Instant;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

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
                        Parts.grant(), attribution("grant"), credits("988"), null),
                    new WalletSnapshot.GrantPart(
                        Parts.bareGrant(), bareAttribution("grant"), Credits.ZERO, EntryType.VOID)),
                List.of(new WalletSnapshot.ScheduledPart(Parts.grant(), attribution("grant"))),
                List.of(Parts.hold()),
                List.of(Parts.bareHold(), Parts.hold()),
                Map.of(),
                List.of(),
                List.of(),
                List.of(),
                bytes(88, 11))),
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
                        Parts.recurringGrant(), attribution("grant"), credits("988"), null)),
                List.of(
                    new WalletSnapshot.ScheduledPart(
                        Parts.bareRecurringGrant(), bareAttribution("grant"))),
                List.of(),
                List.of(),
                Map.of("txn_main_41", credits("5.25"), "txn_main_7", credits("0.000001")),
                List.of(
                    new Debts.Owed(
                        "txn_main_9",
                        "platform",
                        credits("0.25"),
                        List.of(
                            new Draw("grant-2", credits("1")), new Draw("grant-1", credits("2")))),
                    new Debts.Owed("txn_main_12", "image", credits("3"), List.of())),
                List.of(Parts.transfer()),
                List.of("trf_9a"),
                bytes(89, 11))),
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
                Map.of(),
                List.of(),
                List.of(),
                List.of(),
                new byte[0])),
        of(SnapshotCodec.teams(), "full", new Team.Snapshot(AT, tallies())),
        of(SnapshotCodec.teams(), "empty", new Team.Snapshot(Instant.EPOCH, noTallies())),
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
                tallies())),
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
                noTallies())));
  }

  private static <S> SnapshotSample<S> of(SnapshotCodec<S> codec, String name, S state) {
    return new SnapshotSample<>(
        codec, name, new EntitySnapshot<>(12, bytes(32, 4), bytes(44, 8), state));
  }

  private static Tallies.Snapshot noTallies() {
    return new Tallies.Snapshot(List.of(), Map.of(), Map.of());
  }

  private static Tallies.Snapshot tallies() {
    Tallies.Counter named = new Tallies.Counter("budget-1", "");
    Tallies.Counter member = new Tallies.Counter("budget-1", "ada");
    List<Tallies.Mark> marks = List.of(new Tallies.Mark(member, AT), new Tallies.Mark(named, AT));
    Map<String, Tallies.Lapsed> lapsed = new LinkedHashMap<>();
    lapsed.put("rsv_z", new Tallies.Lapsed(marks, AT));
    lapsed.put("rsv_a", new Tallies.Lapsed(List.of(), LATER));
    return new Tallies.Snapshot(
        List.of(
            new Tallies.CounterPart(
                named,
                List.of(
                    new Tallies.Tally(LATER, credits("1"), Credits.ZERO),
                    new Tallies.Tally(AT, Credits.ZERO, credits("2")))),
            new Tallies.CounterPart(member, List.of())),
        Map.of(
            "rsv_c", new Tallies.OpenHold(credits("2"), marks),
            "rsv_b", new Tallies.OpenHold(Credits.ZERO, List.of())),
        lapsed);
  }
}
