package dev.bursar.api.wallet;

import dev.bursar.api.access.Access;
import dev.bursar.api.enforcement.ReservationViews;
import dev.bursar.api.http.Call;
import dev.bursar.api.http.Endpoint;
import dev.bursar.api.http.Reply;
import dev.bursar.api.json.Body;
import dev.bursar.api.json.JsonWriter;
import dev.bursar.api.operation.Outcomes;
import dev.bursar.api.problem.Problem;
import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Caller;
import dev.bursar.domain.entity.Entities;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.ledger.LedgerQueries;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.wallet.Transfer;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletReply;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Refunds, adjustments and transfers: what was recorded is never changed, it is corrected by new
 * entries. Only the operator refunds and adjusts; an org moves its own credits between its wallets.
 */
public final class CorrectionRoutes {

  private static final Set<String> REFUND =
      Set.of("org", "wallet", "transaction_id", "amount", "reason");
  private static final Set<String> ADJUST = Set.of("credit_type", "amount", "grant", "reason");
  private static final Set<String> TRANSFER =
      Set.of("to_wallet", "credit_type", "amount", "reason");
  private static final int REASON_CHARS_MAX = 500;
  private static final int TRANSACTION_CHARS_MAX = 300;

  private final Entities entities;
  private final LedgerQueries ledger;
  private final Catalog catalog;

  public CorrectionRoutes(Entities entities, LedgerQueries ledger, Catalog catalog) {
    this.entities = entities;
    this.ledger = ledger;
    this.catalog = catalog;
  }

  /** All of them. */
  public List<Endpoint> endpoints() {
    String wallet = "/v1/orgs/{org}/wallets/{wallet}";
    return List.of(
        Endpoint.post("/v1/refunds", Access.OPERATE, this::refund),
        Endpoint.post(wallet + "/adjustments", Access.OPERATE, this::adjust),
        Endpoint.post(wallet + "/transfers", Access.ADMINISTER, this::transfer));
  }

  // ---- refunds

  private CompletionStage<Reply> refund(Call call) {
    Body body = call.body(REFUND);
    String org = body.requiredName("org");
    String wallet = body.requiredName("wallet");
    String transaction = body.requiredText("transaction_id", TRANSACTION_CHARS_MAX);
    if (body.isNull("amount")) {
      throw Problem.invalid("amount", "is null; leave it out to refund all that is left").fault();
    }
    Credits amount = body.has("amount") ? body.requiredPositiveAmount("amount") : null;
    String reason = body.requiredText("reason", REASON_CHARS_MAX);
    Caller caller = call.caller();
    return Earlier.answerOr(
            entities,
            org,
            wallet,
            caller.operation("refund"),
            none -> refund(org, wallet, transaction, amount, reason, caller))
        .thenApply(answer -> corrected(answer, transaction));
  }

  private CompletionStage<Answer<WalletReply>> refund(
      String org,
      String wallet,
      String transaction,
      @Nullable Credits amount,
      String reason,
      Caller caller) {
    return ledger
        .charge(org, wallet, transaction)
        .thenCompose(
            charge ->
                entities.wallet(
                    org,
                    wallet,
                    new Request<>(
                        new WalletCommand.Refund(
                            charge.orElseThrow(() -> unknown(transaction).fault()),
                            amount,
                            Attributions.of(org, "refund", caller, Map.of("reason", reason))),
                        caller.operation("refund"))));
  }

  private static Problem unknown(String transaction) {
    return Problem.of(
            404, "transaction_not_found", "the wallet has no transaction named " + transaction)
        .at("transaction_id");
  }

  private static Reply corrected(Answer<WalletReply> answer, @Nullable String corrects) {
    Answer.Done<WalletReply> done = Outcomes.done(answer);
    WalletReply.Corrected corrected = (WalletReply.Corrected) done.value();
    return Reply.json(
            201,
            json -> {
              json.field("transaction_id", corrected.transaction().id())
                  .field("corrects", corrects)
                  .field("grant", corrected.grant());
              entries(json, corrected.transaction());
              ReservationViews.balance(json, corrected.balance());
            })
        .replayed(done.replayed());
  }

