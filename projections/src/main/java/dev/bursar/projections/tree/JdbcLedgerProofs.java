package dev.bursar.projections.tree;

import dev.bursar.domain.export.Export;
import dev.bursar.domain.ledger.LedgerProofs;
import dev.bursar.domain.ledger.MerkleTree;
import dev.bursar.projections.due.ClosedBooks;
import dev.bursar.projections.export.Exports;
import dev.bursar.projections.progress.Deadline;
import dev.bursar.projections.progress.Progress;
import dev.bursar.projections.progress.ReadQueries;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Proofs from the tables of the tree, and from the ledger itself. */
public final class JdbcLedgerProofs implements LedgerProofs {

  private record Range(long from, long to) {}

  /** An entry and, if it was signed already, the proof. */
  private record Found(Leaf leaf, @Nullable Inclusion inclusion) {}

  private static final String RANGE =
      """
      select min(first.leaf), max(last.leaf) + 1
      from (select wallet, min(first_sequence) as first_sequence,
                   max(last_sequence) as last_sequence
            from ledger_day where org = :org and day >= :from and day < :to group by wallet) m
      join ledger_entry first on first.org = :org and first.wallet = m.wallet
        and first.sequence = m.first_sequence
      join ledger_entry last on last.org = :org and last.wallet = m.wallet
        and last.sequence = m.last_sequence
      """;

  private static final String END_BEFORE =
      """
      select leaf + 1 from ledger_entry
      where org = :org and leaf < :before and posted_at >= :from and posted_at < :to
      order by leaf desc limit 1
      """;

  private final ReadQueries queries;
  private final Progress progress;
  private final ClosedBooks books;
  private final Exports exports;
  private final Alarms alarms;
  private final HeadSigner signer;

  /**
   * Making a head may read a hundred thousand rows under a lock: once for all who ask meanwhile.
   */
  private final Turns<Checkpoint> signing = new Turns<>(this::signed);

  /**
   * @param books sees to it that a month which is over is exported whole
   * @param exports where leaves are read
   * @param keys sign the heads
   * @param clock when
   */
  public JdbcLedgerProofs(
      ReadQueries queries,
      Progress progress,
      ClosedBooks books,
      Exports exports,
      SigningKeys keys,
      InstantSource clock,
      MeterRegistry metrics) {
    this.queries = queries;
    this.progress = progress;
    this.books = books;
    this.exports = exports;
    this.alarms = new Alarms(metrics);
    this.signer = new HeadSigner(keys, clock, alarms);
  }

  /** Of each org whose ledger contradicts its signed head, what is wrong with it. */
  public Map<String, String> alarms() {
    return alarms.reasons();
  }

  @Override
  public CompletionStage<Checkpoint> checkpoint(String org) {
    return signing.ask(org);
  }

  private CompletionStage<Checkpoint> signed(String org) {
    Deadline deadline = queries.deadline();
    return queries
        .run(deadline, handle -> new Attempt(signer.sign(handle, org, true)))
        .thenCompose(
            attempt -> {
              Checkpoint signed = attempt.signed();
              return signed != null
                  ? CompletableFuture.completedFuture(signed)
                  : caughtUp(org, deadline);
            });
  }

  /** What may not have been there yet the first time is null. */
  private record Attempt(@Nullable Checkpoint signed) {}

  /**
   * The tree was behind the last head; if it still is with all that is in the journal, it is less.
   */
  private CompletionStage<Checkpoint> caughtUp(String org, Deadline deadline) {
    return progress
        .caughtUp(org, deadline)
        .thenCompose(
            done -> queries.run(deadline, handle -> new Attempt(signer.sign(handle, org, false))))
        .thenApply(
            attempt -> {
              Checkpoint signed = attempt.signed();
              if (signed == null) {
                throw new IllegalStateException("nothing was signed");
              }
              return signed;
            });
  }

  @Override
  public CompletionStage<Inclusion> inclusion(String org, String wallet, long sequence) {
    return this.<@Nullable Found>read(org, handle -> find(handle, org, wallet, sequence))
        .thenCompose(
            found -> {
              if (found == null) {
                return CompletableFuture.<Inclusion>completedFuture(none());
              }
              Inclusion inclusion = found.inclusion();
              return inclusion != null
                  ? CompletableFuture.completedFuture(inclusion)
                  : checkpoint(org)
                      .thenCompose(
                          head -> read(org, handle -> inclusion(handle, org, found.leaf(), head)));
            });
  }

  /** The entry; with the proof, if the last head covers it. */
  private @Nullable Found find(Handle handle, String org, String wallet, long sequence) {
    Leaf leaf = Leaves.find(handle, org, wallet, sequence).orElse(null);
    if (leaf == null) {
      return null;
    }
    Heads.Signed last = Heads.last(handle, org, signer.verifier()).orElse(null);
    boolean covered =
        last != null && leaf.leaf() < last.size() && last.verifier().equals(signer.verifier());
    if (last == null || !covered) {
      return new Found(leaf, null);
    }
    Checkpoint head = new Checkpoint(last.size(), last.root(), last.note(), last.verifier());
    return new Found(leaf, inclusion(handle, org, leaf, head));
  }

