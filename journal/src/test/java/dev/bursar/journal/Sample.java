package dev.bursar.journal;

import static dev.bursar.journal.Parts.AT;
import static dev.bursar.journal.Parts.LATER;
import static dev.bursar.journal.Parts.RESERVATION;
import static dev.bursar.journal.Parts.attribution;
import static dev.bursar.journal.Parts.balance;
import static dev.bursar.journal.Parts.bareAttribution;
import static dev.bursar.journal.Parts.bytes;
import static dev.bursar.journal.Parts.correction;
import static dev.bursar.journal.Parts.credits;
import static dev.bursar.journal.Parts.posting;
import static dev.bursar.journal.Parts.transaction;
import static dev.bursar.journal.Parts.valued;

import dev.bursar.domain.budget.LimitState;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.enforcement.Denial;
import dev.bursar.domain.enforcement.DenialCode;
import dev.bursar.domain.enforcement.Reported;
import dev.bursar.domain.entity.Batch;
import dev.bursar.domain.entity.Recorded;
import dev.bursar.domain.lease.Lease;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.ledger.Posting;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.org.OrgSettings;
import dev.bursar.domain.org.PlanGrantChange;
import dev.bursar.domain.org.Unit;
import dev.bursar.domain.org.User;
import dev.bursar.domain.team.TeamEvent;
import dev.bursar.domain.wallet.Draw;
import dev.bursar.domain.wallet.WalletEvent;
import dev.bursar.domain.wallet.WalletOwner;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A row of the journal with a name.
 *
 * @param name the name of its golden file: the event's, and what is special about it
 */
record Sample<E>(BatchCodec<E> codec, String name, Batch<E> batch) {

  byte[] encoded() {
    return codec.encode(batch);
  }

  @Override
  public String toString() {
    return codec.manifest() + " " + name;
  }

  static Stream<Sample<?>> all() {
    return Stream.of(wallets(), teams(), orgs()).flatMap(List::stream);
  }

