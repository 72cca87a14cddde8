package dev.bursar.journal;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Budgets;
import dev.bursar.domain.budget.Freeze;
import dev.bursar.domain.budget.LimitOverride;
import dev.bursar.domain.budget.LimitState;
import dev.bursar.domain.budget.OpenPart;
import dev.bursar.domain.budget.OpeningCount;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.budget.ThresholdAlert;
import dev.bursar.domain.budget.WindowKind;
import dev.bursar.domain.catalog.Condition;
import dev.bursar.domain.catalog.Expression;
import dev.bursar.domain.catalog.Formula;
import dev.bursar.domain.catalog.PlanGrant;
import dev.bursar.domain.catalog.Price;
import dev.bursar.domain.catalog.Tiers;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.credits.Money;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.Plan;
import dev.bursar.domain.enforcement.Reported;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.lease.Lease;
import dev.bursar.domain.lease.LeaseTerms;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.ledger.Posting;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.domain.org.GivenGrant;
import dev.bursar.domain.wallet.Balance;
import dev.bursar.domain.wallet.Draw;
import dev.bursar.domain.wallet.Grant;
import dev.bursar.domain.wallet.Hold;
import dev.bursar.domain.wallet.Recurrence;
import dev.bursar.domain.wallet.Transfer;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the samples are made of. Golden files hold them: what is here is added to, not changed. */
final class Parts {

  static final Instant AT = Instant.parse("2026-03-29T00:59:59.123456Z");
  static final Instant LATER = Instant.parse("2026-03-29T01:04:59.123456Z");
  static final String RESERVATION = "rsv_acme_main_Hk3.q7Zx0-Wb5tYc8Rm2LpAd";
  static final Subject FULL_SUBJECT =
      new Subject("acme", "analytics", "ada", "chat", "cc-17", "indexer");
  private static final Expression TOKENS = new Expression.Units("input_tokens");
  static final Price PRICE =
      new Price(
          "platform",
          Map.of(
              "output_tokens", new BigDecimal("0.000015"),
              "input_tokens", new BigDecimal("0.0000030"),
              "requests", new BigDecimal("1")));

  static final Price TIERED =
      new Price(
          "platform",
          Map.of("requests", new BigDecimal("0.5")),
          Map.of(
              "output_tokens",
              new Tiers(
                  Tiers.Kind.GRADUATED,
                  List.of(
                      new Tiers.Step(1_000L, new BigDecimal("0.0000300")),
                      new Tiers.Step(null, new BigDecimal("0.000015")))),
              "input_tokens",
              new Tiers(Tiers.Kind.VOLUME, List.of(new Tiers.Step(null, BigDecimal.ONE)))),
          null);

  /** With every part that a formula can have. */
  static final Price BY_FORMULA =
      new Price(
          "platform",
          Map.of(),
          Map.of(),
          new Formula(
              "all of it",
              new Expression.Choice(
                  new Condition.Both(
                      new Condition.Either(
                          compare(Condition.Order.MORE), new Condition.Always(false)),
                      new Condition.Not(compare(Condition.Order.EQUAL))),
                  new Expression.Sum(
                      new Expression.Product(
                          TOKENS, new Expression.Constant(new BigDecimal("0.0000030"))),
                      new Expression.Difference(
                          new Expression.Quotient(TOKENS, 1_000),
                          new Expression.Remainder(TOKENS, 7))),
                  new Expression.Least(
                      new Expression.Greatest(
                          TOKENS, new Expression.Constant(new BigDecimal("-2"))),
                      new Expression.Constant(BigDecimal.TEN)))));

  private Parts() {}

  private static Condition compare(Condition.Order order) {
    return new Condition.Comparison(
        order, TOKENS, new Expression.Constant(new BigDecimal("200000")));
  }

  static byte[] bytes(int length, int from) {
    byte[] bytes = new byte[length];
    for (int i = 0; i < length; i++) {
      bytes[i] = (byte) (from + i * 7);
    }
    return bytes;
  }

  static Credits credits(String amount) {
    return Credits.parse(amount);
  }

  static Attribution attribution(String trigger) {
    return new Attribution(
        trigger,
        "key_2x7Qm",
        FULL_SUBJECT,
        "chat",
        "large",
        "session-9",
        "4f0c2b1e-77aa-4c55-9d1b-0f6f3f0d2c11",
        Map.of("ticket", "T-1", "env", "prod", "zebra", ""),
        bytes(16, 3));
  }

  static Attribution bareAttribution(String trigger) {
    return new Attribution(
        trigger,
        Attribution.SELF,
        Subject.ofOrg("acme"),
        null,
        null,
        null,
        null,
        Map.of(),
        bytes(16, 5));
  }

