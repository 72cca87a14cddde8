package dev.bursar.api.ledger;

import dev.bursar.api.access.Access;
import dev.bursar.api.enforcement.ReservationViews;
import dev.bursar.api.http.Call;
import dev.bursar.api.http.Endpoint;
import dev.bursar.api.http.Page;
import dev.bursar.api.http.Query;
import dev.bursar.api.http.Reply;
import dev.bursar.api.json.JsonWriter;
import dev.bursar.api.json.Names;
import dev.bursar.api.json.Times;
import dev.bursar.api.json.Words;
import dev.bursar.api.operation.Outcomes;
import dev.bursar.api.problem.Problem;
import dev.bursar.domain.entity.Entities;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.ledger.LedgerEntry;
import dev.bursar.domain.ledger.LedgerQueries;
import dev.bursar.domain.ledger.Posting;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.domain.wallet.WalletCommand;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** {@code …/ledger}: a wallet's entries, from the read model, with how far it is behind. */
public final class LedgerRoutes {

  private static final Set<String> PARAMETERS =
      Call.listParameters("from", "to", "type", "user", "team", "feature", "model");
  private static final Words<EntryType> TYPES = Words.of(EntryType.values());

  private final LedgerQueries queries;
  private final Entities entities;

  public LedgerRoutes(LedgerQueries queries, Entities entities) {
    this.queries = queries;
    this.entities = entities;
  }

  /** All of them. */
  public List<Endpoint> endpoints() {
    return List.of(Endpoint.get("/v1/orgs/{org}/wallets/{wallet}/ledger", Access.READ, this::list));
  }

  private CompletionStage<Reply> list(Call call) {
    String org = call.org();
    String wallet = call.name("wallet");
    Query query = call.query(PARAMETERS);
    LedgerQueries.Filter filter = filter(query);
    Instant from = filter.from();
    Instant to = filter.to();
    if (from != null && to != null && from.isAfter(to)) {
      throw Problem.invalid("from", "is after to, " + to).fault();
    }
    Page page = call.page(query, "ledger", org, wallet);
    return queries
        .page(org, wallet, filter, sequence(page), page.limit())
        .thenCompose(
            found ->
                found.entries().isEmpty()
                    ? known(org, wallet).thenApply(wallets -> reply(page, found))
                    : CompletableFuture.completedStage(reply(page, found)));
  }

  /** A wallet that is not there has no ledger, not an empty one. */
  private CompletionStage<?> known(String org, String wallet) {
    return entities
        .wallet(org, wallet, new Request<>(new WalletCommand.View(), null))
        .thenApply(Outcomes::done);
  }

  private static long sequence(Page page) {
    String after = page.after();
    if (after == null) {
      return 0;
    }
    if (!after.matches("[0-9]{1,18}")) {
      throw Page.bad();
    }
    return Long.parseLong(after);
  }

  private static LedgerQueries.Filter filter(Query query) {
    String type = query.get("type");
    return new LedgerQueries.Filter(
        time(query, "from"),
        time(query, "to"),
        type == null ? null : TYPES.checked("type", type),
        name(query, "user"),
        name(query, "team"),
        name(query, "feature"),
        name(query, "model"));
  }

  /** A plus sign that was sent as it is has become a space by now. */
  private static @Nullable Instant time(Query query, String name) {
    String text = query.get(name);
    return text == null ? null : Times.checked(name, text.replace(' ', '+'));
  }

  private static @Nullable String name(Query query, String name) {
    String text = query.get(name);
    return text == null ? null : Names.checked(name, text);
  }

  private static Reply reply(Page page, LedgerQueries.Page found) {
    return Reply.ok(
        json -> {
          page.write(
              json,
              found.entries(),
              found.hasMore(),
              entry -> Long.toString(entry.posting().sequence()),
              LedgerRoutes::entry);
          json.field("as_of", found.asOf()).field("lag_ms", found.lagMs());
        });
  }

  private static void entry(JsonWriter json, LedgerEntry entry) {
    Transaction transaction = entry.transaction();
    Posting posting = entry.posting();
    Attribution attribution = transaction.attribution();
    json.field("entry_id", entry.entryId())
        .field("wallet", entry.wallet())
        .field("sequence", posting.sequence())
        .field("transaction_id", transaction.id())
        .field("posted_at", transaction.postedAt())
        .field("type", posting.type().word())
        .field("credit_type", transaction.creditType())
        .field("amount", posting.amount())
        .field("balance", posting.balance())
        .field("debt", posting.debt())
        .field("grant", posting.grant())
        .field("trigger", attribution.trigger())
        .field("actor", attribution.actor());
    ReservationViews.attribution(json, attribution);
    json.field("reservation", transaction.reservation())
        .field("idempotency_key", attribution.idempotencyKey())
        .field("previous_hash", HexFormat.of().formatHex(entry.previousHash()))
        .field("hash", HexFormat.of().formatHex(posting.hash()));
  }
}
