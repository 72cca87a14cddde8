package dev.bursar.domain.wallet;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.ledger.EntryType;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A wallet as plain, immutable data. What can be derived (held amounts, what is due) is not in it.
 *
 * @param planChanges the number of the last change of a plan grant's terms, by the name of its
 *     series
 * @param usedAhead what was used ahead of plans' grants that were left, by the grant
 * @param cutShort plans' grants whose end was moved to before their time while they ran
 */
public record WalletSnapshot(
    @Nullable WalletOwner owner,
    Instant lastAt,
    long ledgerSequence,
    byte[] ledgerHead,
    List<Balance> balances,
    List<GrantPart> grants,
    List<ScheduledPart> scheduled,
    List<Hold> holds,
    List<Hold> lapsed,
    List<TransferPart> transfers,
    List<String> barredTransfers,
    byte[] endings,
    Map<String, Long> planChanges,
    Map<String, UsedAhead> usedAhead,
    List<String> cutShort) {

  /** A grant in force or past. */
  public record GrantPart(
      Grant grant,
      Attribution attribution,
      Credits remaining,
      @Nullable EntryType ended,
      @Nullable Instant voidedAt,
      @Nullable Long voidedThrough) {}

  /** A grant that has yet to take effect. */
  public record ScheduledPart(Grant grant, Attribution attribution) {}

  /**
   * A transfer that is on its way.
   *
   * @param transaction the transaction by which it left; null if that is not known
   */
  public record TransferPart(Transfer transfer, @Nullable String transaction) {}
}
