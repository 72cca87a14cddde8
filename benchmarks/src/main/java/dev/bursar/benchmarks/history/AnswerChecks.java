package dev.bursar.benchmarks.history;

import static dev.bursar.benchmarks.history.Amounts.same;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.simulation.history.Call;
import dev.bursar.simulation.history.OrgShape;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What can be said of an answer as soon as it is there. */
final class AnswerChecks {

  private static final Set<String> USAGE = Set.of("consume", "debt", "late_usage");
  private static final Set<String> LIMITS =
      Set.of("budget_exceeded", "rate_limited", "concurrency_exceeded");

  private final Memory memory;
  private final Findings findings;

  AnswerChecks(Memory memory, Findings findings) {
    this.memory = memory;
    this.findings = findings;
  }

  /** Of the first answer to a call. */
  void first(Told told) {
    if (!told.isDone()) {
      findings.expect(mayBeRefused(told), "refused for no reason there can be: %s", told);
      return;
    }
    sound(told);
    switch (told.call()) {
      case Call.Reserve reserve -> decided(reserve, told);
      case Call.Report report -> reported(report, told);
      case Call.Commit commit -> committed(commit, told);
      case Call.Release release ->
          asAsked(
              told.text("status").equals("released")
                  && told.text("reservation_id").equals(release.of().id())
                  && told.amount("amount").signum() == 0,
              told);
      case Call.Extend extend ->
          asAsked(
              told.text("status").equals("open")
                  && told.text("reservation_id").equals(extend.of().id()),
              told);
      case Call.AddGrant add ->
          asAsked(
              told.text("id").equals(add.grant().id())
                  && same(told.amount("amount"), Amounts.of(add.grant().amount())),
              told);
      case Call.VoidGrant voided ->
          asAsked(
              told.text("id").equals(voided.grant()) && told.text("state").equals("voided"), told);
      case Call.Adjust adjust ->
          asAsked(same(sum(told, "adjust"), Amounts.of(adjust.amount())), told);
      case Call.Refund refund -> asAsked(told.text("corrects").equals(refund.transaction()), told);
      case Call.Transfer transfer ->
          asAsked(same(sum(told, "transfer_out").negate(), Amounts.of(transfer.amount())), told);
      case Call.PutBudget put ->
          asAsked(
              same(told.amount("limit"), Amounts.of(put.budget().limit()))
                  && told.text("mode").equalsIgnoreCase(put.budget().mode().name()),
              told);
      case Call.FreezeScope freeze -> {}
      case Call.PutUnit put ->
          asAsked(
              Objects.equals(told.body().path("parent").textValue(), put.unit().parent()), told);
    }
  }

  private void asAsked(boolean holds, Told told) {
    findings.expect(holds, "not what was asked for: %s", told);
  }

  /** A wallet's figures, if it tells them. */
  private void sound(Told told) {
    JsonNode figures = told.body().path("balance");
    if (figures.isObject()) {
      BigDecimal balance = Amounts.of(figures, "balance");
      BigDecimal held = Amounts.of(figures, "held");
      BigDecimal available = Amounts.of(figures, "available");
      findings.expect(
          same(balance.subtract(held), available)
              && available.signum() >= 0
              && held.signum() >= 0
              && Amounts.of(figures, "debt").signum() >= 0,
          "figures that can't be: %s",
          told);
    }
  }

  private boolean mayBeRefused(Told told) {
    Set<String> reasons =
        switch (told.call()) {
          case Call.Reserve e -> Set.of("attempt_withdrawn");
          case Call.Report report ->
              report.work().overagePolicy() == OveragePolicy.REJECT
                  ? Set.of("insufficient_credits")
                  : Set.of();
          case Call.Commit commit -> endRefused(commit, told);
          case Call.Release e -> Set.of("reservation_finalized", "reservation_expired");
          case Call.Extend e -> Set.of("reservation_finalized", "reservation_expired");
          case Call.AddGrant add -> tooLate(told, add.grant().expiresAt());
          case Call.VoidGrant e -> Set.of("grant_voided", "grant_expired");
          case Call.Adjust e -> Set.of("exceeds_available", "wallet_in_debt");
          // It is looked up in the ledger, which may be behind.
          case Call.Refund e ->
              Set.of("not_refundable", "refund_exceeds_charge", "transaction_not_found");
          case Call.Transfer transfer ->
              isSomewhere(transfer)
                  ? Set.of("exceeds_available", "wallet_in_debt")
                  : Set.of("invalid");
          // Others have set it at the same time.
          case Call.PutBudget e -> Set.of("attempt_withdrawn");
          case Call.FreezeScope freeze -> tooLate(told, freeze.freeze().until());
          case Call.PutUnit e -> Set.of();
        };
    return reasons.contains(told.code());
  }

  private Set<String> endRefused(Call.Commit commit, Told told) {
    Set<String> reasons =
        new java.util.HashSet<>(Set.of("reservation_finalized", "reservation_expired"));
    if (policy(commit) == OveragePolicy.REJECT
        && commit.amount().compareTo(commit.of().amount()) > 0) {
      reasons.add("overage_rejected");
    }
    if (told.kind() == Kind.CONTESTED_END) {
      reasons.add("idempotency_key_reused");
    }
    return reasons;
  }

  private @Nullable OveragePolicy policy(Call.Commit commit) {
    Course course = memory.course(commit.of().id());
    return course == null ? null : course.asked.request().overagePolicy();
  }

  private static boolean isSomewhere(Call.Transfer transfer) {
    return OrgShape.ALL_WALLETS.contains(transfer.to());
  }

