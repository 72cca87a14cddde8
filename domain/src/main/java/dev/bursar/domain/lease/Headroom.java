package dev.bursar.domain.lease;

import dev.bursar.domain.enforcement.Caller;
import dev.bursar.domain.enforcement.Decided;
import dev.bursar.domain.enforcement.Enforcement;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.entity.Entities;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Refusal.Code;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgReply;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * As much as there is of what is wanted, held. How much there is, a dry run tells; what the same
 * call was answered before is looked up first, whatever has become of that by now.
 */
final class Headroom {

  /** How often it is tried to hold as much as there is: others may be faster. */
  private static final int TRIES_MAX = 3;

  private final Enforcement enforcement;
  private final Entities entities;
  private final long settleSeconds;

  Headroom(Enforcement enforcement, Entities entities, long settleSeconds) {
    this.enforcement = enforcement;
    this.entities = entities;
    this.settleSeconds = settleSeconds;
  }

  /**
   * What was held for this call before, or is now.
   *
   * @param more the lease that it is to be added to; null for a lease of its own
   */
  CompletionStage<Answer<Decided>> held(
      Leases.Wanted wanted, @Nullable String more, Caller caller) {
    return caller.idempotencyKey() == null
        ? measured(wanted, more, caller, 1)
        : earlier(wanted, more, caller, 1, null);
  }

  /**
   * Whether anything could be added to a lease: with nothing to be added, only what is no matter of
   * how much stands in the way, and what is over. Nothing is put on record.
   */
  CompletionStage<Answer<Decided>> standing(Leases.Wanted nothing, String lease, Caller caller) {
    return enforcement.reserve(
        request(nothing, new Fit(nothing.amount(), nothing.meters()), lease, true), caller);
  }

  /**
   * Follows the tries of this call as far as they are on record: one that was denied, since others
   * were faster, has perhaps been followed by another.
   *
   * @param before what became of the try before; null for the first
   */
  private CompletionStage<Answer<Decided>> earlier(
      Leases.Wanted wanted,
      @Nullable String more,
      Caller caller,
      int tries,
      @Nullable Answer<Decided> before) {
    ReserveRequest request =
        request(wanted, new Fit(wanted.amount(), wanted.meters()), more, false);
    return entities
        .org(
            wanted.subject().org(),
            new Request<>(new OrgCommand.ViewOrg(), caller.reserving(request)))
        .thenCompose(
            known ->
                switch (known) {
                  case Answer.Done<OrgReply> done
                      when !(done.value() instanceof OrgReply.Settings) ->
                      enforcement
                          .reserve(request, caller)
                          .thenCompose(
                              told ->
                                  isDenied(told) && tries < TRIES_MAX
                                      ? earlier(wanted, more, caller.next("again"), tries + 1, told)
                                      : CompletableFuture.completedFuture(told));
                  case Answer.Refused<OrgReply> refused
                      when refused.refusal().code() != Code.ORG_NOT_FOUND ->
                      CompletableFuture.completedFuture(new Answer.Refused<>(refused.refusal()));
                  case Answer.Busy<OrgReply> busy ->
                      CompletableFuture.completedFuture(new Answer.Busy<>());
                  case Answer.Unreachable<OrgReply> away ->
                      CompletableFuture.completedFuture(new Answer.Unreachable<>());
                  case Answer<OrgReply> unknown ->
                      before == null
                          ? measured(wanted, more, caller, tries)
                          : CompletableFuture.completedFuture(before);
                });
  }

  private CompletionStage<Answer<Decided>> measured(
      Leases.Wanted wanted, @Nullable String more, Caller caller, int tries) {
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
                              ? measured(wanted, more, caller.next("again"), tries + 1)
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

  private ReserveRequest request(
      Leases.Wanted wanted, Fit fit, @Nullable String more, boolean dryRun) {
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
        new LeaseTerms(wanted.sidecar(), settleSeconds, fit.meters(), more, wanted.canName()));
  }
}