  static List<Sample<WalletEvent>> wallets() {
    return List.of(
        wallet("opened", new WalletEvent.Opened(AT, "acme", "main", WalletOwner.ORG)),
        wallet(
            "opened-for-team",
            new WalletEvent.Opened(AT, "acme", "main", new WalletOwner("analytics"))),
        wallet(
            "grant_scheduled",
            new WalletEvent.GrantScheduled(AT, Parts.grant(), attribution("grant"))),
        wallet(
            "granted",
            new WalletEvent.Granted(
                AT,
                Parts.grant(),
                transaction(
                    attribution("grant"),
                    posting(1, EntryType.GRANT, "1000.5", "1000.5"),
                    new Posting(
                        2,
                        EntryType.DEBT_REPAID,
                        credits("-3.25"),
                        credits("997.25"),
                        credits("0.25"),
                        "grant-1",
                        null,
                        bytes(32, 2))),
                balance())),
        wallet(
            "granted-bare",
            new WalletEvent.Granted(
                AT,
                Parts.bareGrant(),
                transaction(
                    bareAttribution("schedule"),
                    posting(1, EntryType.GRANT, "0.000001", "0.000001")),
                balance())),
        wallet(
            "grant_expired",
            new WalletEvent.GrantExpired(
                AT,
                "grant-1",
                transaction(
                    bareAttribution("schedule"), posting(70_000, EntryType.EXPIRE, "-7", "988")),
                balance())),
        wallet(
            "grant_voided",
            new WalletEvent.GrantVoided(
                AT, "grant-1", null, null, transaction(attribution("void")), balance())),
        wallet(
            "grant_voided-by-plan",
            new WalletEvent.GrantVoided(
                AT,
                "plan:team:a:1",
                7L,
                credits("3"),
                transaction(bareAttribution("plan")),
                balance())),
        wallet(
            "grant_terms_changed",
            new WalletEvent.GrantTermsChanged(
                AT,
                5_000_000_000L,
                Parts.recurringGrant(),
                Credits.parse("7.5"),
                transaction(bareAttribution("plan"), posting(9, EntryType.VOID, "-7", "981")),
                balance())),
        wallet(
            "grant_terms_changed-end",
            new WalletEvent.GrantTermsChanged(
                AT,
                3,
                Parts.recurringGrant(),
                null,
                transaction(bareAttribution("plan")),
                balance())),
        wallet("held", new WalletEvent.CreditsHeld(AT, Parts.hold(), balance())),
        wallet("held-bare", new WalletEvent.CreditsHeld(AT, Parts.bareHold(), balance())),
        wallet(
            "held-by-tiers", new WalletEvent.CreditsHeld(AT, Parts.hold(Parts.TIERED), balance())),
        wallet(
            "held-by-formula",
            new WalletEvent.CreditsHeld(AT, Parts.hold(Parts.BY_FORMULA), balance())),
        wallet("hold_extended", new WalletEvent.HoldExtended(AT, RESERVATION, LATER)),
        wallet("committed", committed()),
        wallet(
            "committed-by-usage",
            new WalletEvent.Committed(
                AT,
                RESERVATION,
                credits("11.75"),
                credits("0.75"),
                Credits.ZERO,
                Credits.ZERO,
                false,
                true,
                Map.of("input_tokens", 1_150L, "output_tokens", 12L),
                transaction(
                    attribution("commit"), posting(41, EntryType.CONSUME, "-11.75", "988.25")),
                balance())),
        wallet(
            "committed-late",
            new WalletEvent.Committed(
                AT,
                RESERVATION,
                credits("1234567890123.456789"),
                Credits.ZERO,
                credits("0.25"),
                credits("0.000001"),
                true,
                false,
                Map.of(),
                transaction(
                    bareAttribution("commit"),
                    posting(5_000_000_000L, EntryType.LATE_USAGE, "-12", "988"),
                    new Posting(
                        5_000_000_001L,
                        EntryType.DEBT,
                        credits("0.25"),
                        credits("988"),
                        credits("0.25"),
                        null,
                        null,
                        bytes(32, 6))),
                balance())),
        wallet(
            "charged",
            new WalletEvent.Charged(
                AT,
                RESERVATION,
                credits("3"),
                true,
                transaction(attribution("commit"), posting(43, EntryType.CONSUME, "-3", "985.25")),
                balance())),
        wallet(
            "usage_charged",
            new WalletEvent.UsageCharged(
                AT,
                RESERVATION,
                credits("3.25"),
                credits("0.25"),
                credits("0.5"),
                true,
                new Reported("/gateways/eu-1", "evt-17", AT),
                true,
                transaction(
                    attribution("report"),
                    posting(43, EntryType.LATE_USAGE, "-3", "985.25"),
                    new Posting(
                        44,
                        EntryType.DEBT,
                        credits("0.25"),
                        credits("985.25"),
                        credits("0.25"),
                        null,
                        null,
                        bytes(32, 7))),
                balance())),
        wallet(
            "released",
            new WalletEvent.Released(
                AT,
                RESERVATION,
                WalletEvent.Cause.EXPIRED,
                credits("12.5"),
                true,
                transaction(attribution("reservation")),
                balance())),
        wallet("held-as-lease", new WalletEvent.CreditsHeld(AT, Parts.lease(), balance())),
        wallet(
            "held-as-lease-of-meters",
            new WalletEvent.CreditsHeld(
                AT,
                Parts.lease(
                    Lease.granted(
                        "gateway-1",
                        LATER,
                        credits("12.5"),
                        Map.of("requests", 500L, "output_tokens", 5_000_000_000L),
                        "key_2x7Qm",
                        7,
                        Set.of())),
                balance())),
        wallet(
            "held-as-lease-of-any-feature",
            new WalletEvent.CreditsHeld(
                AT,
                Parts.lease(
                    Lease.granted(
                        "gateway-1",
                        LATER,
                        credits("12.5"),
                        Map.of(),
                        "key_2x7Qm",
                        7,
                        Set.of("feature"))),
                balance())),
        wallet(
            "usage_charged-from-lease",
            new WalletEvent.UsageCharged(
                AT,
                "rsv_acme_main_2",
                credits("3"),
                Credits.ZERO,
                Credits.ZERO,
                false,
                new Reported(RESERVATION, "17", AT, 4L),
                true,
                transaction(attribution("report"), posting(43, EntryType.CONSUME, "-3", "985.25")),
                balance(),
                credits("2.5"))),
        wallet(
            "lease_settled",
            new WalletEvent.LeaseSettled(
                AT,
                RESERVATION,
                Parts.terms(),
                LATER,
                null,
                credits("1.5"),
                false,
                transaction(attribution("lease"), posting(43, EntryType.VOID, "-1.5", "986.75")),
                balance())),
        wallet(
            "lease_settled-added",
            new WalletEvent.LeaseSettled(
                AT,
                RESERVATION,
                Parts.terms(),
                LATER,
                "rsv_acme_main_2",
                Credits.ZERO,
                true,
                transaction(bareAttribution("lease")),
                balance())),
        wallet("lease_revoked", new WalletEvent.LeaseRevoked(AT, RESERVATION, "key_2x7Qm")),
        wallet(
            "released-lease",
            new WalletEvent.Released(
                AT,
                RESERVATION,
                WalletEvent.Cause.RELEASED,
                credits("12.5"),
                true,
                transaction(attribution("close")),
                balance(),
                Parts.terms())),
        wallet("hold_barred", new WalletEvent.HoldBarred(AT, RESERVATION)),
        wallet(
            "grant_scheduled-recurring",
            new WalletEvent.GrantScheduled(AT, Parts.bareRecurringGrant(), attribution("grant"))),
        wallet(
            "granted-recurring",
            new WalletEvent.Granted(
                AT,
                Parts.recurringGrant(),
                transaction(
                    attribution("grant"),
                    valued(1, EntryType.GRANT, "1000.5", "grant-1#3", "92.25")),
                balance())),
        wallet(
            "grant_renewed",
            new WalletEvent.GrantRenewed(
                AT,
                "grant-1#2",
                Parts.recurringGrant(),
                transaction(
                    bareAttribution("recurrence"),
                    valued(43, EntryType.EXPIRE, "-7", "grant-1#2", "-0.63"),
                    valued(44, EntryType.TRANSFER_OUT, "-0.5", "grant-1#2", "-0.045"),
                    valued(45, EntryType.GRANT, "1000", "grant-1#3", "90"),
                    valued(46, EntryType.TRANSFER_IN, "0.5", "grant-1#3", "0.045")),
                balance())),
        wallet(
            "refunded",
            new WalletEvent.Refunded(
                AT,
                "txn_main_41",
                credits("5.25"),
                List.of(new Draw("grant-2", credits("1")), new Draw("grant-1", credits("0.25"))),
                correction(
                    attribution("refund"),
                    new Posting(
                        44,
                        EntryType.DEBT,
                        credits("-3.75"),
                        credits("988.25"),
                        Credits.ZERO,
                        null,
                        null,
                        bytes(32, 44)),
                    valued(45, EntryType.REFUND, "1.5", "grant-1", "0.135"),
                    valued(46, EntryType.EXPIRE, "-1.5", "grant-1", "-0.135")),
                balance())),
        wallet(
            "refunded-bare",
            new WalletEvent.Refunded(
                AT,
                "txn_main_41",
                credits("0.000001"),
                List.of(),
                correction(
                    bareAttribution("refund"), posting(44, EntryType.REFUND, "0.000001", "988.25")),
                balance())),
        wallet(
            "adjusted",
            new WalletEvent.Adjusted(
                AT,
                Parts.bareGrant(),
                transaction(
                    attribution("adjust"), posting(43, EntryType.ADJUST, "0.000001", "988.25")),
                balance())),
        wallet(
            "adjusted-down",
            new WalletEvent.Adjusted(
                AT,
                null,
                transaction(
                    attribution("adjust"), valued(43, EntryType.ADJUST, "-2", "grant-1", "-0.18")),
                balance())),
        wallet(
            "adjusted-back",
            new WalletEvent.Adjusted(
                AT,
                null,
                correction(
                    attribution("adjust"), valued(43, EntryType.ADJUST, "2", "grant-1", "0.18")),
                balance())),
        wallet(
            "transferred_out",
            new WalletEvent.TransferredOut(
                AT,
                Parts.transfer(),
                transaction(
                    attribution("transfer"),
                    valued(43, EntryType.TRANSFER_OUT, "-12", "grant-1", "-1.08"),
                    posting(44, EntryType.TRANSFER_OUT, "-0.5", "975.75")),
                balance())),
        wallet(
            "transferred_out-attributed",
            new WalletEvent.TransferredOut(
                AT,
                Parts.transfer(attribution("transfer")),
                transaction(
                    attribution("transfer"),
                    valued(43, EntryType.TRANSFER_OUT, "-12", "grant-1", "-1.08"),
                    posting(44, EntryType.TRANSFER_OUT, "-0.5", "975.75")),
                balance())),
        wallet(
            "transferred_in",
            new WalletEvent.TransferredIn(
                AT,
                Parts.transfer(),
                transaction(
                    attribution("transfer"),
                    valued(
                        43, EntryType.TRANSFER_IN, "12", "trf_0f6f3f0d2c114c559d1b77aa_1", "1.08"),
                    posting(44, EntryType.TRANSFER_IN, "0.5", "1000.75")),
                balance())),
        wallet(
            "transfer_barred", new WalletEvent.TransferBarred(AT, "trf_0f6f3f0d2c114c559d1b77aa")),
        wallet(
            "transfer_settled",
            new WalletEvent.TransferSettled(AT, "trf_0f6f3f0d2c114c559d1b77aa")),
        wallet(
            "transfer_returned",
            new WalletEvent.TransferReturned(
                AT,
                "trf_0f6f3f0d2c114c559d1b77aa",
                transaction(
                    bareAttribution("transfer_returned"),
                    posting(45, EntryType.TRANSFER_IN, "0.5", "976.25"),
                    valued(46, EntryType.TRANSFER_IN, "12", "grant-1", "1.08")),
                balance())));
  }