  static Grant grant() {
    return new Grant(
        "grant-1",
        "platform",
        credits("1000.5"),
        Grant.Category.PAID,
        10,
        AT,
        LATER,
        Set.of("search", "chat", "vision"),
        Set.of("small", "large"),
        new Money(credits("90"), "EUR"),
        null,
        "invoice 2026-17",
        AT);
  }

  static GivenGrant given() {
    return new GivenGrant(
        "plan:team:monthly:1",
        "plan:team",
        new PlanGrant(
            "monthly",
            "platform",
            credits("1000.5"),
            new Recurrence.Terms(Recurrence.Interval.MONTH, null, credits("1"), credits("2")),
            20,
            Set.of("search", "chat"),
            Set.of("small")),
        AT,
        AT,
        credits("0.000001"),
        LATER);
  }

  static GivenGrant givenOnce() {
    return new GivenGrant(
        "plan:vision:start:4",
        "add_on:vision",
        new PlanGrant("start", "image", credits("5"), null, 50, Set.of(), Set.of()),
        AT,
        LATER,
        credits("5"),
        null);
  }

  static Grant bareGrant() {
    return new Grant(
        "grant-2",
        "platform",
        credits("0.000001"),
        Grant.Category.PROMOTIONAL,
        Grant.PRIORITY_DEFAULT,
        AT,
        null,
        Set.of(),
        Set.of(),
        null,
        null,
        "welcome",
        AT);
  }

  static Hold hold() {
    return new Hold(
        RESERVATION,
        "platform",
        credits("12.5"),
        List.of(new Draw("grant-1", credits("12")), new Draw("grant-2", credits("0.5"))),
        PRICE,
        AT,
        LATER,
        OveragePolicy.CAP,
        true,
        attribution("reservation"));
  }

  static Hold hold(Price price) {
    Hold hold = hold();
    return new Hold(
        hold.reservation(),
        hold.creditType(),
        hold.amount(),
        hold.draws(),
        price,
        hold.madeAt(),
        hold.expiresAt(),
        hold.overagePolicy(),
        hold.teamHolds(),
        hold.attribution());
  }

  static Hold bareHold() {
    return new Hold(
        RESERVATION,
        "platform",
        Credits.ZERO,
        List.of(),
        null,
        AT,
        LATER,
        OveragePolicy.RECORD,
        false,
        bareAttribution("reservation"));
  }

  static Posting posting(long sequence, EntryType type, String amount, String balance) {
    return new Posting(
        sequence,
        type,
        credits(amount),
        credits(balance),
        Credits.ZERO,
        "grant-1",
        null,
        bytes(32, (int) sequence));
  }

  static Transaction transaction(Attribution attribution, Posting... postings) {
    return new Transaction(
        "txn-" + postings.length,
        AT,
        "platform",
        attribution.trigger().equals("commit") ? RESERVATION : null,
        null,
        attribution,
        bytes(32, 0),
        List.copyOf(Arrays.asList(postings)));
  }

  /** A grant that is given every month, with everything that says how. */
  static Grant recurringGrant() {
    Recurrence recurrence =
        new Recurrence(
            new Recurrence.Terms(Recurrence.Interval.MONTH, AT, credits("10"), credits("250.5")),
            AT,
            LATER,
            credits("1000"),
            new Money(credits("90"), "EUR"),
            "grant-1",
            3);
    return with("grant-1#3", new Money(credits("92.25"), "EUR"), recurrence);
  }

  /** A grant that is given every day for ever, counted from where it took effect. */
  static Grant bareRecurringGrant() {
    Recurrence recurrence =
        new Recurrence(
            new Recurrence.Terms(Recurrence.Interval.DAY, null, Credits.ZERO, Credits.ZERO),
            AT,
            null,
            credits("1000.5"),
            null,
            "grant-3",
            1);
    return with("grant-3", null, recurrence);
  }

  private static Grant with(String id, @Nullable Money costBasis, @Nullable Recurrence recurrence) {
    Grant like = grant();
    return new Grant(
        id,
        like.creditType(),
        like.amount(),
        like.category(),
        like.priority(),
        like.effectiveAt(),
        like.expiresAt(),
        like.features(),
        like.models(),
        costBasis,
        recurrence,
        like.source(),
        like.createdAt());
  }

  /** An entry on a grant that has a cost basis. */
  static Posting valued(long sequence, EntryType type, String amount, String grant, String euros) {
    return new Posting(
        sequence,
        type,
        credits(amount),
        credits("988.25"),
        Credits.ZERO,
        grant,
        new Money(credits(euros), "EUR"),
        bytes(32, (int) sequence));
  }

