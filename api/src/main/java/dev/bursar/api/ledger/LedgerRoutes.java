package dev.bursar.api.ledger;

import dev.bursar.api.access.Access;
import dev.bursar.api.csv.CsvRows;
import dev.bursar.api.http.Call;
import dev.bursar.api.http.Endpoint;
import dev.bursar.api.http.Format;
import dev.bursar.api.http.Page;
import dev.bursar.api.http.Query;
import dev.bursar.api.http.Reply;
import dev.bursar.api.json.JsonWriter;
import dev.bursar.api.json.Names;
import dev.bursar.api.json.Times;
import dev.bursar.api.json.Words;
import dev.bursar.api.operation.Known;
import dev.bursar.api.problem.Problem;
import dev.bursar.api.table.Pages;
import dev.bursar.domain.entity.Entities;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.ledger.LedgerEntry;
import dev.bursar.domain.ledger.LedgerQueries;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * {@code …/ledger}: a wallet's entries, from the read model. As JSON page by page; as CSV or NDJSON
 * all that pass the filter, as a stream.
 */
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
    Format format = call.format(Format.JSON, Format.CSV, Format.NDJSON);
    Page page = call.page(query, "ledger", org, wallet);
    if (format != Format.JSON) {
      call.demand(Access.EXPORT);
      Call.demandWhole(query);
    }
    if (format != Format.JSON) {
      return Known.wallet(entities, org, wallet)
          .thenCompose(known -> queries.export(org, wallet, filter))
          .thenApply(
              found -> Reply.rows(format, rows(format, Pages.of(found))).asOf(found.freshness()));
    }
    return queries
        .page(org, wallet, filter, sequence(page), page.limit())
        .thenCompose(
            found -> {
              CompletionStage<?> known =
                  found.entries().isEmpty()
                      ? Known.wallet(entities, org, wallet)
                      : CompletableFuture.completedStage(found);
              return known.thenApply(any -> reply(page, found));
            });
  }

  private static Source<ByteString, NotUsed> rows(
      Format format, Source<List<LedgerEntry>, NotUsed> pages) {
    Source<ByteString, NotUsed> rows =
        pages.map(entries -> rows(format, entries)).filter(some -> !some.isEmpty());
    return format == Format.CSV
        ? Source.single(new CsvRows().header(EntryViews.COLUMNS).toByteString()).concat(rows)
        : rows;
  }

  private static ByteString rows(Format format, List<LedgerEntry> entries) {
    if (format == Format.CSV) {
      CsvRows rows = new CsvRows();
      entries.forEach(entry -> EntryViews.csv(rows, entry));
      return rows.toByteString();
    }
    return ByteString.fromArrayUnsafe(JsonWriter.lines(entries, EntryViews::json));
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
  static @Nullable Instant time(Query query, String name) {
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
          Long next = found.next();
          page.write(
              json, found.entries(), next == null ? null : Long.toString(next), EntryViews::json);
          json.field("as_of", found.asOf()).field("lag_ms", found.lagMs());
        });
  }
}
