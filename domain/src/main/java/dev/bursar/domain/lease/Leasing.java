package dev.bursar.domain.lease;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Caller;
import dev.bursar.domain.enforcement.Decided;
import dev.bursar.domain.enforcement.Denial;
import dev.bursar.domain.enforcement.Enforcement;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.entity.Entities;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.ReservationId;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.operation.Refusal.Code;
import dev.bursar.domain.usage.UsageReports;
import dev.bursar.domain.wallet.Hold;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletReply;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Leases out of what there is: a lease is a reservation that lives longer, what is decided from it
 * is reported usage that draws on it, and what is added to it is held as a reservation of its own
 * first. Each step may be repeated, and has its effect once.
 */
public final class Leasing implements Leases {

  /** How often it is tried to grant as much as there is: others may be faster. */
  private static final int TRIES_MAX = 3;

  private final Enforcement enforcement;
  private final Entities entities;
  private final UsageReports reports;
  private final long settleSeconds;

  /**
   * @param settleSeconds how long after it has expired a lease may be reported on before what is
   *     left is given back; longer than clocks may be apart
   */
  public Leasing(
      Enforcement enforcement, Entities entities, UsageReports reports, long settleSeconds) {
    this.enforcement = enforcement;
    this.entities = entities;
    this.reports = reports;
    this.settleSeconds = settleSeconds;
  }

  // ---- granting

  @Override
  public CompletionStage<Answer<Outcome>> acquire(Wanted wanted, Caller caller) {
    return held(wanted, null, caller, 1)
        .thenApply(
            answer ->
                answer.map(
                    decided ->
                        switch (decided) {
                          case Decided.Allowed it -> granted(it);
                          case Decided.Denied it -> new Denied(it.denials());
                        }));
  }

  private static Outcome granted(Decided.Allowed it) {
    Hold hold = it.hold();
    if (hold == null) {
      throw new IllegalStateException("a lease without a hold");
    }
    return new Granted(view(hold), meters(it));
  }

  private static Map<String, Long> meters(Decided.Allowed it) {
    LeaseTerms terms = it.plan().request().lease();
    return terms == null ? Map.of() : terms.allowances();
  }

  /**
   * As much as there is, held. What there is, a dry run tells; what was held before by the same
   * call is found by its key, however little there is left by now.
   */
  private CompletionStage<Answer<Decided>> held(
      Wanted wanted, @Nullable String more, Caller caller, int tries) {
    Fit asked = new Fit(wanted.amount(), wanted.meters());
    return enforcement
        .reserve(request(wanted, asked, more, true), caller)
        .thenCompose(
            dry -> {
              if (!(dry instanceof Answer.Done<Decided> told)) {
                return CompletableFuture.completedFuture(dry);
              }
              Fit fit = fitting(told.value(), asked);
              return enforcement
                  .reserve(request(wanted, fit == null ? asked : fit, more, false), caller)
                  .thenCompose(
                      real ->
                          fit != null && isDenied(real) && tries < TRIES_MAX
                              ? held(wanted, more, caller.next("again"), tries + 1)
                              : CompletableFuture.completedFuture(real));
            });
  }

  private static @Nullable Fit fitting(Decided dry, Fit asked) {
    return switch (dry) {
      case Decided.Allowed allowed -> asked;
      case Decided.Denied denied -> asked.within(denied.denials());
    };
  }

  private static boolean isDenied(Answer<Decided> answer) {
    return answer instanceof Answer.Done<Decided> done && done.value() instanceof Decided.Denied;
  }

  private ReserveRequest request(Wanted wanted, Fit fit, @Nullable String more, boolean dryRun) {
    return new ReserveRequest(
        wanted.subject(),
        wanted.feature(),
        wanted.model(),
        null,
        wanted.wallet(),
        null,
        fit.amount(),
        wanted.creditType(),
        wanted.ttlSeconds(),
        OveragePolicy.RECORD,
        false,
        dryRun,
        Map.of(),
        null,
        null,
        new LeaseTerms(wanted.sidecar(), settleSeconds, fit.meters(), more));
  }

  // ---- reports

  @Override
  public CompletionStage<Answer<Settled>> report(
      String lease,
      long epoch,
      List<Use> uses,
      @Nullable More more,
      Credits handBack,
      Caller caller) {
    return new Report(lease, epoch, uses, more, handBack, false, caller).begin();
  }

  @Override
  public CompletionStage<Answer<Settled>> close(
      String lease, long epoch, List<Use> uses, Caller caller) {
    return new Report(lease, epoch, uses, null, Credits.ZERO, true, caller).begin();
  }

  /** One report under way. */
  private final class Report {
    private final String lease;
    private final long epoch;
    private final List<Use> uses;
    private final @Nullable More more;
    private final Credits handBack;
    private final boolean closing;
    private final Caller caller;