  /** What a plain commit looks like. */
  static WalletEvent.Committed committed() {
    return new WalletEvent.Committed(
        AT,
        RESERVATION,
        credits("11.75"),
        credits("0.75"),
        Credits.ZERO,
        Credits.ZERO,
        false,
        true,
        Map.of(),
        transaction(
            attribution("commit"),
            posting(41, EntryType.CONSUME, "-11.5", "988.5"),
            posting(42, EntryType.CONSUME, "-0.25", "988.25")),
        balance());
  }

  static List<Sample<TeamEvent>> teams() {
    return List.of(
        team(
            "held",
            new TeamEvent.BudgetHeld(
                AT,
                RESERVATION,
                credits("12.5"),
                Map.of(),
                List.of(
                    Parts.limit(
                        new Scope(Scope.Type.USER, "ada", "analytics"), LimitState.SOURCE_DEFAULT),
                    Parts.limit(
                        new Scope(Scope.Type.TEAM, "analytics", null), LimitState.SOURCE_BUDGET)))),
        team(
            "held-bare",
            new TeamEvent.BudgetHeld(AT, RESERVATION, Credits.ZERO, Map.of(), List.of())),
        team("settled", new TeamEvent.BudgetSettled(AT, closure(Closure.Kind.LATE), List.of())),
        team(
            "held-metered",
            new TeamEvent.BudgetHeld(
                AT,
                RESERVATION,
                credits("12.5"),
                Map.of("input_tokens", 1_200L, "output_tokens", 800L),
                List.of(Parts.overridden()))),
        team(
            "settled-by-usage",
            new TeamEvent.BudgetSettled(
                AT,
                new Closure(
                    RESERVATION,
                    credits("11.75"),
                    Closure.Kind.COMMITTED,
                    Map.of("input_tokens", 1_150L)),
                List.of(Parts.alert()))),
        team(
            "counting_started",
            new TeamEvent.CountingStarted(
                AT,
                Parts.budget(new Scope(Scope.Type.EACH_MEMBER, null, "analytics")),
                List.of(Parts.openPart()),
                List.of("rsv_gone"))),
        team(
            "counted_before",
            new TeamEvent.CountedBefore(AT, "budget-1", 12L, List.of(Parts.openingCount()))),
        team(
            "settled-from-lease",
            new TeamEvent.BudgetSettled(
                AT, closure(Closure.Kind.COMMITTED).drawnFrom("rsv_acme_main_2"), List.of())),
        team(
            "settled-from-lease-in-part",
            new TeamEvent.BudgetSettled(
                AT,
                closure(Closure.Kind.COMMITTED).drawnFrom("rsv_acme_main_2", credits("2.5")),
                List.of())),
        team(
            "settled-added",
            new TeamEvent.BudgetSettled(
                AT, Closure.added(RESERVATION, "rsv_acme_main_2"), List.of())),
        team("hold_barred", new TeamEvent.BudgetBarred(AT, RESERVATION)),
        team("budget_forgotten", new TeamEvent.BudgetForgotten(AT, "budget-1", null)),
        team("budget_forgotten-through", new TeamEvent.BudgetForgotten(AT, "budget-1", 12L)));
  }

