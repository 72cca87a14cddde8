package dev.bursar.api.ledger;

import dev.bursar.api.access.Access;
import dev.bursar.api.http.Call;
import dev.bursar.api.http.Endpoint;
import dev.bursar.api.http.Format;
import dev.bursar.api.http.Query;
import dev.bursar.api.http.Reply;
import dev.bursar.api.json.JsonWriter;
import dev.bursar.api.json.Names;
import dev.bursar.api.operation.Known;
import dev.bursar.api.problem.Fault;
import dev.bursar.api.problem.Problem;
import dev.bursar.api.table.Pages;
import dev.bursar.domain.entity.Entities;
import dev.bursar.domain.export.Export;
import dev.bursar.domain.ledger.LedgerProofs;
import dev.bursar.domain.ledger.LedgerProofs.AuditMonth;
import dev.bursar.domain.ledger.LedgerProofs.Checkpoint;
import dev.bursar.domain.ledger.LedgerProofs.Contradiction;
import dev.bursar.domain.ledger.LedgerProofs.Leaf;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.time.YearMonth;
import java.util.Base64;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/**
 * {@code …/ledger} of an org: signed heads, proofs against them, and months to be verified offline.
 */
public final class ProofRoutes {

  private final LedgerProofs proofs;
  private final Entities entities;
  private final InstantSource clock;

  public ProofRoutes(LedgerProofs proofs, Entities entities, InstantSource clock) {
    this.proofs = proofs;
    this.entities = entities;
    this.clock = clock;
  }

  /** All of them. */
  public List<Endpoint> endpoints() {
    String ledger = "/v1/orgs/{org}/ledger";
    return List.of(
        Endpoint.get(ledger + "/checkpoint", Access.READ, this::checkpoint),
        Endpoint.get(ledger + "/inclusion", Access.READ, this::inclusion),
        Endpoint.get(ledger + "/consistency", Access.READ, this::consistency),
        Endpoint.get(ledger + "/export", Access.EXPORT, this::export));
  }

  private CompletionStage<String> known(Call call) {
    return Known.org(entities, call.org());
  }

  private static <T> CompletionStage<T> orRefused(CompletionStage<T> proof) {
    return proof.exceptionally(
        error -> {
          Throwable cause = error instanceof CompletionException ? error.getCause() : error;
          throw cause instanceof Contradiction contradiction
              ? refused(contradiction)
              : new CompletionException(cause);
        });
  }

  private static Fault refused(Contradiction contradiction) {
    return Problem.of(
            409, "ledger_contradicts_checkpoint", String.valueOf(contradiction.getMessage()))
        .fault();
  }

  private CompletionStage<Reply> checkpoint(Call call) {
    call.query(Set.of());
    Format format = call.format(Format.JSON, Format.TEXT);
    return known(call)
        .thenCompose(org -> orRefused(proofs.checkpoint(org)))
        .thenApply(
            head ->
                format == Format.TEXT
                    ? Reply.text(format, head.note().getBytes(StandardCharsets.UTF_8))
                    : Reply.ok(json -> checkpoint(json, head)));
  }

  private static void checkpoint(JsonWriter json, Checkpoint head) {
    json.field("size", head.size())
        .field("root", base64(head.root()))
        .field("checkpoint", head.note())
        .field("verifier", head.verifier());
  }

  private CompletionStage<Reply> inclusion(Call call) {
    Query query = call.query(Set.of("wallet", "sequence"));
    String wallet = query.get("wallet");
    if (wallet == null) {
      throw Problem.invalid("wallet", "is required").fault();
    }
    Names.checked("wallet", wallet);
    long sequence = number(query, "sequence", 1);
    return known(call)
        .thenCompose(org -> orRefused(proofs.inclusion(org, wallet, sequence)))
        .thenApply(
            found -> {
              if (found == null) {
                throw Problem.of(
                        404,
                        "entry_not_found",
                        "the wallet %s has no entry %d that can be seen yet"
                            .formatted(wallet, sequence))
                    .fault();
              }
              return Reply.ok(
                  json -> {
                    json.object("entry", in -> EntryViews.json(in, found.entry()))
                        .field("leaf", found.leaf())
                        .texts("path", found.path().stream().map(ProofRoutes::base64).toList());
                    checkpoint(json, found.checkpoint());
                  });
            });
  }

  private CompletionStage<Reply> consistency(Call call) {
    long from = number(call.query(Set.of("from")), "from", 0);
    return known(call)
        .thenCompose(org -> orRefused(proofs.consistency(org, from)))
        .thenApply(
            found -> {
              if (found == null) {
                throw Problem.invalid("from", "is beyond the tree's size").fault();
              }
              return Reply.ok(
                  json -> {
                    json.field("from", found.from())
                        .field("from_root", base64(found.fromRoot()))
                        .texts("proof", found.proof().stream().map(ProofRoutes::base64).toList());
                    checkpoint(json, found.checkpoint());
                  });
            });
  }

  private static long number(Query query, String name, long min) {
    String text = query.get(name);
    if (text != null && text.matches("[0-9]{1,18}") && Long.parseLong(text) >= min) {
      return Long.parseLong(text);
    }
    throw Problem.invalid(name, "has to be a whole number from " + min).fault();
  }

  // ---- a month, to be verified offline

  private CompletionStage<Reply> export(Call call) {
    call.format(Format.NDJSON);
    YearMonth month = Months.of(call.query(Set.of("month")), "month", clock.instant());
    return known(call)
        .thenCompose(
            org ->
                orRefused(proofs.month(org, month))
                    .thenCompose(
                        found ->
                            orRefused(proofs.leaves(org, found.from(), found.to()))
                                .thenApply(
                                    leaves ->
                                        Reply.rows(Format.NDJSON, lines(org, found, leaves)))));
  }

  private static Source<ByteString, NotUsed> lines(
      String org, AuditMonth month, Export<Leaf> leaves) {
    byte[] end =
        JsonWriter.bytes(
            json -> json.field("kind", "end").field("entries", month.to() - month.from()));
    return Source.single(line(JsonWriter.bytes(json -> header(json, org, month))))
        .concat(Pages.of(leaves).map(ProofRoutes::lines))
        .concat(Source.single(line(end)));
  }

  private static void header(JsonWriter json, String org, AuditMonth export) {
    json.field("kind", "bursar-ledger-export")
        .field("version", 1)
        .field("org", org)
        .field("month", export.month().toString())
        .field("from_leaf", export.from())
        .field("to_leaf", export.to())
        .texts("left", export.left().stream().map(ProofRoutes::base64).toList())
        .texts("right", export.right().stream().map(ProofRoutes::base64).toList())
        .field("checkpoint", export.checkpoint().note())
        .field("verifier", export.checkpoint().verifier());
  }

  private static ByteString lines(List<Leaf> leaves) {
    return ByteString.fromArrayUnsafe(
        JsonWriter.lines(
            leaves,
            (json, leaf) -> {
              json.field("leaf", leaf.leaf()).field("org", leaf.entry().org());
              EntryViews.json(json, leaf.entry());
            }));
  }

  private static ByteString line(byte[] json) {
    return ByteString.fromArrayUnsafe(json).concat(ByteString.fromString("\n"));
  }

  private static String base64(byte[] hash) {
    return Base64.getEncoder().encodeToString(hash);
  }
}
