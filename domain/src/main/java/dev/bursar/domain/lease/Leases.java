package dev.bursar.domain.lease;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Caller;
import dev.bursar.domain.enforcement.Denial;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.usage.UsageReports;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Lets others decide by themselves, up to an amount and for a while. What is granted is held
 * beforehand in the wallet and in every limit on the subject's path, until it was reported and
 * closed, or may not be reported on any more: so nobody else can spend it meanwhile.
 */
public interface Leases {

  /**
   * What somebody wants to decide about.
   *
   * @param subject whom it is for; what is decided from it names at least this
   * @param feature the only feature that it is for; null for any
   * @param model the only model that it is for; null for any
   * @param wallet the wallet; null means the team's if it owns one, else the org's {@code main}
   * @param amount how much, above 0; less may be granted
   * @param meters units by meter, each above 0, where limits count them; less may be granted
   * @param ttlSeconds how long it lives unless a window ends before, in which it holds
   * @param canName what is not named, and can be: the lease is refused as too wide where that
   *     counts by itself, and granted for all of it elsewhere
   */
  record Wanted(
      String sidecar,
      Subject subject,
      @Nullable String feature,
      @Nullable String model,
      @Nullable String wallet,
      String creditType,
      Credits amount,
      Map<String, Long> meters,
      long ttlSeconds,
      Set<String> canName) {}

  /**
   * More for a lease that is out. It lives on for at least so long, unless a window ends before.
   *
   * @param amount how much more, 0 or more; less may be granted
   * @param meters units by meter
   * @param ttlSeconds how long the lease lives from now on
   */
  record More(Credits amount, Map<String, Long> meters, long ttlSeconds) {}

  /**
   * Work that was decided from a lease and has run.
   *
   * @param id the holder's name for it, unique within the lease
   * @param happenedAt when it ran, by the holder's clock
   * @param work what ran, and for whom
   */
  record Use(String id, Instant happenedAt, ReserveRequest work) {}

  /**
   * A lease as it stands.
   *
   * @param status {@code open}, {@code released}, {@code expired}, or {@code cancelled}
   * @param creditType the credit type
   * @param terms its terms, once it has ended as they were
   * @param settleBy until when it may be reported on; null once it has ended
   */
  record View(
      String lease, String status, String creditType, Lease terms, @Nullable Instant settleBy) {}

  /** What came of asking for one. */
  sealed interface Outcome {}

  /**
   * It is granted, as much as there is.
   *
   * @param meters units by meter that it holds
   * @param remaining what others could still be granted, by the wallet and by every limit on the
   *     subject's path, 0 or more
   */
  record Granted(View lease, Map<String, Long> meters, Credits remaining) implements Outcome {}

  /** Nothing could be granted, and this is what stands in the way. */
  record Denied(List<Denial> denials) implements Outcome {}

  /**
   * What came of a report. One that adds nothing tells in {@code denials} or {@code notAdded} what
   * stands in the way of anything more: a freeze, say, or a limit that is over.
   *
   * @param lease the lease after it
   * @param results what became of each use, in their order
   * @param more units by meter that were added; null if nothing was
   * @param denials why nothing was added though it was asked for; else empty
   * @param notAdded why nothing could be asked to be added; else null
   * @param remaining what others could still be granted; null if nothing was added
   */
  record Settled(
      View lease,
      List<UsageReports.Result> results,
      @Nullable Map<String, Long> more,
      List<Denial> denials,
      @Nullable Refusal notAdded,
      @Nullable Credits remaining) {}

  /** Grants a lease, of as much as there is. */
  CompletionStage<Answer<Outcome>> acquire(Wanted wanted, Caller caller);

  /**
   * Puts on record what was used, once for each id, and settles the terms anew: the lease is in its
   * next epoch then. After the lease has ended all that is reported is late usage.
   *
   * @param lease a well-formed reservation id
   * @param epoch the one that the holder knows
   * @param more what is to be added, or null
   * @param handBack what the holder does without, 0 or more; 0 where something is to be added
   */
  CompletionStage<Answer<Settled>> report(
      String lease,
      long epoch,
      List<Use> uses,
      @Nullable More more,
      Credits handBack,
      Caller caller);

  /**
   * Puts on record what was used, and gives back what is left. With something that can't be put on
   * record the lease is not closed, but in its next epoch.
   */
  CompletionStage<Answer<Settled>> close(String lease, long epoch, List<Use> uses, Caller caller);

  /** Has a lease's holder stop and close it, as soon as it reports; nothing is given back yet. */
  CompletionStage<Answer<View>> revoke(String lease, Caller caller);

  /** Tells how a lease stands. */
  CompletionStage<Answer<View>> find(String lease);
}
