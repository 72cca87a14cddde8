package dev.bursar.api.wallet;

import dev.bursar.api.access.Access;
import dev.bursar.api.enforcement.ReservationViews;
import dev.bursar.api.http.Call;
import dev.bursar.api.http.Endpoint;
import dev.bursar.api.http.Endpoint.Concerns;
import dev.bursar.api.http.Reply;
import dev.bursar.api.json.Body;
import dev.bursar.api.operation.Outcomes;
import dev.bursar.api.org.OrgCatalogs;
import dev.bursar.api.problem.Problem;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Caller;
import dev.bursar.domain.entity.Entities;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.ledger.LedgerQueries;
import dev.bursar.domain.ledger.SentTransfer;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.wallet.Transfer;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletReply;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * {@code …/transfers}: an org moves its own credits between its wallets. Addressed is the wallet
 * that they leave.
 */
public final class TransferRoutes {

  private static final Set<String> TRANSFER =
      Set.of("to_wallet", "credit_type", "amount", "reason");
  private static final int REASON_CHARS_MAX = 500;

  private final Entities entities;
  private final LedgerQueries ledger;
  private final OrgCatalogs catalogs;

  public TransferRoutes(Entities entities, LedgerQueries ledger, OrgCatalogs catalogs) {
    this.entities = entities;
    this.ledger = ledger;
    this.catalogs = catalogs;
  }

  /** All of them. */
  public List<Endpoint> endpoints() {
    String all = "/v1/orgs/{org}/wallets/{wallet}/transfers";
    return List.of(
        Endpoint.post(all, Access.ADMINISTER, this::transfer).concerning(Concerns.AN_ORG),
        Endpoint.get(all + "/{transfer}", Access.READ, this::view));
  }

  private CompletionStage<Reply> transfer(Call call) {
    String org = call.org();
    String from = call.name("wallet");
    Body body = call.body(TRANSFER);
    String to = body.requiredName("to_wallet");
    String creditType = body.requiredName("credit_type");
    Credits amount = body.requiredPositiveAmount("amount");
    String reason = body.text("reason", REASON_CHARS_MAX);
    Caller caller = call.caller();
    Operation operation = caller.operation("transfer");
    if (to.equals(from)) {
      throw Problem.invalid("to_wallet", "is the wallet that the credits are to leave").fault();
    }
    Attribution attribution =
        Attributions.of(
            org,
            "transfer",
            caller,
            reason == null ? Map.of("to_wallet", to) : Map.of("to_wallet", to, "reason", reason));
    return CreditTypes.held(
            entities,
            catalogs,
            org,
            from,
            creditType,
            operation,
            () ->
                toWallet(
                    org,
                    from,
                    to,
                    operation,
                    new WalletCommand.TransferOut(to, creditType, amount, attribution)))
        .thenCompose(answer -> arrive(org, Outcomes.done(answer)));
  }

  /** Lets credits leave for a wallet that there is. */
  private CompletionStage<Answer<WalletReply>> toWallet(
      String org, String from, String to, Operation operation, WalletCommand.TransferOut out) {
    return entities
        .wallet(org, to, new Request<>(new WalletCommand.View(), null))
        .thenCompose(
            answer -> {
              if (answer instanceof Answer.Done<WalletReply>) {
                return entities.wallet(org, from, new Request<>(out, operation));
              }
              return Earlier.answerOr(entities, org, from, operation, none -> notTo(to, answer));
            });
  }

  /** Why nothing can be sent to a wallet that gave this answer. */
  private static CompletionStage<Answer<WalletReply>> notTo(String to, Answer<WalletReply> answer) {
    if (answer instanceof Answer.Refused<WalletReply>) {
      throw Problem.invalid("to_wallet", "is no wallet of the org: " + to).fault();
    }
    return CompletableFuture.completedStage(answer);
  }

  /**
   * The wallets see to it by themselves; that it is done here as well shows at once what came of
   * it.
   */
  private CompletionStage<Reply> arrive(String org, Answer.Done<WalletReply> left) {
    WalletReply.Transferred out = (WalletReply.Transferred) left.value();
    Transfer transfer = out.transfer();
    return entities
        .wallet(org, transfer.to(), new Request<>(new WalletCommand.TransferIn(transfer), null))
        .thenCompose(taken -> settled(org, transfer, taken))
        .thenApply(
            status ->
                Reply.json(
                        201,
                        json -> {
                          json.field("transfer_id", transfer.id())
                              .field("transaction_id", out.transaction().id())
                              .field("from_wallet", transfer.from())
                              .field("to_wallet", transfer.to())
                              .field("amount", transfer.amount())
                              .field("status", status);
                          ReservationViews.transaction(json, out.transaction());
                          ReservationViews.balance(json, out.balance());
                        })
                    .replayed(left.replayed()));
  }

  /**
   * What has become of it. Where the other wallet has not taken it, it may have come back before;
   * nobody who asked for a transfer that was made is told anything else because that can't be seen.
   */
  private CompletionStage<String> settled(
      String org, Transfer transfer, Answer<WalletReply> taken) {
    String id = transfer.id();
    if (!(taken instanceof Answer.Done)) {
      return ledger
          .transfer(org, transfer.from(), id)
          .thenApply(found -> found.map(SentTransfer::status).orElse(SentTransfer.ON_ITS_WAY))
          .exceptionally(unseen -> SentTransfer.ON_ITS_WAY);
    }
    return entities
        .wallet(org, transfer.from(), new Request<>(new WalletCommand.SettleTransfer(id), null))
        .thenApply(any -> SentTransfer.COMPLETED);
  }

  private CompletionStage<Reply> view(Call call) {
    String org = call.org();
    String from = call.name("wallet");
    String transfer = call.name("transfer");
    call.query(Set.of());
    return entities
        .wallet(org, from, new Request<>(new WalletCommand.View(), null))
        .thenApply(Outcomes::done)
        .thenCompose(known -> ledger.transfer(org, from, transfer))
        .thenApply(
            found -> {
              SentTransfer sent = found.orElseThrow(() -> unknown(transfer).fault());
              return Reply.ok(
                  json ->
                      json.field("transfer_id", sent.id())
                          .field("transaction_id", sent.transaction())
                          .field("from_wallet", from)
                          .field("to_wallet", sent.to())
                          .field("credit_type", sent.creditType())
                          .field("amount", sent.amount())
                          .field("status", sent.status())
                          .field("sent_at", sent.sentAt())
                          .field("ended_at", sent.endedAt())
                          .field("return_transaction_id", sent.returnTransaction()));
            });
  }

  private static Problem unknown(String transfer) {
    return Problem.of(404, "not_found", "no transfer named " + transfer + " left the wallet")
        .at("transfer");
  }
}