  private static void entries(JsonWriter json, Transaction transaction) {
    json.field("credit_type", transaction.creditType())
        .objects("entries", transaction.postings(), ReservationViews::entry);
  }

  // ---- adjustments

  private CompletionStage<Reply> adjust(Call call) {
    String org = call.org();
    String wallet = call.name("wallet");
    Body body = call.body(ADJUST);
    String creditType = body.requiredName("credit_type");
    Credits amount = body.requiredSignedAmount("amount");
    String named = body.name("grant");
    String reason = body.requiredText("reason", REASON_CHARS_MAX);
    Caller caller = call.caller();
    Operation operation = caller.operation("adjust");
    String grant =
        named == null && amount.isPositive() ? Attributions.idFrom("adj_", caller) : named;
    return ofHeldCredits(
            org,
            wallet,
            creditType,
            operation,
            () ->
                entities.wallet(
                    org,
                    wallet,
                    new Request<>(
                        new WalletCommand.Adjust(
                            creditType,
                            amount,
                            grant,
                            Attributions.of(org, "adjust", caller, Map.of("reason", reason))),
                        operation)))
        .thenApply(answer -> corrected(answer, null));
  }

  /** Decides on credits of a type that the catalog has, or at least the wallet. */
  private CompletionStage<Answer<WalletReply>> ofHeldCredits(
      String org,
      String wallet,
      String creditType,
      Operation operation,
      Supplier<CompletionStage<Answer<WalletReply>>> decide) {
    Problem fault = CreditTypes.fault(catalog, creditType);
    if (fault == null) {
      return decide.get();
    }
    return Earlier.answerOr(
        entities,
        org,
        wallet,
        operation,
        view -> {
          if (!CreditTypes.isOf(view, creditType)) {
            throw fault.fault();
          }
          return decide.get();
        });
  }

  // ---- transfers

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
    return ofHeldCredits(
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
        .thenCompose(answer -> arrive(org, caller, Outcomes.done(answer)));
  }

  /** Lets credits leave for a wallet that there is. */
  private CompletionStage<Answer<WalletReply>> toWallet(
      String org, String from, String to, Operation operation, WalletCommand.TransferOut out) {
    return entities
        .wallet(org, to, new Request<>(new WalletCommand.View(), null))
        .thenCompose(
            answer -> {
              if (answer instanceof Answer.Refused<WalletReply>) {
                return Earlier.answerOr(
                    entities,
                    org,
                    from,
                    operation,
                    none -> {
                      throw Problem.invalid("to_wallet", "is no wallet of the org: " + to).fault();
                    });
              }
              Outcomes.done(answer);
              return entities.wallet(org, from, new Request<>(out, operation));
            });
  }

  /** The wallets see to it by themselves; that it is done here as well shows at once that it is. */
  private CompletionStage<Reply> arrive(String org, Caller caller, Answer.Done<WalletReply> left) {
    WalletReply.Transferred out = (WalletReply.Transferred) left.value();
    Transfer transfer = out.transfer();
    return entities
        .wallet(
            org,
            transfer.to(),
            new Request<>(
                new WalletCommand.TransferIn(
                    transfer,
                    Attributions.of(
                        org,
                        "transfer",
                        caller,
                        Map.of("transfer", transfer.id(), "from_wallet", transfer.from()))),
                null))
        .thenApply(
            answer ->
                Reply.json(
                        201,
                        json -> {
                          json.field("transfer_id", transfer.id())
                              .field("transaction_id", out.transaction().id())
                              .field("from_wallet", transfer.from())
                              .field("to_wallet", transfer.to())
                              .field("amount", transfer.amount())
                              .field(
                                  "status", answer instanceof Answer.Done ? "done" : "on_its_way");
                          entries(json, out.transaction());
                          ReservationViews.balance(json, out.balance());
                        })
                    .replayed(left.replayed()));
  }
}
