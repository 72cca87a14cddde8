package dev.bursar.domain.wallet;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.ledger.Transaction;
import java.util.Map;

/** What a wallet's events answer to the commands that led to them, now and on every retry. */
final class WalletReplies {

  private WalletReplies() {}

  /** The reply that an event gives to the command that led to it. */
  static WalletReply to(WalletEvent event) {
    return switch (event) {
      case WalletEvent.Opened e -> new WalletReply.Opened(e.owner());
      case WalletEvent.GrantScheduled e ->
          new WalletReply.GrantAdded(
              new WalletReply.GrantView(e.grant(), e.grant().amount(), Credits.ZERO, "scheduled"));
      case WalletEvent.Granted e -> new WalletReply.GrantAdded(asGranted(e));
      case WalletEvent.GrantExpired e ->
          new WalletReply.GrantVoided(e.grant(), taken(e.transaction()), e.at());
      case WalletEvent.GrantRenewed e ->
          new WalletReply.GrantAdded(
              new WalletReply.GrantView(e.grant(), e.grant().amount(), Credits.ZERO, "active"));
      case WalletEvent.Refunded e -> new WalletReply.Corrected(null, e.transaction(), e.balance());
      case WalletEvent.Adjusted e ->
          new WalletReply.Corrected(
              e.grant() == null ? null : e.grant().id(), e.transaction(), e.balance());
      case WalletEvent.TransferredOut e ->
          new WalletReply.Transferred(e.transfer(), e.transaction(), e.balance());
      case WalletEvent.TransferredIn e -> new WalletReply.TransferTaken(e.transfer().id());
      case WalletEvent.TransferBarred e -> new WalletReply.TransferBarred(e.transfer());
      case WalletEvent.TransferSettled e -> new WalletReply.TransferEnded(e.transfer());
      case WalletEvent.TransferReturned e -> new WalletReply.TransferEnded(e.transfer());
      case WalletEvent.GrantVoided e ->
          new WalletReply.GrantVoided(e.grant(), taken(e.transaction()), e.at());
      case WalletEvent.GrantTermsChanged never ->
          throw new IllegalStateException("no command is answered by how a grant's terms change");
      case WalletEvent.CreditsHeld e -> new WalletReply.Held(e.hold(), e.balance());
      case WalletEvent.HoldExtended e -> new WalletReply.Extended(e.reservation(), e.expiresAt());
      case WalletEvent.Committed e ->
          new WalletReply.Ended(
              e.reservation(),
              "committed",
              e.amount(),
              e.released(),
              e.debt(),
              e.uncharged(),
              e.late(),
              e.usage(),
              e.transaction(),
              e.balance(),
              null,
              null,
              null,
              e.cost());
      case WalletEvent.Charged e ->
          new WalletReply.Ended(
              e.reservation(),
              "committed",
              e.amount(),
              Credits.ZERO,
              Credits.ZERO,
              Credits.ZERO,
              false,
              Map.of(),
              e.transaction(),
              e.balance());
      case WalletEvent.UsageCharged e ->
          new WalletReply.Ended(
              e.reservation(),
              "committed",
              e.amount(),
              Credits.ZERO,
              e.debt(),
              e.uncharged(),
              e.late(),
              Map.of(),
              e.transaction(),
              e.balance(),
              e.drawnFrom(),
              null,
              e.covered(),
              e.cost());
      case WalletEvent.LeaseSettled e ->
          new WalletReply.LeaseSettled(
              e.lease(),
              e.transaction().creditType(),
              e.terms(),
              e.settleBy(),
              e.added(),
              e.balance());
      case WalletEvent.LeaseRevoked e -> new WalletReply.LeaseRevoked(e.lease());
      case WalletEvent.Released e ->
          new WalletReply.Ended(
              e.reservation(),
              e.cause().word(),
              Credits.ZERO,
              e.released(),
              Credits.ZERO,
              Credits.ZERO,
              false,
              Map.of(),
              e.transaction(),
              e.balance(),
              e.lease() == null ? null : e.reservation(),
              e.lease(),
              null,
              null);
      case WalletEvent.HoldBarred e -> new WalletReply.Barred(e.reservation());
    };
  }

  private static WalletReply.GrantView asGranted(WalletEvent.Granted event) {
    Credits remaining = Credits.ZERO;
    for (var posting : event.transaction().postings()) {
      remaining = remaining.plus(posting.amount());
    }
    return new WalletReply.GrantView(event.grant(), remaining, Credits.ZERO, "active");
  }

  private static Credits taken(Transaction transaction) {
    Credits sum = Credits.ZERO;
    for (var posting : transaction.postings()) {
      sum = sum.minus(posting.amount());
    }
    return sum;
  }
}
