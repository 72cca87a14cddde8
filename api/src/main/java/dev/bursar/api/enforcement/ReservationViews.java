package dev.bursar.api.enforcement;

import dev.bursar.api.budget.LimitViews;
import dev.bursar.api.json.JsonWriter;
import dev.bursar.domain.enforcement.Decided;
import dev.bursar.domain.enforcement.Found;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.ReservationId;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.ledger.LedgerEntry;
import dev.bursar.domain.ledger.Posting;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.domain.wallet.Balance;
import dev.bursar.domain.wallet.Hold;
import dev.bursar.domain.wallet.WalletReply;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reservations as answers show them. */
public final class ReservationViews {

  private ReservationViews() {}

  static void decided(JsonWriter json, Decided decided) {
    switch (decided) {
      case Decided.Allowed allowed -> allowed(json, allowed);
      case Decided.Denied denied -> denied(json, denied);
    }
  }

  private static void allowed(JsonWriter json, Decided.Allowed allowed) {
    Hold hold = allowed.hold();
    WalletReply.Ended charged = allowed.charged();
    boolean dryRun = allowed.plan().request().dryRun();
    json.field("reservation_id", dryRun ? null : allowed.plan().reservation())
        .field("decision", "allow");
    if (charged != null) {
      charged(json, charged);
    } else {
      json.field("status", dryRun ? "dry_run" : "open")
          .field("amount", allowed.plan().amount())
          .field("credit_type", allowed.plan().creditType())
          .field("wallet", allowed.plan().wallet())
          .field("expires_at", hold == null ? null : hold.expiresAt());
      balance(json, allowed.balance());
    }
    json.objects("limits", allowed.limits(), LimitViews::limit);
  }

  static void denied(JsonWriter json, Decided.Denied denied) {
    boolean dryRun = denied.plan().request().dryRun();
    json.field("reservation_id", dryRun ? null : denied.plan().reservation())
        .field("decision", "deny")
        .field("status", dryRun ? "dry_run" : "denied")
        .objects("denials", denied.denials(), LimitViews::denial);
  }

  /** How a reservation ended. */
  static void ended(JsonWriter json, WalletReply.Ended ended) {
    json.field("reservation_id", ended.reservation());
    charged(json, ended);
  }

  private static void charged(JsonWriter json, WalletReply.Ended ended) {
    json.field("status", ended.status())
        .field("amount", ended.amount())
        .field("credit_type", ended.balance().creditType())
        .field("released", ended.released())
        .field("debt", ended.debt());
    if (!ended.uncharged().isZero()) {
      json.field("uncharged", ended.uncharged());
    }
    if (ended.late()) {
      json.field("late", true);
    }
    json.objects("entries", ended.entries(), ReservationViews::entry);
    receipt(json, ended);
    balance(json, ended.balance());
  }

  /**
   * With this, whoever was charged can later demand the proof that it is in the ledger. Where a
   * commit charged nothing, it tells up to which entry the ledger had come.
   */
  private static void receipt(JsonWriter json, WalletReply.Ended ended) {
    ReservationId id = ReservationId.parse(ended.reservation());
    Transaction transaction = ended.transaction();
    boolean posted = !ended.entries().isEmpty();
    if (id != null && (posted || ended.status().equals("committed"))) {
      json.object(
          "receipt",
          in ->
              in.field("wallet", id.wallet())
                  .field("transaction_id", posted ? transaction.id() : null)
                  .field("sequence", transaction.lastSequence())
                  .field("hash", HexFormat.of().formatHex(transaction.lastHash())));
    }
  }

  /** An entry as the answer to what caused it shows it. */
  public static void entry(JsonWriter json, Posting posting) {
    json.field("entry_id", LedgerEntry.id(posting.hash()))
        .field("sequence", posting.sequence())
        .field("type", posting.type().word())
        .field("grant", posting.grant())
        .field("amount", posting.amount())
        .field("balance", posting.balance());
  }

  /** The credit type and the entries of a transaction. */
  public static void transaction(JsonWriter json, Transaction transaction) {
    json.field("credit_type", transaction.creditType())
        .objects("entries", transaction.postings(), ReservationViews::entry);
  }

  static void found(JsonWriter json, Found found) {
    switch (found) {
      case Found.Open it -> open(json, it.open());
      case Found.Ended it -> ended(json, it.ended());
      case Found.Denied it -> denied(json, it.denied());
    }
  }

  private static void open(JsonWriter json, WalletReply.Open open) {
    Hold hold = open.hold();
    json.field("reservation_id", hold.reservation())
        .field("decision", "allow")
        .field("status", "open")
        .field("amount", hold.amount())
        .field("credit_type", hold.creditType())
        .field("created_at", hold.madeAt())
        .field("expires_at", hold.expiresAt())
        .field("overage_policy", hold.overagePolicy().word());
    attribution(json, hold.attribution());
    balance(json, open.balance());
  }

  /** Who and what work was for. */
  public static void attribution(JsonWriter json, Attribution of) {
    work(json, of.subject(), of.feature(), of.model(), of.session(), of.metadata());
  }

  /** Who and what was asked for. */
  static void work(JsonWriter json, ReserveRequest of) {
    work(json, of.subject(), of.feature(), of.model(), of.session(), of.metadata());
  }

  private static void work(
      JsonWriter json,
      Subject subject,
      @Nullable String feature,
      @Nullable String model,
      @Nullable String session,
      Map<String, String> metadata) {
    subject(json, subject);
    json.field("feature", feature)
        .field("model", model)
        .field("session", session)
        .pairs("metadata", metadata);
  }

  /** Who work was for. */
  public static void subject(JsonWriter json, Subject subject) {
    json.object("subject", in -> names(in, subject));
  }

  /** All that a subject names. */
  public static void names(JsonWriter json, Subject subject) {
    json.field("org", subject.org())
        .field("team", subject.team())
        .field("user", subject.user())
        .field("product", subject.product())
        .field("cost_center", subject.costCenter())
        .field("agent", subject.agent());
  }

  /** A wallet's figures. */
  public static void balance(JsonWriter json, Balance balance) {
    json.object(
        "balance",
        in ->
            in.field("balance", balance.balance())
                .field("held", balance.held())
                .field("available", balance.available())
                .field("debt", balance.debt()));
  }
}