    Report(
        String lease,
        long epoch,
        List<Use> uses,
        @Nullable More more,
        Credits handBack,
        boolean closing,
        Caller caller) {
      this.lease = lease;
      this.epoch = epoch;
      this.uses = uses;
      this.more = more;
      this.handBack = handBack;
      this.closing = closing;
      this.caller = caller;
    }

    CompletionStage<Answer<Settled>> begin() {
      return opened(
          lease,
          found ->
              switch (found) {
                case WalletReply.Open open
                    when open.hold().lease() != null && open.hold().lease().epoch() <= epoch ->
                    recorded(results -> settle(open.hold(), results));
                // Settled by this very report before, by somebody else, or at an end.
                case WalletReply.Open open when open.hold().lease() != null -> again();
                case WalletReply.Ended ended when ended.terms() != null -> afterTheEnd(ended);
                case WalletReply other -> refused(notFound(lease));
              });
    }

    /** Puts what was used on record, and goes on once all of it is. */
    private CompletionStage<Answer<Settled>> recorded(
        Function<List<UsageReports.Result>, CompletionStage<Answer<Settled>>> then) {
      List<UsageReports.Report> all =
          uses.stream()
              .map(
                  use ->
                      new UsageReports.Report(lease, use.id(), use.happenedAt(), use.work(), epoch))
              .toList();
      return reports
          .report(all, caller.actor())
          .thenCompose(
              results -> {
                for (UsageReports.Result result : results) {
                  if (result instanceof UsageReports.Unreachable) {
                    return CompletableFuture.completedFuture(new Answer.Unreachable<>());
                  }
                  if (result instanceof UsageReports.Busy) {
                    return CompletableFuture.completedFuture(new Answer.Busy<>());
                  }
                }
                return then.apply(results);
              });
    }

    private CompletionStage<Answer<Settled>> settle(Hold hold, List<UsageReports.Result> results) {
      if (more == null || closing) {
        return end(null, null, results, List.of());
      }
      return held(wanted(hold, more), lease, caller.next("more"), 1)
          .thenCompose(
              answer ->
                  switch (answer) {
                    case Answer.Done<Decided> done
                        when done.value() instanceof Decided.Allowed it ->
                        add(it, results);
                    case Answer.Done<Decided> done when done.value() instanceof Decided.Denied it ->
                        end(null, null, results, it.denials());
                    case Answer<Decided> other ->
                        CompletableFuture.completedFuture(
                            other.map(
                                decided -> {
                                  throw new IllegalStateException();
                                }));
                  });
    }

    /** What is held can't be added any more if the lease has ended meanwhile: it goes back. */
    private CompletionStage<Answer<Settled>> add(
        Decided.Allowed it, List<UsageReports.Result> results) {
      String added = it.plan().reservation();
      return end(it, meters(it), results, List.of())
          .thenCompose(
              answer ->
                  answer instanceof Answer.Refused<Settled> refused
                      ? enforcement
                          .release(added, caller.next("release"))
                          .thenCompose(
                              released ->
                                  refused.refusal().code() == Code.LEASE_ENDED
                                      ? end(null, null, results, List.of())
                                      : CompletableFuture.completedFuture(answer))
                      : CompletableFuture.completedFuture(answer));
    }

    private CompletionStage<Answer<Settled>> end(
        Decided.@Nullable Allowed added,
        @Nullable Map<String, Long> meters,
        List<UsageReports.Result> results,
        List<Denial> denials) {
      return asked(added)
          .thenApply(
              answer -> answer.map(reply -> new Settled(view(reply), results, meters, denials)));
    }

    private CompletionStage<Answer<WalletReply>> asked(Decided.@Nullable Allowed added) {
      WalletCommand command =
          closing
              ? new WalletCommand.CloseLease(lease, epoch, caller.actor(), caller.idempotencyKey())
              : new WalletCommand.SettleLease(
                  lease,
                  epoch,
                  added == null ? null : added.plan().reservation(),
                  added == null ? null : added.plan().leaseUntil(),
                  settleSeconds,
                  handBack,
                  caller.actor(),
                  caller.idempotencyKey());
      return wallet(
          lease,
          new Request<>(command, caller.operation((closing ? "close:" : "settle:") + lease)));
    }

    /** If this report has settled it, it is answered as before, and all that it says is known. */
    private CompletionStage<Answer<Settled>> again() {
      return asked(null)
          .thenCompose(
              answer ->
                  answer instanceof Answer.Done<WalletReply> done
                      ? recorded(
                          results ->
                              CompletableFuture.completedFuture(
                                  new Answer.Done<>(
                                      new Settled(view(done.value()), results, null, List.of()),
                                      true)))
                      : CompletableFuture.completedFuture(
                          answer.map(
                              reply -> {
                                throw new IllegalStateException();
                              })));
    }

