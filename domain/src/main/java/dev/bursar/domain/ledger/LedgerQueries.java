package dev.bursar.domain.ledger;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Reads ledgers, from the read model. */
public interface LedgerQueries {

  /**
   * Which entries are wanted; null means any.
   *
   * @param from posted at or after
   * @param to posted before
   */
  record Filter(
      @Nullable Instant from,
      @Nullable Instant to,
      @Nullable EntryType type,
      @Nullable String user,
      @Nullable String team,
      @Nullable String feature,
      @Nullable String model) {}

  /**
   * A page of entries, by sequence.
   *
   * @param asOf when what is shown was last brought up to date
   * @param lagMs how far it is behind the journal, in milliseconds
   */
  record Page(List<LedgerEntry> entries, boolean hasMore, Instant asOf, long lagMs) {}

  /**
   * The entries of a wallet that pass the filter, by sequence.
   *
   * @param afterSequence the sequence to start after; 0 for the beginning
   * @param limit how many at most
   */
  CompletionStage<Page> page(
      String org, String wallet, Filter filter, long afterSequence, int limit);
}
