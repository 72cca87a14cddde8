package dev.bursar.benchmarks.history;

import static dev.bursar.benchmarks.history.Amounts.same;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What can be said of an answer as soon as it is there. */
final class AnswerChecks {

  private static final Set<String> USAGE = Set.of("consume", "debt", "late_usage");

  private final Findings findings;

  AnswerChecks(Findings findings) {
    this.findings = findings;
  }

  /** Of the first answer to a call. */
  void first(Told told) {
    if (!told.isDone()) {
      findings.expect(mayBeRefused(told), "refused for no reason there can be: %s", told);
      return;
    }
    switch (told.call()) {
      case Call.Reserve reserve -> decided(reserve, told);
      case Call.Commit commit -> committed(commit, told);
      case Call.Release release -> {
        findings.expect(
            told.text("status").equals("released")
                && told.text("reservation_id").equals(release.of().id())
                && told.amount("amount").signum() == 0,
            "not what was asked for: %s",
            told);
      }
      case Call.Extend extend ->
          findings.expect(
              told.text("status").equals("open")
                  && told.text("reservation_id").equals(extend.of().id()),
              "not what was asked for: %s",
              told);
      case Call.Grant grant ->
          findings.expect(
              told.text("id").equals(grant.id()) && same(told.amount("amount"), grant.amount()),
              "not what was asked for: %s",
              told);
      case Call.VoidGrant voided ->
          findings.expect(
              told.text("id").equals(voided.grant()) && told.text("state").equals("voided"),
              "not what was asked for: %s",
              told);
      case Call.Adjust adjust ->
          findings.expect(
              same(sum(told, Set.of("adjust")), adjust.amount()),
              "not what was asked for: %s",
              told);
      case Call.Refund refund ->
          findings.expect(
              told.text("corrects").equals(refund.transaction()),
              "not what was asked for: %s",
              told);
      case Call.Transfer transfer ->
          findings.expect(
              same(sum(told, Set.of("transfer_out")), transfer.amount().negate()),
              "not what was asked for: %s",
              told);
      case Call.ChangeBudget change ->
          findings.expect(
              same(told.amount("limit"), change.limit()), "not what was asked for: %s", told);
      case Call.Freeze freeze -> {}
    }
  }

  private static boolean mayBeRefused(Told told) {
    Set<String> reasons =
        switch (told.call()) {
          case Call.Reserve e -> Set.of("attempt_withdrawn");
          case Call.Commit commit -> {
            boolean over =
                commit.of().as().policy().equals("reject")
                    && commit.amount().compareTo(commit.of().as().amount()) > 0;
            yield over
                ? Set.of("reservation_finalized", "reservation_expired", "overage_rejected")
                : Set.of("reservation_finalized", "reservation_expired");
          }
          case Call.Release e -> Set.of("reservation_finalized", "reservation_expired");
          case Call.Extend e -> Set.of("reservation_finalized", "reservation_expired");
          case Call.Grant grant -> tooLate(told, grant.expiresAt());
          case Call.VoidGrant e -> Set.of("grant_voided", "grant_expired");
          case Call.Adjust e -> Set.of("exceeds_available", "wallet_in_debt");
          // It is looked up in the ledger, which may be behind.
          case Call.Refund e ->
              Set.of("not_refundable", "refund_exceeds_charge", "transaction_not_found");
          case Call.Transfer e -> Set.of("exceeds_available", "wallet_in_debt");
          // Others have set it at the same time.
          case Call.ChangeBudget e -> Set.of("attempt_withdrawn");
          case Call.Freeze freeze -> tooLate(told, freeze.until());
        };
    return reasons.contains(told.code());
  }

  /** What was asked for until a time that had passed when it came to be decided. */
  private static Set<String> tooLate(Told told, @Nullable Instant until) {
    return until != null && told.toldAt().isAfter(until) ? Set.of("invalid") : Set.of();
  }

  // ---- decisions

  private void decided(Call.Reserve reserve, Told told) {
    boolean dry = reserve.manner() == Call.Manner.DRY_RUN;
    findings.expect(told.isAllowed() || told.isDenied(), "neither allowed nor denied: %s", told);
    findings.expect(dry || told.body().hasNonNull("reservation_id"), "has no name: %s", told);
    if (told.isDenied()) {
      findings.expect(!told.body().path("denials").isEmpty(), "denied for no reason: %s", told);
      told.body().path("denials").forEach(denial -> denied(denial, told));
      return;
    }
    findings.expect(
        same(told.amount("amount"), reserve.amount()), "allowed for another amount: %s", told);
    if (reserve.manner() == Call.Manner.AT_ONCE) {
      findings.expect(
          told.text("status").equals("committed") && same(usage(told), reserve.amount()),
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
    switch (code) {
      case "budget_exceeded", "rate_limited", "concurrency_exceeded" -> {
        BigDecimal with = Amounts.of(denial, "used").add(Amounts.of(denial, "held")).add(asked);
        findings.expect(
            with.compareTo(Amounts.of(denial, "limit")) > 0, "denied within the limit: %s", told);
      }
      case "insufficient_credits" ->
          findings.expect(
              Amounts.of(denial, "available").compareTo(asked) < 0,
              "denied, and there was enough: %s",
              told);
      case "wallet_in_debt", "frozen" -> {}
      default -> findings.add("denied for what there is not (%s): %s", code, told);
    }
  }

  // ---- ends

  private void committed(Call.Commit commit, Told told) {
    BigDecimal held = commit.of().as().amount();
    BigDecimal charged = told.amount("amount");
    boolean within = commit.amount().compareTo(held) <= 0;
    boolean whole = within || commit.of().as().policy().equals("record");
    boolean late = told.body().path("late").asBoolean();
    findings.expect(
        told.text("status").equals("committed")
            && told.text("reservation_id").equals(commit.of().id())
            && (whole && !late
                ? same(charged, commit.amount())
                : same(charged.add(told.amount("uncharged")), commit.amount())),
        "not what was asked for: %s",
        told);
    findings.expect(
        same(usage(told), charged), "the entries are not what is said to be charged: %s", told);
  }

  /** What entries of an answer charge. */
  private static BigDecimal usage(Told told) {
    BigDecimal sum = BigDecimal.ZERO;
    for (JsonNode entry : told.body().path("entries")) {
      if (USAGE.contains(entry.path("type").asText())) {
        sum = sum.add(Amounts.of(entry, "amount").abs());
      }
    }
    return sum;
  }

  private static BigDecimal sum(Told told, Set<String> types) {
    BigDecimal sum = BigDecimal.ZERO;
    for (JsonNode entry : told.body().path("entries")) {
      if (types.contains(entry.path("type").asText())) {
        sum = sum.add(Amounts.of(entry, "amount"));
      }
    }
    return sum;
  }

  // ---- keys

  /** Of an answer to what has been answered before, with the same key. */
  void again(Told before, Told told) {
    // Whether a freeze is in force is told as of now.
    boolean same = before.call() instanceof Call.Freeze || told.body().equals(before.body());
    findings.expect(
        told.status() == before.status() && same,
        "another answer for the same key: first %s; then %s",
        before,
        told);
    findings.expect(told.replayed(), "not said to be an old answer: %s", told);
  }

  /** Of an answer to something else with a key that has been used. */
  void reused(Told before, Told told) {
    findings.expect(
        told.status() == 422 && told.code().equals("idempotency_key_reused"),
        "a key that was used for something else: first %s; then %s",
        before,
        told);
  }
}
