package dev.bursar.sidecar.server;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.sidecar.decision.Decision;
import dev.bursar.sidecar.decision.Ended;
import dev.bursar.sidecar.lease.Ask;
import dev.bursar.sidecar.lease.Told;
import dev.bursar.sidecar.usage.Entry;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The server that leases, from here. */
public interface Server {

  /**
   * What became of uses that were reported.
   *
   * @param told what the server said of the lease
   * @param rejected for each use, in their order, why it is not on record; null for one that is
   * @param notYet which of these, from 0, are rejected only for now: for a time that is ahead of
   *     the server's clock
   */
  record Reported(Told told, List<@Nullable String> rejected, Set<Integer> notYet) {

    /** Where what is rejected is for good. */
    public Reported(Told told, List<@Nullable String> rejected) {
      this(told, rejected, Set.of());
    }
  }

  /**
   * Asks about a lease. Never fails: what is not answered is lost.
   *
   * @param uses what is reported with it; only where the ask settles a lease
   */
  CompletionStage<Reported> ask(Ask ask, List<Entry.Stored> uses);

  /** Reports what was decided from no lease, or from one that is forgotten; the same of that. */
  CompletionStage<Reported> report(List<Entry.Stored> uses);

  /**
   * Decides by itself, as an ordinary reservation.
   *
   * @param callId what makes it one call
   * @return denied as {@value Decision.Denied#BUSY} if too many are asked for; failed with {@link
   *     ServerAway} if it can't be asked
   */
  CompletionStage<Decision> reserve(ReserveRequest request, String callId);

  /**
   * Whether it is known not to answer: nobody has to wait to find out. It is asked all the same,
   * for leases and terms, and so found again.
   */
  default boolean isSilent() {
    return false;
  }

  /** Ends a reservation that it made; amount and usage null to release it. */
  CompletionStage<Ended> end(
      String reservation,
      @Nullable Credits amount,
      @Nullable Map<String, Long> usage,
      String callId);
}