  private static Inclusion inclusion(Handle handle, String org, Leaf leaf, Checkpoint head) {
    StoredSubtrees subtrees = new StoredSubtrees(handle, org);
    check(org, head, subtrees);
    if (!Arrays.equals(Leaves.hash(leaf.entry()), subtrees.hash(0, leaf.leaf()))) {
      throw new Contradiction(
          "entry %d of %s of %s is not what was hashed"
              .formatted(leaf.entry().posting().sequence(), leaf.entry().wallet(), org));
    }
    return new Inclusion(
        leaf.entry(), leaf.leaf(), MerkleTree.inclusion(leaf.leaf(), head.size(), subtrees), head);
  }

  private static void check(String org, Checkpoint head, StoredSubtrees subtrees) {
    if (!Arrays.equals(MerkleTree.root(head.size(), subtrees), head.root())) {
      throw new Contradiction(
          "the first %d entries of the ledger of %s are not those of which a head was signed"
              .formatted(head.size(), org));
    }
  }

  @Override
  public CompletionStage<Consistency> consistency(String org, long from) {
    if (from < 0) {
      return CompletableFuture.failedFuture(
          new IllegalArgumentException("from is %d, 0 or more would be accepted".formatted(from)));
    }
    return checkpoint(org)
        .thenCompose(
            head ->
                from > head.size()
                    ? CompletableFuture.<Consistency>completedFuture(none())
                    : read(org, handle -> consistency(handle, org, from, head)));
  }

  private static Consistency consistency(Handle handle, String org, long from, Checkpoint head) {
    StoredSubtrees subtrees = new StoredSubtrees(handle, org);
    check(org, head, subtrees);
    return new Consistency(
        from,
        MerkleTree.root(from, subtrees),
        MerkleTree.consistency(from, head.size(), subtrees),
        head);
  }

  @Override
  public CompletionStage<AuditMonth> month(String org, YearMonth month) {
    return books
        .through(org, month, queries.deadline())
        .thenCompose(closed -> checkpoint(org))
        .thenCompose(head -> read(org, handle -> month(handle, org, month, head)));
  }

  private static AuditMonth month(Handle handle, String org, YearMonth month, Checkpoint head) {
    Range range = range(handle, org, month, head.size());
    StoredSubtrees subtrees = new StoredSubtrees(handle, org);
    check(org, head, subtrees);
    return new AuditMonth(
        month,
        range.from(),
        range.to(),
        cover(0, range.from(), subtrees),
        cover(range.to(), head.size(), subtrees),
        head);
  }

  /**
   * From the month's first leaf to its last, of those that the head covers. What came after the
   * head was signed is left to the next export.
   */
  private static Range range(Handle handle, String org, YearMonth month, long size) {
    return handle
        .createQuery(RANGE)
        .bind("org", org)
        .bind("from", month.atDay(1))
        .bind("to", month.plusMonths(1).atDay(1))
        .map(
            (rs, context) -> {
              long from = rs.getLong(1);
              return rs.wasNull() || from >= size
                  ? new Range(size, size)
                  : new Range(from, endBefore(handle, org, month, Math.min(rs.getLong(2), size)));
            })
        .one();
  }

  /** After the month's last leaf of those before one. */
  private static long endBefore(Handle handle, String org, YearMonth month, long before) {
    return handle
        .createQuery(END_BEFORE)
        .bind("org", org)
        .bind("from", month.atDay(1).atStartOfDay().atOffset(ZoneOffset.UTC))
        .bind("to", month.plusMonths(1).atDay(1).atStartOfDay().atOffset(ZoneOffset.UTC))
        .bind("before", before)
        .mapTo(Long.class)
        .one();
  }

  /** The hashes of the largest complete subtrees over these leaves, from left to right. */
  private static List<byte[]> cover(long from, long to, MerkleTree.Subtrees subtrees) {
    List<byte[]> hashes = new ArrayList<>();
    long at = from;
    while (at < to) {
      long fits = Long.highestOneBit(to - at);
      long step = at == 0 ? fits : Math.min(fits, Long.lowestOneBit(at));
      int level = Long.numberOfTrailingZeros(step);
      hashes.add(subtrees.hash(level, at >>> level));
      at += step;
    }
    return List.copyOf(hashes);
  }

  @Override
  public CompletionStage<Export<Leaf>> leaves(String org, long from, long to) {
    LeafParts leaves = new LeafParts(org, from, to);
    return exports.begin(org, false, alarming(org, leaves::next)::apply);
  }

  private <T extends @Nullable Object> CompletionStage<T> read(
      String org, Function<Handle, T> read) {
    return queries.run(alarming(org, read));
  }

  /** A read that raises the alarm when it meets a contradiction; it may be done again. */
  private <T extends @Nullable Object> Function<Handle, T> alarming(
      String org, Function<Handle, T> read) {
    return handle -> {
      try {
        return read.apply(handle);
      } catch (Contradiction e) {
        throw alarms.raise(org, e, read::apply);
      }
    };
  }

  /** The port's way to say that there is nothing. */
  @SuppressWarnings("NullAway")
  private static <T> T none() {
    return null;
  }
}
