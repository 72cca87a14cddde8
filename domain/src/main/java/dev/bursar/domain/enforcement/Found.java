package dev.bursar.domain.enforcement;

import dev.bursar.domain.wallet.WalletReply;

/** What is known of a reservation. */
public sealed interface Found {

  /** Its credits are set aside. */
  record Open(WalletReply.Open open) implements Found {}

  /** It has ended. */
  record Ended(WalletReply.Ended ended) implements Found {}

  /** It was denied. */
  record Denied(Decided.Denied denied) implements Found {}
}