    /** Nothing is held any more: what was used is charged as late usage, whatever the epoch. */
    private CompletionStage<Answer<Settled>> afterTheEnd(WalletReply.Ended ended) {
      return recorded(
          results ->
              asked(null)
                  .thenApply(
                      answer ->
                          switch (answer) {
                            case Answer.Busy<WalletReply> busy -> new Answer.Busy<>();
                            case Answer.Unreachable<WalletReply> away -> new Answer.Unreachable<>();
                            case Answer.Done<WalletReply> done ->
                                new Answer.Done<>(
                                    new Settled(view(done.value()), results, null, List.of()),
                                    true);
                            case Answer.Refused<WalletReply> refused ->
                                new Answer.Done<>(
                                    new Settled(view(ended), results, null, List.of()), false);
                          }));
    }
  }

  private static Wanted wanted(Hold hold, More more) {
    Lease terms = hold.lease();
    Subject subject = hold.attribution().subject();
    ReservationId id = ReservationId.parse(hold.reservation());
    return new Wanted(
        terms == null ? "" : terms.sidecar(),
        subject,
        hold.attribution().feature(),
        hold.attribution().model(),
        id == null ? null : id.wallet(),
        hold.creditType(),
        more.amount(),
        more.meters(),
        more.ttlSeconds());
  }

  // ---- the rest

  @Override
  public CompletionStage<Answer<View>> revoke(String lease, Caller caller) {
    return wallet(lease, new Request<>(new WalletCommand.RevokeLease(lease, caller.actor()), null))
        .thenCompose(
            answer ->
                answer instanceof Answer.Done<WalletReply>
                    ? find(lease)
                    : CompletableFuture.completedFuture(
                        answer.map(
                            reply -> {
                              throw new IllegalStateException();
                            })));
  }

  @Override
  public CompletionStage<Answer<View>> find(String lease) {
    return opened(
        lease,
        reply ->
            switch (reply) {
              case WalletReply.Open open when open.hold().lease() == null ->
                  refused(notFound(lease));
              case WalletReply.Open open ->
                  CompletableFuture.completedFuture(new Answer.Done<>(view(open.hold()), false));
              case WalletReply.Ended ended when ended.terms() != null ->
                  CompletableFuture.completedFuture(new Answer.Done<>(view(ended), false));
              case WalletReply other -> refused(notFound(lease));
            });
  }

  private <T> CompletionStage<Answer<T>> opened(
      String lease, Function<WalletReply, CompletionStage<Answer<T>>> then) {
    return wallet(lease, new Request<>(new WalletCommand.Find(lease), null))
        .thenCompose(
            answer ->
                switch (answer) {
                  case Answer.Done<WalletReply> done -> then.apply(done.value());
                  case Answer.Refused<WalletReply> unknown -> refused(notFound(lease));
                  case Answer.Busy<WalletReply> busy ->
                      CompletableFuture.completedFuture(new Answer.Busy<>());
                  case Answer.Unreachable<WalletReply> away ->
                      CompletableFuture.completedFuture(new Answer.Unreachable<>());
                });
  }

  private CompletionStage<Answer<WalletReply>> wallet(
      String lease, Request<WalletCommand> request) {
    ReservationId id = ReservationId.parse(lease);
    return id == null ? refused(notFound(lease)) : entities.wallet(id.org(), id.wallet(), request);
  }

  private static <T> CompletionStage<Answer<T>> refused(Refusal refusal) {
    return CompletableFuture.completedFuture(new Answer.Refused<>(refusal));
  }

  private static Refusal notFound(String lease) {
    return new Refusal(
        Code.LEASE_NOT_FOUND,
        "lease",
        "there is no lease %s, or none that is remembered: usage that has run is also taken by /v1/events"
            .formatted(lease));
  }

  private static View view(Hold hold) {
    return new View(
        hold.reservation(), "open", hold.creditType(), terms(hold.lease()), hold.expiresAt());
  }

  private static Lease terms(@Nullable Lease known) {
    if (known == null) {
      throw new IllegalStateException("no lease");
    }
    return known;
  }

  private static View view(WalletReply reply) {
    return switch (reply) {
      case WalletReply.LeaseSettled it ->
          new View(it.lease(), "open", it.creditType(), it.terms(), it.settleBy());
      case WalletReply.Ended it ->
          new View(
              it.reservation(),
              it.status(),
              it.transaction().creditType(),
              terms(it.terms()),
              null);
      case WalletReply other -> throw new IllegalStateException("no lease: " + other);
    };
  }
}
