package dev.bursar.domain.usage;

import dev.bursar.domain.enforcement.Caller;
import dev.bursar.domain.enforcement.Decided;
import dev.bursar.domain.enforcement.Denial;
import dev.bursar.domain.enforcement.DenialCode;
import dev.bursar.domain.enforcement.Enforcement;
import dev.bursar.domain.enforcement.Reported;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Refusal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Reports, each of which is decided like a request that charges at once: first looked up among all
 * that are on record, then put to its org, some at a time. What the look-up did not see, the org
 * has to remember; where it may have forgotten, it is to be sent again. Orgs do not wait for each
 * other, but for so many at once.
 */
public final class UsageReporting implements UsageReports {

  private static final Result ACCEPTED = new Accepted();
  private static final Result DUPLICATE = new Duplicate();
  private static final Result BUSY = new Busy();
  private static final Result UNREACHABLE = new Unreachable();

  private final Enforcement enforcement;
  private final ReportedEvents events;
  private final int atOnce;
  private final int orgsAtOnce;

  /**
   * @param enforcement decides a report like a request
   * @param events what is on record
   * @param atOnce how many of an org are on their way at once, 1 or more
   * @param orgsAtOnce of how many orgs of a call, 1 or more
   */
  public UsageReporting(
      Enforcement enforcement, ReportedEvents events, int atOnce, int orgsAtOnce) {
    this.enforcement = enforcement;
    this.events = events;
    this.atOnce = atOnce;
    this.orgsAtOnce = orgsAtOnce;
  }

  /** A report, and the place of its result. */
  private record Numbered(int number, Report report) {
    Reported event() {
      return report.event();
    }
  }

  @Override
  public CompletionStage<List<Result>> report(List<Report> reports, String actor) {
    Map<String, List<Numbered>> byOrg = new LinkedHashMap<>();
    for (int i = 0; i < reports.size(); i++) {
      Report report = reports.get(i);
      byOrg
          .computeIfAbsent(report.work().subject().org(), org -> new ArrayList<>())
          .add(new Numbered(i, report));
    }
    Reporting call = new Reporting(actor, reports.size(), byOrg.values());
    List<CompletableFuture<Void>> lanes = new ArrayList<>();
    for (int i = 0; i < Math.min(orgsAtOnce, byOrg.size()); i++) {
      lanes.add(call.nextOrg().toCompletableFuture());
    }
    return CompletableFuture.allOf(lanes.toArray(new CompletableFuture<?>[0]))
        .thenApply(done -> call.results());
  }

  /** The reports of one call. Thread-safe. */
  private final class Reporting {
    private final String actor;
    private final AtomicReferenceArray<Result> results;
    private final ConcurrentLinkedQueue<List<Numbered>> orgs;

    /** Whether something could not be decided: nothing more is asked then, all comes again. */
    private volatile boolean stopped;

    Reporting(String actor, int reports, Collection<List<Numbered>> byOrg) {
      this.actor = actor;
      this.results = new AtomicReferenceArray<>(reports);
      this.orgs = new ConcurrentLinkedQueue<>(byOrg);
    }

    /** What was never asked, since something else could not be, is to be sent again. */
    List<Result> results() {
      return IntStream.range(0, results.length())
          .mapToObj(i -> Objects.requireNonNullElse(results.get(i), UNREACHABLE))
          .toList();
    }

    /** Decides the next org's, and then those of the orgs after it. */
    CompletionStage<Void> nextOrg() {
      List<Numbered> ofOrg = stopped ? null : orgs.poll();
      return ofOrg == null
          ? CompletableFuture.completedFuture(null)
          : decideOrg(ofOrg).thenCompose(done -> nextOrg());
    }

    private CompletionStage<Void> decideOrg(List<Numbered> ofOrg) {
      String org = ofOrg.getFirst().report().work().subject().org();
      return events
          .onRecord(org, ofOrg.stream().map(Numbered::event).toList())
          .thenCompose(
              known -> {
                List<Numbered> unknown = new ArrayList<>(ofOrg.size());
                for (int i = 0; i < ofOrg.size(); i++) {
                  if (known.onRecord().get(i)) {
                    results.set(ofOrg.get(i).number(), DUPLICATE);
                  } else {
                    unknown.add(ofOrg.get(i));
                  }
                }
                return decide(unknown, 0, known.through());
              });
    }

    private CompletionStage<Void> decide(List<Numbered> all, int from, long lookedUpThrough) {
      if (from >= all.size() || stopped) {
        return CompletableFuture.completedFuture(null);
      }
      List<CompletableFuture<Void>> some =
          all.subList(from, Math.min(all.size(), from + atOnce)).stream()
              .map(each -> decide(each, lookedUpThrough).toCompletableFuture())
              .toList();
      return CompletableFuture.allOf(some.toArray(new CompletableFuture<?>[0]))
          .thenCompose(done -> decide(all, from + atOnce, lookedUpThrough));
    }

    private CompletionStage<Void> decide(Numbered each, long lookedUpThrough) {
      return decide(each.report(), each.report().work(), lookedUpThrough)
          .thenAccept(
              result -> {
                results.set(each.number(), result);
                if (result == BUSY || result == UNREACHABLE) {
                  stopped = true;
                }
              });
    }

    private CompletionStage<Result> decide(
        Report report, ReserveRequest work, long lookedUpThrough) {
      Reported event = report.event();
      return enforcement
          .reserve(work.as(event), Caller.reporting(actor, event, lookedUpThrough))
          .thenCompose(
              answer -> {
                Result result = result(answer);
                ReserveRequest known =
                    result instanceof Rejected it && report.wasLetThrough()
                        ? LetThrough.without(work, report.unchecked(), it)
                        : null;
                return known == null
                    ? CompletableFuture.completedFuture(result)
                    : decide(report, known, lookedUpThrough);
              });
    }
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
      case ALREADY_REPORTED -> DUPLICATE;
      // Whether it is on record, or comes to be, nobody can tell yet.
      case REPORT_UNDECIDED, IDEMPOTENCY_KEY_EXPIRED -> UNREACHABLE;
      // What it costs nobody can tell at the moment.
      case CATALOG_UNKNOWN -> UNREACHABLE;
      // It was given up in mid-way, and what it held is given back.
      case ATTEMPT_WITHDRAWN -> UNREACHABLE;
      default ->
          new Rejected(
              refusal.code().name().toLowerCase(Locale.ROOT), refusal.field(), refusal.detail());
    };
  }
}
