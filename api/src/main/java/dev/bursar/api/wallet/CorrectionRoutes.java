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
import dev.bursar.domain.ledger.ReadModelsBehind;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletReply;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Refunds and adjustments: what was recorded is never changed, it is corrected by new entries. Only
 * the operator refunds and adjusts.
 */
public final class CorrectionRoutes {

  private static final Set<String> REFUND =
      Set.of("org", "wallet", "transaction_id", "amount", "reason");
  private static final Set<String> ADJUST =
      Set.of("credit_type", "amount", "grant", "corrects", "reason");
  private static final int REASON_CHARS_MAX = 500;
  private static final int TRANSACTION_CHARS_MAX = 300;

  /**
   * How often one correction reads the ledger, while others correct the same. Each reading but the
   * first follows another's correction, so this is how many may be made at once and all succeed.
   */
  private static final int READINGS_MAX = 100;

  private final Entities entities;
  private final LedgerQueries ledger;
  private final OrgCatalogs catalogs;

  public CorrectionRoutes(Entities entities, LedgerQueries ledger, OrgCatalogs catalogs) {
    this.entities = entities;
    this.ledger = ledger;
    this.catalogs = catalogs;
  }

  /** All of them. */
  public List<Endpoint> endpoints() {
    return List.of(
        Endpoint.post("/v1/refunds", Access.OPERATE, this::refund),
        Endpoint.post("/v1/orgs/{org}/wallets/{wallet}/adjustments", Access.OPERATE, this::adjust)
            .concerning(Concerns.AN_ORG));
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
    Attribution attribution = Attributions.of(org, "refund", caller, Map.of("reason", reason));
    return correct(
        org,
        wallet,
        through -> ledger.charge(org, wallet, transaction, through),
        charge ->
            new Request<>(
                new WalletCommand.Refund(
                    charge.orElseThrow(() -> unknown("transaction_id", transaction).fault()),
                    amount,
                    attribution),
                caller.operation("refund")));
  }

  /**
   * Reads in the ledger what is to be corrected, and asks the wallet, which knows whether that is
   * still so. If it may not be, since others correct the same, it is read again.
   */
  private <T> CompletionStage<Answer<WalletReply>> correct(
      String org,
      String wallet,
      LongFunction<CompletionStage<Optional<T>>> read,
      Function<Optional<T>, Request<WalletCommand>> ask) {
    return correct(org, wallet, read, ask, 0, READINGS_MAX);
  }

  private <T> CompletionStage<Answer<WalletReply>> correct(
      String org,
      String wallet,
      LongFunction<CompletionStage<Optional<T>>> read,
      Function<Optional<T>, Request<WalletCommand>> ask,
      long through,
      int readings) {
    if (readings == 0) {
      return CompletableFuture.failedFuture(
          new ReadModelsBehind("The wallet is being corrected by so many that none can be sure."));
    }
    return read.apply(through)
        .thenCompose(found -> entities.wallet(org, wallet, ask.apply(found)))
        .thenCompose(
            answer ->
                answer instanceof Answer.Done<WalletReply> done
                        && done.value() instanceof WalletReply.ReadFurther further
                    ? correct(org, wallet, read, ask, further.through(), readings - 1)
                    : CompletableFuture.completedStage(answer));
  }

  private static Problem unknown(String field, String transaction) {
    return Problem.of(
            404, "transaction_not_found", "the wallet has no transaction named " + transaction)
        .at(field);
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
              ReservationViews.transaction(json, corrected.transaction());
              ReservationViews.balance(json, corrected.balance());
            })
        .replayed(done.replayed());
  }

  // ---- adjustments

  private CompletionStage<Reply> adjust(Call call) {
    String org = call.org();
    String wallet = call.name("wallet");
    Body body = call.body(ADJUST);
    String creditType = body.requiredName("credit_type");
    Credits amount = body.requiredSignedAmount("amount");
    String named = body.name("grant");
    String corrects = body.text("corrects", TRANSACTION_CHARS_MAX);
    String reason = body.requiredText("reason", REASON_CHARS_MAX);
    Caller caller = call.caller();
    Operation operation = caller.operation("adjust");
    if (corrects != null) {
      if (named != null) {
        throw Problem.invalid("grant", "is not for what goes back to where it came from").fault();
      }
      return Earlier.answerOr(
              entities,
              org,
              wallet,
              operation,
              none -> reverse(org, wallet, corrects, creditType, amount, reason, caller))
          .thenApply(answer -> corrected(answer, corrects));
    }
    String grant =
        !amount.isPositive()
            ? named
            : named == null
                ? Attributions.idFrom("adj_", caller)
                : GrantBodies.free("grant", named);
    return CreditTypes.held(
            entities,
            catalogs,
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

  private CompletionStage<Answer<WalletReply>> reverse(
      String org,
      String wallet,
      String corrects,
      String creditType,
      Credits amount,
      String reason,
      Caller caller) {
    Attribution attribution = Attributions.of(org, "adjust", caller, Map.of("reason", reason));
    return correct(
        org,
        wallet,
        through -> ledger.taken(org, wallet, corrects, through),
        taken ->
            new Request<>(
                new WalletCommand.Reverse(
                    creditType,
                    amount,
                    taken.orElseThrow(() -> unknown("corrects", corrects).fault()),
                    attribution),
                caller.operation("adjust")));
  }
}