  /** What was asked for until a time that had passed when it came to be decided. */
  private static Set<String> tooLate(Told told, @Nullable Instant until) {
    return until != null && told.toldAt().isAfter(until) ? Set.of("invalid") : Set.of();
  }

  // ---- decisions

  private void decided(Call.Reserve reserve, Told told) {
    boolean dry = reserve.request().dryRun();
    findings.expect(told.isAllowed() || told.isDenied(), "neither allowed nor denied: %s", told);
    findings.expect(dry || told.body().hasNonNull("reservation_id"), "has no name: %s", told);
    if (told.isDenied()) {
      findings.expect(!told.body().path("denials").isEmpty(), "denied for no reason: %s", told);
      told.body().path("denials").forEach(denial -> denied(denial, told));
      return;
    }
    BigDecimal asked = Amounts.of(Objects.requireNonNull(reserve.request().amount()));
    findings.expect(same(told.amount("amount"), asked), "allowed for another amount: %s", told);
    if (reserve.request().commit() && !dry) {
      findings.expect(
          told.text("status").equals("committed") && same(usage(told), asked),
          "the entries are not what was to be charged: %s",
          told);
    }
    for (JsonNode limit : told.body().path("limits")) {
      if (limit.path("mode").asText().equals("hard")) {
        BigDecimal counted = Amounts.of(limit, "used").add(Amounts.of(limit, "held"));
        findings.expect(
            counted.compareTo(Amounts.of(limit, "limit")) <= 0,
            "allowed beyond the hard limit %s: %s",
            limit.path("budget").asText(),
            told);
      }
    }
  }

  /** A denial's own figures bear it out. */
  private void denied(JsonNode denial, Told told) {
    String code = denial.path("code").asText();
    BigDecimal asked = Amounts.of(denial, "requested");
    if (LIMITS.contains(code)) {
      BigDecimal with = Amounts.of(denial, "used").add(Amounts.of(denial, "held")).add(asked);
      findings.expect(
          with.compareTo(Amounts.of(denial, "limit")) > 0, "denied within the limit: %s", told);
    } else if (code.equals("insufficient_credits")) {
      findings.expect(
          Amounts.of(denial, "available").compareTo(asked) < 0,
          "denied, and there was enough: %s",
          told);
    } else {
      findings.expect(
          Set.of("wallet_in_debt", "frozen").contains(code),
          "denied for what there is not (%s): %s",
          code,
          told);
    }
  }

  // ---- reports

  private void reported(Call.Report report, Told told) {
    findings.expect(
        Set.of("accepted", "duplicate").contains(told.text("status"))
            && told.text("source").equals(report.event().source())
            && told.text("id").equals(report.event().id()),
        "neither accepted nor known: %s",
        told);
    Work work = memory.work(report);
    findings.expect(
        !told.text("status").equals("accepted") || !work.wasOnRecord(told),
        "accepted though it was on record: %s",
        told);
  }

  // ---- ends

  private void committed(Call.Commit commit, Told told) {
    BigDecimal asked = Amounts.of(commit.amount());
    BigDecimal charged = told.amount("amount");
    boolean within = commit.amount().compareTo(commit.of().amount()) <= 0;
    boolean whole = within || policy(commit) == OveragePolicy.RECORD;
    boolean late = told.body().path("late").asBoolean();
    asAsked(
        told.text("status").equals("committed")
            && told.text("reservation_id").equals(commit.of().id())
            && (whole && !late
                ? same(charged, asked)
                : same(charged.add(told.amount("uncharged")), asked)),
        told);
    findings.expect(
        same(usage(told), charged), "the entries are not what is said to be charged: %s", told);
  }

  /** What entries of an answer charge. */
  private static BigDecimal usage(Told told) {
    return USAGE.stream()
        .map(type -> sum(told, type).abs())
        .reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  private static BigDecimal sum(Told told, String type) {
    BigDecimal sum = BigDecimal.ZERO;
    for (JsonNode entry : told.body().path("entries")) {
      if (entry.path("type").asText().equals(type)) {
        sum = sum.add(Amounts.of(entry, "amount"));
      }
    }
    return sum;
  }

  // ---- keys

  /** Of an answer to what has been answered before, with the same key. */
  void again(Told before, Told told) {
    boolean governed = isGoverned(told.call());
    // Whether a freeze is in force is told as of now.
    boolean same = before.call() instanceof Call.FreezeScope || told.body().equals(before.body());
    // What was so already is decided anew: a freeze, then, whose time is over is none.
    boolean anew = governed && !told.replayed();
    findings.expect(
        anew ? told.isDone() || tooLate(told) : told.status() == before.status() && same,
        "another answer for the same key: first %s; then %s",
        before,
        told);
    findings.expect(told.replayed() || governed, "not said to be an old answer: %s", told);
  }

  private static boolean isGoverned(Call call) {
    return call instanceof Call.PutBudget
        || call instanceof Call.PutUnit
        || call instanceof Call.FreezeScope;
  }

  private static boolean tooLate(Told told) {
    return told.call() instanceof Call.FreezeScope freeze
        && tooLate(told, freeze.freeze().until()).contains(told.code());
  }

  /** Of an answer to something else with a key that has been used. */
  void reused(Told told) {
    // That there is no such wallet is seen before the key is.
    boolean nowhere = told.call() instanceof Call.Transfer transfer && !isSomewhere(transfer);
    findings.expect(
        told.status() == 422 && told.code().equals("idempotency_key_reused")
            || nowhere && told.code().equals("invalid"),
        "a key that was used for something else: %s",
        told);
  }
}
