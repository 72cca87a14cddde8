package dev.bursar.domain.usage;

import dev.bursar.domain.enforcement.Caller;
import dev.bursar.domain.enforcement.Decided;
import dev.bursar.domain.enforcement.Denial;
import dev.bursar.domain.enforcement.DenialCode;
import dev.bursar.domain.enforcement.Enforcement;
import dev.bursar.domain.enforcement.Reported;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Refusal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Reports, each of which is decided like a request that charges at once: first looked up among all
 * that are on record, then put to its org, some at a time.
 */
public final class UsageReporting implements UsageReports {

  private static final Result ACCEPTED = new Accepted();
  private static final Result DUPLICATE = new Duplicate();
  private static final Result BUSY = new Busy();
  private static final Result UNREACHABLE = new Unreachable();

  private final Enforcement enforcement;
  private final ReportedEvents events;
  private final int atOnce;

  /**
   * @param enforcement decides a report like a request
   * @param events what is on record
   * @param atOnce how many of a call are on their way at once
   */
  public UsageReporting(Enforcement enforcement, ReportedEvents events, int atOnce) {
    this.enforcement = enforcement;
    this.events = events;
    this.atOnce = atOnce;
  }

  /** A report, and the place of its result. */
  private record Numbered(int number, Report report) {
    Reported event() {
      return new Reported(report.source(), report.id(), report.happenedAt());
    }
  }

  @Override
  public CompletionStage<List<Result>> report(List<Report> reports, String actor) {
    // What is never asked, since something before it could not be, is to be sent again.
    List<Result> results = new ArrayList<>(Collections.nCopies(reports.size(), UNREACHABLE));
    return unknown(reports, results)
        .thenCompose(unknown -> decide(unknown, 0, actor, results))
        .thenApply(done -> List.copyOf(results));
  }

  /** Those that are not on record, in their order; of the others the result is known. */
  private CompletionStage<List<Numbered>> unknown(List<Report> reports, List<Result> results) {
    Map<String, List<Numbered>> byOrg = new LinkedHashMap<>();
    for (int i = 0; i < reports.size(); i++) {
      Report report = reports.get(i);
      byOrg
          .computeIfAbsent(report.work().subject().org(), org -> new ArrayList<>())
          .add(new Numbered(i, report));
    }
    List<Boolean> known = new ArrayList<>(Collections.nCopies(reports.size(), false));
    CompletionStage<Void> asked = CompletableFuture.completedFuture(null);
    for (Map.Entry<String, List<Numbered>> each : byOrg.entrySet()) {
      List<Numbered> ofOrg = each.getValue();
      asked =
          asked
              .thenCompose(
                  done ->
                      events.onRecord(each.getKey(), ofOrg.stream().map(Numbered::event).toList()))
              .thenAccept(
                  answers -> {
                    for (int i = 0; i < ofOrg.size(); i++) {
                      known.set(ofOrg.get(i).number(), answers.get(i));
                    }
                  });
    }
    return asked.thenApply(
        done -> {
          List<Numbered> unknown = new ArrayList<>(reports.size());
          for (int i = 0; i < reports.size(); i++) {
            if (known.get(i)) {
              results.set(i, DUPLICATE);
            } else {
              unknown.add(new Numbered(i, reports.get(i)));
            }
          }
          return unknown;
        });
  }

  private CompletionStage<Void> decide(
      List<Numbered> all, int from, String actor, List<Result> results) {
    if (from >= all.size()) {
      return CompletableFuture.completedFuture(null);
    }
    List<Numbered> some = all.subList(from, Math.min(all.size(), from + atOnce));
    List<CompletableFuture<Result>> decided =
        some.stream().map(each -> decide(each, actor).toCompletableFuture()).toList();
    return CompletableFuture.allOf(decided.toArray(new CompletableFuture<?>[0]))
        .thenCompose(
            done -> {
              boolean goesOn = true;
              for (int i = 0; i < some.size(); i++) {
                Result result = decided.get(i).join();
                results.set(some.get(i).number(), result);
                goesOn &= result != BUSY && result != UNREACHABLE;
              }
              return goesOn
                  ? decide(all, from + atOnce, actor, results)
                  : CompletableFuture.completedFuture(null);
            });
  }

  private CompletionStage<Result> decide(Numbered each, String actor) {
    Report report = each.report();
    return enforcement
        .reserve(report.work().as(each.event()), new Caller(actor, null, report.id(), 0))
        .thenApply(UsageReporting::result);
  }

  private static Result result(Answer<Decided> answer) {
    return switch (answer) {
      case Answer.Done<Decided> done ->
          switch (done.value()) {
            case Decided.Allowed allowed -> done.replayed() ? DUPLICATE : ACCEPTED;
            case Decided.Denied denied -> rejected(denied.denials().getFirst());
          };
      case Answer.Refused<Decided> refused -> refused(refused.refusal());
      case Answer.Busy<Decided> busy -> BUSY;
      case Answer.Unreachable<Decided> away -> UNREACHABLE;
    };
  }

  private static Result rejected(Denial denial) {
    return new Rejected(denial.code().word(), field(denial.code()), denial.detail());
  }

  private static @Nullable String field(DenialCode code) {
    return switch (code) {
      case UNKNOWN_ORG -> "subject.org";
      case UNKNOWN_WALLET -> "wallet";
      case NO_RATE -> "usage";
      case INSUFFICIENT_CREDITS,
          BUDGET_EXCEEDED,
          RATE_LIMITED,
          CONCURRENCY_EXCEEDED,
          NOT_ENTITLED,
          FROZEN,
          WALLET_IN_DEBT ->
          null;
    };
  }

  private static Result refused(Refusal refusal) {
    return switch (refusal.code()) {
      // What came of it nobody remembers; but it is on record.
      case ALREADY_REPORTED, IDEMPOTENCY_KEY_EXPIRED -> DUPLICATE;
      // It was given up in mid-way, and what it held is given back.
      case ATTEMPT_WITHDRAWN -> UNREACHABLE;
      default ->
          new Rejected(
              refusal.code().name().toLowerCase(Locale.ROOT), refusal.field(), refusal.detail());
    };
  }
}
