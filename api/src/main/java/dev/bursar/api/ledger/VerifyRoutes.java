package dev.bursar.api.ledger;

import dev.bursar.api.access.Access;
import dev.bursar.api.http.Call;
import dev.bursar.api.http.Endpoint;
import dev.bursar.api.http.Format;
import dev.bursar.api.http.Reply;
import dev.bursar.api.json.JsonWriter;
import dev.bursar.api.operation.Outcomes;
import dev.bursar.domain.entity.Entities;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.invariant.Violation;
import dev.bursar.domain.ledger.LedgerQueries;
import dev.bursar.domain.ledger.LedgerQueries.Chain;
import dev.bursar.domain.ledger.LedgerQueries.Figures;
import dev.bursar.domain.wallet.Balance;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletReply.Viewed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;

/**
 * {@code GET …/wallets/{wallet}/verify}: reads the wallet's ledger from its first entry on, makes
 * every hash once more, and compares where that ends with the wallet itself.
 */
public final class VerifyRoutes {

  private final LedgerQueries queries;
  private final Entities entities;

  public VerifyRoutes(LedgerQueries queries, Entities entities) {
    this.queries = queries;
    this.entities = entities;
  }

  /** All of them. */
  public List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get("/v1/orgs/{org}/wallets/{wallet}/verify", Access.READ, this::verify).slowly());
  }

  private CompletionStage<Reply> verify(Call call) {
    String org = call.org();
    String wallet = call.name("wallet");
    call.query(Set.of());
    call.format(Format.JSON);
    return entities
        .wallet(org, wallet, new Request<>(new WalletCommand.View(), null))
        .thenApply(answer -> Outcomes.value(answer, Viewed.class))
        .thenCompose(
            live ->
                queries
                    .chain(org, wallet, live.sequence())
                    .thenApply(chain -> reply(wallet, live, chain)));
  }

  private static Reply reply(String wallet, Viewed live, Chain chain) {
    List<Violation> violations = new ArrayList<>(chain.violations());
    compare(live, chain, violations);
    return Reply.ok(
        json -> {
          json.field("wallet", wallet)
              .field("result", violations.isEmpty() ? "valid" : "invalid")
              .field("entries", chain.sequence())
              .object(
                  "heads",
                  heads ->
                      heads
                          .object("wallet", in -> head(in, live.sequence(), live.hash()))
                          .object("ledger", in -> head(in, chain.sequence(), chain.hash())))
              .objects("balances", chain.figures(), StatementRoutes::figures)
              .objects(
                  "violations",
                  violations,
                  (in, each) ->
                      in.field("invariant", each.invariant()).field("detail", each.detail()));
          StatementRoutes.freshness(json, chain.freshness());
        });
  }

  private static void head(JsonWriter json, long sequence, byte[] hash) {
    json.field("sequence", sequence).field("hash", HexFormat.of().formatHex(hash));
  }

  private static void compare(Viewed live, Chain chain, List<Violation> violations) {
    if (chain.sequence() != live.sequence()) {
      violations.add(
          new Violation(
              "I7",
              "the ledger ends with entry %d, the wallet's last is %d"
                  .formatted(chain.sequence(), live.sequence())));
      return;
    }
    if (!Arrays.equals(chain.hash(), live.hash())) {
      violations.add(
          new Violation("I5", "the ledger's last hash is not the last that the wallet wrote"));
    }
    Map<String, Figures> figures = new TreeMap<>();
    chain.figures().forEach(each -> figures.put(each.creditType(), each));
    for (Balance balance : live.balances()) {
      Figures read = figures.get(balance.creditType());
      if (read != null
          && !(read.balance().equals(balance.balance()) && read.debt().equals(balance.debt()))) {
        violations.add(
            new Violation(
                "I1",
                "the ledger comes to %s of %s and a debt of %s, the wallet has %s and %s"
                    .formatted(
                        read.balance(),
                        balance.creditType(),
                        read.debt(),
                        balance.balance(),
                        balance.debt())));
      }
    }
  }
}
