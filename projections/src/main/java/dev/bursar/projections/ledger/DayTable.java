package dev.bursar.projections.ledger;

import dev.bursar.domain.credits.Money;
import dev.bursar.domain.ledger.LedgerEntry;
import dev.bursar.domain.ledger.Posting;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
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
    List<Map.Entry<Kind, Sum>> rows = List.copyOf(sums.entrySet());
    try (Update upsert = handle.createUpdate(UPSERT)) {
      kinds(upsert, "orgs", rows, Kind::org);
      kinds(upsert, "wallets", rows, Kind::wallet);
      kinds(upsert, "creditTypes", rows, Kind::creditType);
      upsert.bindArray(
          "days", Long.class, rows.stream().map(row -> row.getKey().day().toEpochDay()).toList());
      kinds(upsert, "types", rows, Kind::type);
      kinds(upsert, "currencies", rows, Kind::currency);
      sums(upsert, "amounts", rows, String.class, sum -> sum.amount().toPlainString());
      sums(upsert, "values", rows, String.class, sum -> sum.value().toPlainString());
      sums(upsert, "entries", rows, Long.class, Sum::entries);
      sums(upsert, "balances", rows, Long.class, Sum::balance);
      sums(upsert, "debts", rows, Long.class, Sum::debt);
      sums(upsert, "firsts", rows, Long.class, Sum::firstSequence);
      sums(upsert, "lasts", rows, Long.class, Sum::lastSequence);
      upsert.execute();
    }
  }

  private static void kinds(
      Update update, String name, List<Map.Entry<Kind, Sum>> of, Function<Kind, String> column) {
    update.bindArray(
        name, String.class, of.stream().map(row -> column.apply(row.getKey())).toList());
  }

  private static <T> void sums(
      Update update,
      String name,
      List<Map.Entry<Kind, Sum>> of,
      Class<T> type,
      Function<Sum, T> column) {
    update.bindArray(name, type, of.stream().map(row -> column.apply(row.getValue())).toList());
  }
}
