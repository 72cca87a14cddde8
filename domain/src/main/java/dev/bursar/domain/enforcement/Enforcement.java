package dev.bursar.domain.enforcement;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.wallet.WalletReply;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Decides what may be spent. Answers come once what they say is in the journal. */
public interface Enforcement {

  /** Decides a request; sets aside, or charges at once, all or nothing. */
  CompletionStage<Answer<Decided>> reserve(ReserveRequest request, Caller caller);

  /**
   * Charges what the work came to; one of amount and usage is given.
   *
   * @param reservation a well-formed reservation id
   */
  CompletionStage<Answer<WalletReply.Ended>> commit(
      String reservation,
      @Nullable Credits amount,
      @Nullable Map<String, Long> usage,
      Caller caller);

  /** Gives everything back. */
  CompletionStage<Answer<WalletReply.Ended>> release(String reservation, Caller caller);

  /** Prolongs a reservation: it lives for at least so many seconds from now. */
  CompletionStage<Answer<WalletReply.Extended>> extend(
      String reservation, long ttlSeconds, Caller caller);

  /** Tells what is known of a reservation. */
  CompletionStage<Answer<Found>> find(String reservation);
}
