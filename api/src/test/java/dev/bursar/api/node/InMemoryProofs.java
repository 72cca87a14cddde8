package dev.bursar.api.node;

import dev.bursar.domain.export.Export;
import dev.bursar.domain.ledger.LedgerEntry;
import dev.bursar.domain.ledger.LedgerProofs;
import dev.bursar.domain.ledger.MerkleTree;
import java.time.YearMonth;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Proofs over the entries of an {@link InMemoryNode}, wallet by wallet, with an unsigned head. */
public final class InMemoryProofs implements LedgerProofs {

  private final InMemoryQueries queries;
  private volatile boolean contradicted;

  public InMemoryProofs(InMemoryQueries queries) {
    this.queries = queries;
  }

  /** From now on, no head can be signed. */
  public void contradict() {
    contradicted = true;
  }

  @Override
  public CompletionStage<Checkpoint> checkpoint(String org) {
    return queries.entries(org).thenApply(entries -> checkpoint(org, entries));
  }

  private Checkpoint checkpoint(String org, List<LedgerEntry> entries) {
    if (contradicted) {
      throw new Contradiction("the last signed head is not in this tree");
    }
    byte[] root = MerkleTree.root(entries.size(), subtrees(entries));
    String text =
        "bursar.ledger/%s\n%d\n%s\n"
            .formatted(org, entries.size(), Base64.getEncoder().encodeToString(root));
    return new Checkpoint(entries.size(), root, text + "\n", "test+00000000+none");
  }

  private static MerkleTree.Subtrees subtrees(List<LedgerEntry> entries) {
    return new MerkleTree.Subtrees() {
      @Override
      public byte[] hash(int level, long index) {
        return level == 0
            ? MerkleTree.leaf(entries.get((int) index).canonical())
            : MerkleTree.node(hash(level - 1, index * 2), hash(level - 1, index * 2 + 1));
      }
    };
  }

  @Override
  public CompletionStage<@Nullable Inclusion> inclusion(String org, String wallet, long sequence) {
    return queries
        .entries(org)
        .thenApply(
            entries -> {
              for (int i = 0; i < entries.size(); i++) {
                LedgerEntry entry = entries.get(i);
                if (entry.wallet().equals(wallet) && entry.posting().sequence() == sequence) {
                  return new Inclusion(
                      entry,
                      i,
                      MerkleTree.inclusion(i, entries.size(), subtrees(entries)),
                      checkpoint(org, entries));
                }
              }
              return null;
            });
  }

  @Override
  public CompletionStage<@Nullable Consistency> consistency(String org, long from) {
    return queries
        .entries(org)
        .thenApply(
            entries ->
                from > entries.size()
                    ? null
                    : new Consistency(
                        from,
                        MerkleTree.root(from, subtrees(entries)),
                        MerkleTree.consistency(from, entries.size(), subtrees(entries)),
                        checkpoint(org, entries)));
  }

  @Override
  public CompletionStage<AuditMonth> month(String org, YearMonth month) {
    return queries
        .entries(org)
        .thenApply(
            entries ->
                new AuditMonth(
                    month, 0, entries.size(), List.of(), List.of(), checkpoint(org, entries)));
  }

  @Override
  public CompletionStage<Export<Leaf>> leaves(String org, long from, long to) {
    return queries
        .entries(org)
        .thenCompose(
            entries ->
                queries.export(
                    LongStream.range(from, to)
                        .mapToObj(i -> new Leaf(i, entries.get((int) i)))
                        .toList()));
  }
}
