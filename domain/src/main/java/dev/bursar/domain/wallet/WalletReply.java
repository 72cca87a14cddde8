package dev.bursar.domain.wallet;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Denial;
import dev.bursar.domain.lease.Lease;
import dev.bursar.domain.ledger.Posting;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.domain.operation.Refusal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a wallet answers. */
public sealed interface WalletReply {

  /** The wallet is open. */
  record Opened(WalletOwner owner) implements WalletReply {}

  /** The grant was added. */
  record GrantAdded(GrantView grant) implements WalletReply {}

  /** The grant was voided then; so much was taken out. */
  record GrantVoided(String grant, Credits amount, Instant at) implements WalletReply {}

  /**
   * The correction is made: a refund or an adjustment.
   *
   * @param grant the grant that holds what was added by hand, or null
   */
  record Corrected(@Nullable String grant, Transaction transaction, Balance balance)
      implements WalletReply {}

  /**
   * What was read in the ledger of what is to be corrected may be out of date: it has to be read
   * again, up to an entry at least.
   */
  record ReadFurther(long through) implements WalletReply {}

  /**
   * What has become of each step with grants of the org's plan and add-ons, in their order.
   *
   * @param steps the same as were asked for
   */
  record PlanGrantsChanged(List<PlanGrantDone> steps) implements WalletReply {}

  /**
   * What has become of one of them.
   *
   * @param over whether the grant had expired before it could be changed
   * @param refusal why the wallet does not have it, nor what is to become of the same grant after
   *     it; null if it has
   */
  record PlanGrantDone(long number, String grant, boolean over, @Nullable Refusal refusal) {}

  /** The credits have left for the other wallet. */
  record Transferred(Transfer transfer, Transaction transaction, Balance balance)
      implements WalletReply {}

  /** The credits have come, now or before. */
  record TransferTaken(String transfer) implements WalletReply {}

  /** The credits will never be taken. */
  record TransferBarred(String transfer) implements WalletReply {}

  /** The transfer is no longer on its way. */
  record TransferEnded(String transfer) implements WalletReply {}

  /** The transfers on their way. */
  record TransferList(List<Transfer> transfers) implements WalletReply {}

  /** The credits are set aside. */
  record Held(Hold hold, Balance balance) implements WalletReply {}

  /** They are not, or would not be, and this is why. */
  record NotHeld(List<Denial> denials) implements WalletReply {}

  /** They would be. */
  record WouldHold(Balance balance) implements WalletReply {}

  /**
   * The reservation has ended.
   *
   * @param status {@code committed}, {@code released}, {@code expired} or {@code cancelled}
   * @param amount what was charged
   * @param released what went back
   * @param debt what no grant covered
   * @param uncharged what the overage policy left uncharged
   * @param late whether the commit came after the hold had expired
   * @param usage units by meter, where the commit said them; else empty
   * @param transaction the entries
   * @param balance the figures after it
   * @param lease the lease that covered some of it, or that it was; or null
   * @param terms the terms of the lease that it was, or null
   * @param covered how much of what was charged the lease covered; null where there was none
   * @param cost what the work came to, if a commit named that as an amount, or if less was charged;
   *     else null
   */
  record Ended(
      String reservation,
      String status,
      Credits amount,
      Credits released,
      Credits debt,
      Credits uncharged,
      boolean late,
      Map<String, Long> usage,
      Transaction transaction,
      Balance balance,
      @Nullable String lease,
      @Nullable Lease terms,
      @Nullable Credits covered,
      @Nullable Credits cost)
      implements WalletReply {

    /** Of which no lease covered anything, and which was charged for its units. */
    public Ended(
        String reservation,
        String status,
        Credits amount,
        Credits released,
        Credits debt,
        Credits uncharged,
        boolean late,
        Map<String, Long> usage,
        Transaction transaction,
        Balance balance) {
      this(
          reservation,
          status,
          amount,
          released,
          debt,
          uncharged,
          late,
          usage,
          transaction,
          balance,
          null,
          null,
          null,
          null);
    }

    /** The entries' figures. */
    public List<Posting> entries() {
      return transaction.postings();
    }
  }

  /**
   * The lease goes on, on these terms.
   *
   * @param settleBy until when it may be reported on
   * @param added what it holds from now on, too, and what is no hold of its own any more; or null
   */
  record LeaseSettled(
      String lease,
      String creditType,
      Lease terms,
      Instant settleBy,
      @Nullable String added,
      Balance balance)
      implements WalletReply {}

  /** The lease's holder will be told to stop. */
  record LeaseRevoked(String lease) implements WalletReply {}

  /** The hold lives until then. */
  record Extended(String reservation, Instant expiresAt) implements WalletReply {}

  /** What fell due is done. */
  record Woken(@Nullable Instant nextDue) implements WalletReply {}

  /**
   * The balances.
   *
   * @param sequence the ledger's last entry; 0 while there is none
   * @param hash the hash of that entry, 32 bytes; all zero while there is none
   */
  record Viewed(
      WalletOwner owner,
      List<Balance> balances,
      @Nullable Instant nextExpiry,
      long sequence,
      byte[] hash)
      implements WalletReply {}

  /** A page of grants. */
  record Grants(List<GrantView> grants, boolean hasMore) implements WalletReply {}

  /** The reservation is open. */
  record Open(Hold hold, Balance balance) implements WalletReply {}

  /** The open reservations. */
  record OpenList(List<String> reservations) implements WalletReply {}

  /** A hold that comes later will be refused. */
  record Barred(String reservation) implements WalletReply {}

  /**
   * A grant and what is left of it.
   *
   * @param state {@code scheduled}, {@code active}, {@code expired} or {@code voided}
   * @param voidedAt when it was voided, if it was and that is known; else null
   */
  record GrantView(
      Grant grant, Credits remaining, Credits held, String state, @Nullable Instant voidedAt) {

    /** Of one that is not voided. */
    GrantView(Grant grant, Credits remaining, Credits held, String state) {
      this(grant, remaining, held, state, null);
    }
  }
}
