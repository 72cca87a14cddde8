package dev.bursar.domain.lease;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.LimitState;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Caller;
import dev.bursar.domain.enforcement.Decided;
import dev.bursar.domain.enforcement.Denial;
import dev.bursar.domain.enforcement.Enforcement;
import dev.bursar.domain.entity.Entities;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.ReservationId;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.operation.Refusal.Code;
import dev.bursar.domain.usage.UsageReports;
import dev.bursar.domain.wallet.Balance;
import dev.bursar.domain.wallet.Hold;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletReply;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
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

  private static final More NOTHING = new More(Credits.ZERO, Map.of(), 1);

  private final Enforcement enforcement;
  private final Entities entities;
  private final UsageReports reports;
  private final Headroom headroom;
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
    this.headroom = new Headroom(enforcement, entities, settleSeconds);
    this.settleSeconds = settleSeconds;
  }

  // ---- granting

  @Override
  public CompletionStage<Answer<Outcome>> acquire(Wanted wanted, Caller caller) {
    return headroom
        .held(wanted, null, caller)
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
    return new Granted(view(hold), allowances(it), remaining(it));
  }

  /** What the wallet and the limits that deny have besides. */
  private static Credits remaining(Decided.Allowed it) {
    Credits least = it.balance().available();
    for (LimitState limit : it.limits()) {
      if (limit.mode() == Budget.Mode.HARD && limit.measure().equals(it.plan().creditType())) {
        least = least.min(limit.remaining());
      }
    }
    return least.max(Credits.ZERO);
  }

  /** What is held besides credits. */
  private static Map<String, Long> allowances(Decided.Allowed it) {
    LeaseTerms terms = it.plan().request().lease();
    Map<String, Long> all = new TreeMap<>(terms == null ? Map.of() : terms.allowances());
    all.values().removeIf(units -> units == 0);
    return Map.copyOf(all);
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
                case WalletReply.Open(Hold hold, Balance balance)
                    when hold.lease() != null && hold.lease().epoch() == epoch ->
                    recorded(results -> settle(hold, results));
                case WalletReply.Open(Hold hold, Balance balance)
                    when hold.lease() != null && hold.lease().epoch() < epoch ->
                    refused(Lease.unknownEpoch(epoch, hold.lease().epoch()));
                // Settled by this very report before, or by somebody else.
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
                      new UsageReports.Report(
                          lease, use.id(), use.happenedAt(), use.work(), epoch, false))
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
      if (closing) {
        return end(null, results, List.of(), null);
      }
      CompletionStage<Answer<Decided>> decided =
          more == null
              ? headroom.standing(wanted(hold, NOTHING), lease, caller.next("standing"))
              : headroom.held(wanted(hold, more), lease, caller.next("more"));
      return decided.thenCompose(
          answer ->
              switch (answer) {
                case Answer.Done<Decided> done when done.value() instanceof Decided.Denied it ->
                    end(null, results, it.denials(), null);
                // What was used is on record by now: that is told, whatever is not added.
                case Answer.Refused<Decided>(Refusal refusal)
                    when refusal.code() != Code.CATALOG_UNKNOWN ->
                    end(null, results, List.of(), refusal);
                // What can't be told now, the next report tells.
                case Answer<Decided> other when more == null -> end(null, results, List.of(), null);
                case Answer.Done<Decided> done when done.value() instanceof Decided.Allowed it ->
                    add(it, results);
                case Answer<Decided> other -> CompletableFuture.completedFuture(failed(other));
              });
    }

    /** What is held can't be added any more if the lease has ended meanwhile: it goes back. */
    private CompletionStage<Answer<Settled>> add(
        Decided.Allowed it, List<UsageReports.Result> results) {
      String added = it.plan().reservation();
      return end(it, results, List.of(), null)
          .thenCompose(
              answer ->
                  answer instanceof Answer.Refused<Settled> refused
                      ? enforcement
                          .release(added, caller.takingBack())
                          .thenCompose(
                              released ->
                                  refused.refusal().code() == Code.LEASE_ENDED
                                      ? end(null, results, List.of(), null)
                                      : CompletableFuture.completedFuture(answer))
                      : CompletableFuture.completedFuture(answer));
    }

    /**
     * Settles the terms anew. A close that some of what was used is not on record of settles them
     * only: what is left may be what that has used.
     */
    private CompletionStage<Answer<Settled>> end(
        Decided.@Nullable Allowed added,
        List<UsageReports.Result> results,
        List<Denial> denials,
        @Nullable Refusal notAdded) {
      boolean complete = results.stream().noneMatch(UsageReports.Rejected.class::isInstance);
      return asked(added, closing && complete)
          .thenApply(
              answer ->
                  answer.map(
                      reply ->
                          new Settled(
                              view(reply),
                              results,
                              meters(added, reply),
                              denials,
                              notAdded,
                              added == null ? null : remaining(added))));
    }

    /** What was added besides credits, if it was this that was added. */
    private static @Nullable Map<String, Long> meters(
        Decided.@Nullable Allowed added, WalletReply reply) {
      return added != null
              && reply instanceof WalletReply.LeaseSettled settled
              && added.plan().reservation().equals(settled.added())
          ? allowances(added)
          : null;
    }

    private CompletionStage<Answer<WalletReply>> asked(
        Decided.@Nullable Allowed added, boolean close) {
      WalletCommand command =
          close
              ? new WalletCommand.CloseLease(lease, epoch, caller.actor(), caller.idempotencyKey())
              : new WalletCommand.SettleLease(
                  lease,
                  epoch,
                  added == null ? null : added.plan().reservation(),
                  added == null ? null : added.plan().leaseUntil(),
                  settleSeconds,
                  handBack,
                  caller.actor(),
                  caller.idempotencyKey(),
                  added == null ? Map.of() : allowances(added),
                  added == null ? null : added.plan().catalogVersion());
      return wallet(
          lease,
          new Request<>(command, caller.operation((closing ? "close:" : "settle:") + lease)));
    }

    /** If this report has settled it, it is answered as before, and all that it says is known. */
    private CompletionStage<Answer<Settled>> again() {
      return asked(null, closing)
          .thenCompose(
              answer ->
                  answer instanceof Answer.Done<WalletReply> done
                      ? recorded(
                          results ->
                              CompletableFuture.completedFuture(
                                  new Answer.Done<>(known(view(done.value()), results), true)))
                      : CompletableFuture.completedFuture(failed(answer)));
    }

    /** Nothing is held any more: what was used is charged as late usage, whatever the epoch. */
    private CompletionStage<Answer<Settled>> afterTheEnd(WalletReply.Ended ended) {
      return recorded(
          results ->
              asked(null, closing)
                  .thenApply(
                      answer ->
                          switch (answer) {
                            case Answer.Done<WalletReply> done ->
                                new Answer.Done<>(known(view(done.value()), results), true);
                            case Answer.Refused<WalletReply> refused ->
                                new Answer.Done<>(known(view(ended), results), false);
                            case Answer<WalletReply> other -> failed(other);
                          }));
    }

    private static Settled known(View view, List<UsageReports.Result> results) {
      return new Settled(view, results, null, List.of(), null, null);
    }
  }

  /** The same answer, which is none that something was done. */
  private static <T> Answer<T> failed(Answer<?> answer) {
    return answer.map(
        done -> {
          throw new IllegalStateException("done: " + done);
        });
  }

  /** What is not asked for more of has to be held in the windows to come all the same. */
  private static Wanted wanted(Hold hold, More more) {
    Lease terms = hold.lease();
    Map<String, Long> meters = new TreeMap<>(more.meters());
    if (terms != null) {
      terms.meters().keySet().forEach(meter -> meters.putIfAbsent(meter, 0L));
    }
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
        meters,
        more.ttlSeconds(),
        terms == null ? Set.of() : terms.canName());
  }

  // ---- the rest

  @Override
  public CompletionStage<Answer<View>> revoke(String lease, Caller caller) {
    return wallet(lease, new Request<>(new WalletCommand.RevokeLease(lease, caller.actor()), null))
        .thenCompose(
            answer ->
                answer instanceof Answer.Done<WalletReply>
                    ? find(lease)
                    : CompletableFuture.completedFuture(failed(answer)));
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
