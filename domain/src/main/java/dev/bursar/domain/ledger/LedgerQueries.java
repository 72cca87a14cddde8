package dev.bursar.domain.ledger;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.export.Export;
import dev.bursar.domain.invariant.Violation;
import dev.bursar.domain.wallet.Charge;
import dev.bursar.domain.wallet.Taken;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.YearMonth;
import java.util.List;
import java.util.Optional;
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
      @Nullable String model) {

    /** All entries. */
    public static final Filter ANY = new Filter(null, null, null, null, null, null, null);
  }

  /**
   * A page of entries, by sequence. Where few pass the filter, it may have fewer than were asked
   * for, or none, and not be the last.
   *
   * @param next the sequence after which the next page begins; null if this is the last
   * @param asOf when what is shown was last brought up to date
   * @param lagMs how far it is behind the journal, in milliseconds
   */
  record Page(List<LedgerEntry> entries, @Nullable Long next, Instant asOf, long lagMs) {

    /** Whether there is a next one. */
    public boolean hasMore() {
      return next != null;
    }
  }

  /**
   * How far what was read is behind the journal.
   *
   * @param asOf when it was last brought up to date
   * @param lagMs how far it is behind, in milliseconds
   */
  record Freshness(Instant asOf, long lagMs) {}

  /** A wallet's figures in one credit type at one time. */
  record Figures(String creditType, Credits balance, Credits debt) {}

  /** A wallet's figures at one time: of every credit type that had had an entry by then. */
  record FiguresAt(List<Figures> figures, Freshness freshness) {}

  /**
   * What the entries of one type come to.
   *
   * @param amount the sum of their amounts, signed
   * @param entries how many
   */
  record Movement(EntryType type, BigDecimal amount, long entries) {}

  /**
   * A month of one credit type: the opening figures, and the movements that lead to the closing.
   *
   * @param opening before the month's first entry
   * @param closing after its last
   */
  record Statement(String creditType, Figures opening, List<Movement> movements, Figures closing) {}

  /** A month of a wallet, by credit type. */
  record MonthlyStatement(List<Statement> statements, Freshness freshness) {}

  /**
   * What became of prepaid money in a month, in one currency, by the cost basis of the very grants
   * that moved. In the currency's main unit, exact to a millionth.
   *
   * @param sold what was paid for grants that came
   * @param consumed what was used, and so is earned
   * @param expired what lapsed unused: breakage
   * @param refunded what had been used, and was given back
   * @param other voided, adjusted and moved between wallets, signed
   * @param deferred what is still owed in service at the month's end
   */
  record Revenue(
      YearMonth month,
      String currency,
      BigDecimal sold,
      BigDecimal consumed,
      BigDecimal expired,
      BigDecimal refunded,
      BigDecimal other,
      BigDecimal deferred) {}

  /** The revenue of an org, by month and currency. */
  record RevenueReport(List<Revenue> months, Freshness freshness) {}

  /**
   * A wallet's ledger read from its first entry on, every hash made once more.
   *
   * @param sequence the last entry that was read; 0 if there was none
   * @param hash its hash, 32 bytes; all zero if there was none
   * @param figures the running figures on the last entry of each credit type
   * @param violations what does not hold: the first thousand at most
   */
  record Chain(
      long sequence,
      byte[] hash,
      List<Figures> figures,
      List<Violation> violations,
      Freshness freshness) {}

  /**
   * The figures of a wallet as they stood after the last entry posted at or before a time. Waits
   * until all that was in the journal when it was asked can be seen.
   */
  CompletionStage<FiguresAt> figuresAt(String org, String wallet, Instant at);

  /**
   * A calendar month, in UTC, of a wallet. Waits until all that was in the journal when it was
   * asked can be seen.
   */
  CompletionStage<MonthlyStatement> statement(String org, String wallet, YearMonth month);

  /**
   * The calendar months, in UTC, of an org: from the one to the other, both included. Waits until
   * all that falls due by itself before their end, or by now, is on record.
   */
  CompletionStage<RevenueReport> revenue(String org, YearMonth from, YearMonth to);

  /**
   * What a transaction charged, and what has become of that; empty where there is no such
   * transaction. Where there is, it does not wait for more than it is asked to.
   *
   * @param through the last entry of the wallet that has to be seen, 0 for none: if it can't be
   *     yet, waits until all that was in the journal when it was asked can
   */
  CompletionStage<Optional<Charge>> charge(
      String org, String wallet, String transaction, long through);

  /** What a transaction took away, and how much of that has gone back: as for a charge. */
  CompletionStage<Optional<Taken>> taken(
      String org, String wallet, String transaction, long through);

  /**
   * What has become of a transfer; empty where no transfer of that name has left the wallet. Waits
   * until all that was in the journal when it was asked can be seen.
   */
  CompletionStage<Optional<SentTransfer>> transfer(String org, String wallet, String transfer);

  /**
   * Reads a wallet's ledger up to an entry, and checks the chain. Waits until all that was in the
   * journal when it was asked can be seen.
   *
   * @param through the last entry to read
   */
  CompletionStage<Chain> chain(String org, String wallet, long through);

  /**
   * The entries of a wallet that pass the filter, by sequence.
   *
   * @param afterSequence the sequence to start after; 0 for the beginning
   * @param limit how many at most
   */
  CompletionStage<Page> page(
      String org, String wallet, Filter filter, long afterSequence, int limit);

  /**
   * All entries of a wallet that pass the filter, by sequence, for whoever takes them along. Waits
   * until all that was in the journal when it was asked can be seen. Fails with {@link
   * dev.bursar.domain.export.TooManyExports}.
   */
  CompletionStage<Export<LedgerEntry>> export(String org, String wallet, Filter filter);
}
