package dev.bursar.projections.ledger;

import static dev.bursar.projections.copy.ColumnArrays.array;

import dev.bursar.domain.credits.Money;
import dev.bursar.domain.ledger.LedgerEntry;
import dev.bursar.domain.ledger.Posting;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;

/** The table {@code ledger_day}: what the entries of a wallet come to, by UTC day and kind. */
public final class DayTable {

  /**
   * What is summed up together.
   *
   * @param day in UTC
   * @param type the entries' type, by its word
   * @param currency what they are worth something in; empty where they are not
   */
  public record Kind(
      String org, String wallet, String creditType, LocalDate day, String type, String currency)
      implements Comparable<Kind> {

    private static final Comparator<Kind> ORDER =
        Comparator.comparing(Kind::org)
            .thenComparing(Kind::wallet)
            .thenComparing(Kind::creditType)
            .thenComparing(Kind::day)
            .thenComparing(Kind::type)
            .thenComparing(Kind::currency);

    /** The kind of an entry. */
    public static Kind of(LedgerEntry entry) {
      Money value = entry.posting().value();
      return new Kind(
          entry.org(),
          entry.wallet(),
          entry.transaction().creditType(),
          dayOf(entry.transaction().postedAt()),
          entry.posting().type().word(),
          value == null ? "" : value.currency());
    }

    @Override
    public int compareTo(Kind other) {
      return ORDER.compare(this, other);
    }
  }

  /**
   * What entries of one kind come to.
   *
   * @param amount the sum of the amounts, in micros
   * @param value the sum of the values, in micros
   * @param entries how many
   * @param balance the credit type's balance after the last of them, in micros
   * @param debt its debt, in micros
   * @param firstSequence the first of them
   * @param lastSequence the last
   */
  public record Sum(
      BigDecimal amount,
      BigDecimal value,
      long entries,
      long balance,
      long debt,
      long firstSequence,
      long lastSequence) {

    /** A sum of one entry. */
    public static Sum of(LedgerEntry entry) {
      Posting posting = entry.posting();
      Money value = posting.value();
      return new Sum(
          BigDecimal.valueOf(posting.amount().micros()),
          value == null ? BigDecimal.ZERO : BigDecimal.valueOf(value.amount().micros()),
          1,
          posting.balance().micros(),
          posting.debt().micros(),
          posting.sequence(),
          posting.sequence());
    }

    /** With those that come later. */
    public Sum plus(Sum later) {
      return new Sum(
          amount.add(later.amount),
          value.add(later.value),
          entries + later.entries,
          later.balance,
          later.debt,
          firstSequence,
          later.lastSequence);
    }
  }

  private static final String UPSERT =
      """
      insert into ledger_day as d
        (org, wallet, credit_type, day, type, currency, amount, value, entries, balance, debt,
         first_sequence, last_sequence)
      select org, wallet, credit_type, date '1970-01-01' + cast(day as integer), type, currency,
             amount, value, entries, balance, debt, first_sequence, last_sequence
      from unnest(cast(:orgs as text[]), cast(:wallets as text[]), cast(:creditTypes as text[]),
                  :days, cast(:types as text[]), cast(:currencies as text[]),
                  cast(:amounts as numeric[]), cast(:values as numeric[]), :entries, :balances,
                  :debts, :firsts, :lasts)
        as n (org, wallet, credit_type, day, type, currency, amount, value, entries, balance,
              debt, first_sequence, last_sequence)
      on conflict (org, wallet, credit_type, day, type, currency) do update set
        amount = d.amount + excluded.amount, value = d.value + excluded.value,
        entries = d.entries + excluded.entries, balance = excluded.balance,
        debt = excluded.debt, last_sequence = excluded.last_sequence
      """;

  private DayTable() {}

  /** The UTC day of a time. */
  static LocalDate dayOf(Instant time) {
    return LocalDate.ofInstant(time, ZoneOffset.UTC);
  }

  /** Adds these entries to the sums. */
  public static void project(Handle handle, List<LedgerEntry> entries) {
    // Sorted, so that nobody deadlocks.
    TreeMap<Kind, Sum> sums = new TreeMap<>();
    for (LedgerEntry entry : entries) {
      sums.merge(Kind.of(entry), Sum.of(entry), Sum::plus);
    }
    Set<Kind> kinds = sums.keySet();
    Collection<Sum> of = sums.values();
    try (Update upsert = handle.createUpdate(UPSERT)) {
      array(upsert, "orgs", String.class, kinds, Kind::org);
      array(upsert, "wallets", String.class, kinds, Kind::wallet);
      array(upsert, "creditTypes", String.class, kinds, Kind::creditType);
      array(upsert, "days", Long.class, kinds, kind -> kind.day().toEpochDay());
      array(upsert, "types", String.class, kinds, Kind::type);
      array(upsert, "currencies", String.class, kinds, Kind::currency);
      array(upsert, "amounts", String.class, of, sum -> sum.amount().toPlainString());
      array(upsert, "values", String.class, of, sum -> sum.value().toPlainString());
      array(upsert, "entries", Long.class, of, Sum::entries);
      array(upsert, "balances", Long.class, of, Sum::balance);
      array(upsert, "debts", Long.class, of, Sum::debt);
      array(upsert, "firsts", Long.class, of, Sum::firstSequence);
      array(upsert, "lasts", Long.class, of, Sum::lastSequence);
      upsert.execute();
    }
  }
}