  /** Entries that correct what an earlier transaction did. */
  static Transaction correction(Attribution attribution, Posting... postings) {
    return new Transaction(
        "txn_main_44",
        AT,
        "platform",
        null,
        "txn_main_41",
        attribution,
        bytes(32, 0),
        List.copyOf(Arrays.asList(postings)));
  }

  /** Two parts of grants on their way: one with everything, one bare. */
  static Transfer transfer() {
    return transfer(null);
  }

  static Transfer transfer(@Nullable Attribution attribution) {
    return new Transfer(
        "trf_0f6f3f0d2c114c559d1b77aa",
        "main",
        "research",
        "platform",
        credits("12.5"),
        List.of(new Draw("grant-1", credits("12")), new Draw("grant-2", credits("0.5"))),
        List.of(
            with("trf_0f6f3f0d2c114c559d1b77aa_1", new Money(credits("1.08"), "EUR"), null),
            bareGrant()),
        attribution);
  }

  static Balance balance() {
    return new Balance("platform", credits("988"), credits("12.5"), credits("0.25"));
  }

  static LimitState limit(Scope scope, String source) {
    return new LimitState(
        "budget-" + scope.type().ordinal(),
        scope,
        "platform",
        WindowKind.MONTH,
        Budget.Mode.HARD,
        credits("5000"),
        credits("123.456789"),
        credits("12.5"),
        Instant.parse("2026-03-01T00:00:00Z"),
        Instant.parse("2026-04-01T00:00:00Z"),
        source,
        null,
        List.of(),
        null);
  }

  /** A limit that an override has changed, with thresholds. */
  static LimitState overridden() {
    return new LimitState(
        "budget-9",
        new Scope(Scope.Type.TEAM, "analytics", null),
        "input_tokens",
        WindowKind.DAY,
        Budget.Mode.SHADOW,
        credits("5000"),
        credits("123"),
        credits("1200"),
        AT,
        LATER,
        LimitState.SOURCE_BUDGET,
        "launch",
        List.of(50, 90),
        12L);
  }

  static ThresholdAlert alert() {
    return new ThresholdAlert("budget-1", "ada", AT, 90, credits("4500.5"), credits("5000"), 12L);
  }

  static OpenPart openPart() {
    return new OpenPart(
        "rsv_open", "ada", AT, credits("12.5"), Map.of("input_tokens", 1_200L), true);
  }

  static OpeningCount openingCount() {
    return new OpeningCount("ada", AT, credits("123.456789"));
  }

  static LimitOverride override() {
    return new LimitOverride(
        "launch",
        new Scope(Scope.Type.USER, "ada", "analytics"),
        "budget-1",
        credits("7500"),
        LATER,
        "launch week");
  }

  static LimitOverride suspension() {
    return new LimitOverride("audit", new Scope(Scope.Type.ORG, null, null), null, null, LATER, "");
  }

  static Freeze freeze() {
    return new Freeze(new Scope(Scope.Type.DEPARTMENT, "eng", null), null, "runaway agent");
  }

  static LimitState orgLimit() {
    return limit(new Scope(Scope.Type.ORG, null, null), LimitState.SOURCE_BUDGET);
  }

  static Budget budget(Scope scope) {
    return new Budget(
        "budget-1",
        scope,
        "platform",
        WindowKind.MONTH,
        credits("5000"),
        Budget.Mode.SOFT,
        Set.of("search", "chat"),
        Set.of("small", "large", "medium"),
        List.of(50, 75, 90, 100),
        ZoneId.of("Europe/Berlin"),
        31);
  }

  static Budget bareBudget() {
    return new Budget(
        "budget-2",
        new Scope(Scope.Type.ORG, null, null),
        "platform",
        WindowKind.LIFETIME,
        Credits.MAX_INPUT,
        Budget.Mode.SHADOW,
        Set.of(),
        Set.of(),
        List.of(),
        ZoneId.of("UTC"),
        1);
  }

  /** By amount, for an org alone: what a plain reservation looks like. */
  static Plan plan() {
    return new Plan(
        RESERVATION,
        new ReserveRequest(
            new Subject("acme", null, "ada", null, null, null),
            "chat",
            "large",
            null,
            null,
            null,
            credits("12.5"),
            "platform",
            300,
            OveragePolicy.RECORD,
            false,
            false,
            Map.of()),
        "main",
        "platform",
        credits("12.5"),
        null,
        List.of(
            limit(new Scope(Scope.Type.USER, "ada", null), LimitState.SOURCE_DEFAULT), orgLimit()),
        List.of(),
        "key_2x7Qm",
        "4f0c2b1e-77aa-4c55-9d1b-0f6f3f0d2c11",
        bytes(16, 3),
        List.of(),
        null,
        null);
  }