  static List<Sample<OrgEvent>> orgs() {
    return List.of(
        org(
            "org_put",
            new OrgEvent.OrgPut(
                AT,
                "acme",
                new OrgSettings(
                    "ACME ⟨Überwachung⟩ 日本",
                    ZoneId.of("America/Argentina/Buenos_Aires"),
                    "enterprise",
                    List.of("vision", "audio")),
                "key_2x7Qm")),
        org(
            "org_put-subscribed",
            new OrgEvent.OrgPut(
                AT,
                "acme",
                new OrgSettings(
                    "ACME",
                    ZoneId.of("Europe/Berlin"),
                    "enterprise",
                    List.of(),
                    7,
                    AT,
                    AT.plusSeconds(3_600),
                    AT.plusSeconds(7_200)),
                "key_2x7Qm")),
        org(
            "org_put-bare",
            new OrgEvent.OrgPut(
                AT, "acme", new OrgSettings("", ZoneOffset.UTC, null, List.of()), "key_2x7Qm")),
        org(
            "unit_put",
            new OrgEvent.UnitPut(
                AT,
                new Unit("analytics", Unit.Kind.TEAM, "Analytics", "engineering"),
                "key_2x7Qm")),
        org(
            "unit_put-bare",
            new OrgEvent.UnitPut(
                AT, new Unit("cc-17", Unit.Kind.COST_CENTER, "17", null), "key_2x7Qm")),
        org("unit_removed", new OrgEvent.UnitRemoved(AT, "analytics", "key_2x7Qm")),
        org(
            "user_put",
            new OrgEvent.UserPut(
                AT,
                new User("ada", "Ada", "ada@acme.example", List.of("research", "analytics")),
                "key_2x7Qm")),
        org(
            "user_put-bare",
            new OrgEvent.UserPut(AT, new User("ci", null, null, List.of()), "key_2x7Qm")),
        org(
            "budget_put",
            new OrgEvent.BudgetPut(
                AT,
                Parts.budget(new Scope(Scope.Type.EACH_MEMBER, null, "analytics")),
                List.of(),
                "key_2x7Qm")),
        org(
            "budget_put-bare",
            new OrgEvent.BudgetPut(AT, Parts.bareBudget(), List.of(), "key_2x7Qm")),
        org(
            "budget_put-counted",
            new OrgEvent.BudgetPut(
                AT, Parts.bareBudget(), List.of(Parts.openingCount()), "key_2x7Qm")),
        org(
            "budget_drafted",
            new OrgEvent.BudgetDrafted(
                AT, Parts.bareBudget(), List.of(Parts.openPart()), "0f6f3f0d", "key_2x7Qm")),
        org("override_put", new OrgEvent.OverridePut(AT, Parts.override(), "key_2x7Qm")),
        org(
            "override_put-suspending",
            new OrgEvent.OverridePut(AT, Parts.suspension(), "key_2x7Qm")),
        org("override_removed", new OrgEvent.OverrideRemoved(AT, "launch", "key_2x7Qm")),
        org("frozen", new OrgEvent.Frozen(AT, Parts.freeze(), "key_2x7Qm")),
        org(
            "unfrozen",
            new OrgEvent.Unfrozen(AT, new Scope(Scope.Type.ORG, null, null), "key_2x7Qm")),
        org("barred", new OrgEvent.ReservationBarred(AT, "rsv_acme_main_1")),
        org("taken_over", new OrgEvent.ReservationTakenOver(AT, "rsv_acme_main_1", 2)),
        org("budget_removed", new OrgEvent.BudgetRemoved(AT, "budget-1", "key_2x7Qm")),
        org("wallet_put", new OrgEvent.WalletPut(AT, "main", WalletOwner.ORG, "key_2x7Qm")),
        org(
            "plan_grants_settled",
            new OrgEvent.PlanGrantsSettled(
                AT,
                AT,
                List.of(
                    new PlanGrantChange(1, PlanGrantChange.Kind.GIVE, Parts.given(), AT),
                    new PlanGrantChange(2, PlanGrantChange.Kind.MOVE_END, Parts.given(), AT),
                    new PlanGrantChange(3, PlanGrantChange.Kind.LEAVE, Parts.given(), AT),
                    new PlanGrantChange(
                        5_000_000_000L, PlanGrantChange.Kind.END, Parts.givenOnce(), AT)))),
        org("plan_grants_settled-none", new OrgEvent.PlanGrantsSettled(AT, AT, List.of())),
        org(
            "plan_grant_told",
            new OrgEvent.PlanGrantTold(AT, 5_000_000_000L, "plan:team:monthly:1", true)),
        org("begun", new OrgEvent.ReservationBegun(AT, Parts.plan())),
        org("begun-by-usage", new OrgEvent.ReservationBegun(AT, Parts.fullPlan())),
        org("begun-placed", new OrgEvent.ReservationBegun(AT, Parts.placedPlan())),
        org("begun-lease", new OrgEvent.ReservationBegun(AT, Parts.leasePlan())),
        org(
            "begun-lease-by-version",
            new OrgEvent.ReservationBegun(AT, Parts.leasePlan().until(LATER, 7))),
        org(
            "begun-lease-of-any-feature",
            new OrgEvent.ReservationBegun(AT, Parts.leasePlan(Set.of("feature")))),
        org(
            "settled-shrunk",
            new OrgEvent.ReservationSettled(
                AT, Closure.shrunk(RESERVATION, credits("1.5")), List.of())),
        org("begun-reported", new OrgEvent.ReservationBegun(AT, Parts.reportedPlan())),
        org(
            "denied",
            new OrgEvent.ReservationDenied(
                AT,
                Parts.fullPlan(),
                List.of(
                    new Denial(
                        DenialCode.BUDGET_EXCEEDED,
                        Parts.orgLimit(),
                        null,
                        null,
                        credits("12.5"),
                        "the org's budget is used up"),
                    new Denial(
                        DenialCode.INSUFFICIENT_CREDITS,
                        null,
                        null,
                        credits("-0.5"),
                        credits("12.5"),
                        "")),
                new Operation("reserve:4f0c2b1e", -7_123_456_789_012_345_678L))),
        org(
            "denied-without-rate",
            new OrgEvent.ReservationDenied(
                AT,
                Parts.unpricedPlan(),
                List.of(
                    new Denial(DenialCode.NO_RATE, null, null, null, null, "nothing has a price")),
                null)),
        org(
            "denied-frozen",
            new OrgEvent.ReservationDenied(
                AT,
                Parts.unpricedPlan(),
                List.of(
                    new Denial(
                        DenialCode.FROZEN,
                        null,
                        new Scope(Scope.Type.TEAM, "analytics", null),
                        null,
                        credits("1"),
                        "the team is frozen")),
                null)),
        org("settled", new OrgEvent.ReservationSettled(AT, closure(Closure.Kind.ENDED), List.of())),
        org(
            "settled-alerting",
            new OrgEvent.ReservationSettled(
                AT, closure(Closure.Kind.COMMITTED), List.of(Parts.alert()))),
        org(
            "settled-costing",
            new OrgEvent.ReservationSettled(
                AT, closure(Closure.Kind.COMMITTED).costing(credits("12.5")), List.of())));
  }

  private static Closure closure(Closure.Kind kind) {
    return Closure.of(RESERVATION, credits("11.75"), kind);
  }

  static <E> Batch<E> batch(E event) {
    return new Batch<>(
        7,
        bytes(32, 1),
        LATER,
        List.of(new Recorded<>(event, new Operation("op:4f0c2b1e", 1_234_567_890_123_456_789L))));
  }

  private static Sample<WalletEvent> wallet(String name, WalletEvent event) {
    return new Sample<>(BatchCodec.wallets(), name, batch(event));
  }

  private static Sample<TeamEvent> team(String name, TeamEvent event) {
    return new Sample<>(
        BatchCodec.teams(),
        name,
        new Batch<>(1, new byte[32], null, List.of(new Recorded<>(event, null))));
  }

  private static Sample<OrgEvent> org(String name, OrgEvent event) {
    return new Sample<>(BatchCodec.orgs(), name, batch(event));
  }
}