  /** By usage, with everything. */
  static Plan fullPlan() {
    return new Plan(
        RESERVATION,
        new ReserveRequest(
            FULL_SUBJECT,
            "chat",
            "large",
            "session-9",
            "main",
            Map.of("output_tokens", 5_000_000_000L, "input_tokens", 1200L, "requests", 0L),
            null,
            null,
            86_400,
            OveragePolicy.REJECT,
            true,
            false,
            Map.of("ticket", "T-1", "env", "prod")),
        "main",
        "platform",
        credits("12.5"),
        PRICE,
        List.of(orgLimit()),
        List.of(
            new Budgets.Applicable(
                budget(new Scope(Scope.Type.EACH_MEMBER, null, "analytics")),
                new Scope(Scope.Type.USER, "ada", "analytics")),
            new Budgets.Applicable(bareBudget(), new Scope(Scope.Type.TEAM, "analytics", null))),
        "key_2x7Qm",
        null,
        bytes(16, 3),
        List.of(),
        null,
        null);
  }

  /** With departments and a time. */
  static Plan placedPlan() {
    Plan plan = plan();
    return new Plan(
        plan.reservation(),
        plan.request(),
        plan.wallet(),
        plan.creditType(),
        plan.amount(),
        null,
        List.of(overridden()),
        List.of(
            new Budgets.Applicable(
                bareBudget(), new Scope(Scope.Type.TEAM, "analytics", null), "launch")),
        plan.actor(),
        null,
        bytes(16, 3),
        List.of("platform", "engineering"),
        AT,
        null);
  }

  /** For work that was reported after it had run. */
  static Plan reportedPlan() {
    Plan plan = fullPlan();
    ReserveRequest asked = plan.request();
    return new Plan(
        plan.reservation(),
        new ReserveRequest(
                asked.subject(),
                asked.feature(),
                asked.model(),
                asked.session(),
                asked.wallet(),
                asked.usage(),
                null,
                null,
                asked.ttlSeconds(),
                asked.overagePolicy(),
                true,
                false,
                asked.metadata(),
                "4bf92f3577b34da6a3ce929d0e0e4736",
                null)
            .as(new Reported("/gateways/eu-1", "evt-17", AT)),
        plan.wallet(),
        plan.creditType(),
        plan.amount(),
        plan.price(),
        plan.limits(),
        plan.teamLimits(),
        plan.actor(),
        null,
        bytes(16, 3),
        List.of("engineering"),
        LATER,
        AT);
  }

  /** By an empty usage, and no rate. */
  static Plan unpricedPlan() {
    return new Plan(
        RESERVATION,
        new ReserveRequest(
            Subject.ofOrg("acme"),
            null,
            null,
            null,
            null,
            Map.of(),
            null,
            null,
            300,
            OveragePolicy.RECORD,
            false,
            true,
            Map.of()),
        "main",
        "",
        Credits.ZERO,
        null,
        List.of(),
        List.of(),
        "key_2x7Qm",
        null,
        bytes(16, 3),
        List.of(),
        null,
        null);
  }

  static Lease terms() {
    return new Lease("gateway-1", 4, LATER, credits("20"), credits("7.5"), credits("1.5"), true);
  }

  /** A hold that is a lease. */
  static Hold lease() {
    return lease(terms());
  }

  /** A hold that is a lease on these terms. */
  static Hold lease(Lease terms) {
    Hold hold = hold();
    return new Hold(
        hold.reservation(),
        hold.creditType(),
        hold.amount(),
        hold.draws(),
        null,
        hold.madeAt(),
        LATER,
        hold.overagePolicy(),
        hold.teamHolds(),
        hold.attribution(),
        terms);
  }

  /** For what is to be added to a lease. */
  static Plan leasePlan() {
    return leasePlan(Set.of());
  }

  /** The same of a lease whose holder can name more than it does. */
  static Plan leasePlan(Set<String> canName) {
    Plan plan = plan();
    ReserveRequest asked = plan.request();
    return new Plan(
            plan.reservation(),
            new ReserveRequest(
                asked.subject(),
                asked.feature(),
                asked.model(),
                null,
                asked.wallet(),
                null,
                asked.amount(),
                asked.creditType(),
                asked.ttlSeconds(),
                asked.overagePolicy(),
                false,
                false,
                Map.of(),
                null,
                null,
                new LeaseTerms(
                    "gateway-1",
                    600,
                    Map.of("requests", 100L, "output_tokens", 5_000_000_000L),
                    "rsv_acme_main_2",
                    canName)),
            plan.wallet(),
            plan.creditType(),
            plan.amount(),
            null,
            plan.limits(),
            List.of(),
            plan.actor(),
            null,
            bytes(16, 3),
            List.of(),
            AT,
            null)
        .until(LATER, null);
  }
}
