package dev.bursar.projections.ledger;

import static dev.bursar.projections.copy.ColumnArrays.array;

import dev.bursar.domain.ledger.LedgerEntry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import org.jdbi.v3.core.statement.Update;

/**
 * The table {@code ledger_turn}: the figures after every entry that one of another credit type
 * follows in its wallet. So the last entry of a credit type up to some place in a ledger is the one
 * at that place, or is found here, however many of other types stand between.
 */
public final class TurnTable {

  private record Wallet(String org, String wallet) {}

  /**
   * The figures after an entry that one of another credit type follows.
   *
   * @param balance the credit type's balance, in micros
   * @param debt its debt, in micros
   */
  public record Turn(
      String org, String wallet, String creditType, long sequence, long balance, long debt) {

    /** The figures after an entry. */
    public static Turn of(LedgerEntry entry) {
      return new Turn(
          entry.org(),
          entry.wallet(),
          entry.transaction().creditType(),
          entry.posting().sequence(),
          entry.posting().balance().micros(),
          entry.posting().debt().micros());
    }

    private Wallet of() {
      return new Wallet(org, wallet);
    }
  }

  /** One look-up each, however few entries there were when it was planned. */
  private static final String BEFORE =
      """
      select e.org, e.wallet, e.credit_type, e.sequence, e.balance, e.debt
      from unnest(cast(:orgs as text[]), cast(:wallets as text[]), :sequences)
        as n (org, wallet, sequence)
      cross join lateral
        (select * from ledger_entry
         where org = n.org and wallet = n.wallet and sequence = n.sequence limit 1) e
      """;

  private static final String INSERT =
      """
      insert into ledger_turn (org, wallet, credit_type, sequence, balance, debt)
      select * from unnest(cast(:orgs as text[]), cast(:wallets as text[]),
                           cast(:creditTypes as text[]), :sequences, :balances, :debts)
      """;

  private TurnTable() {}

  /** Adds the turns that these entries make, before or after they are in the ledger. */
  public static void project(Handle handle, List<LedgerEntry> entries) {
    Map<Wallet, Turn> last = before(handle, entries);
    List<Turn> turns = new ArrayList<>();
    for (LedgerEntry entry : entries) {
      Turn next = Turn.of(entry);
      Turn before = last.put(next.of(), next);
      if (before != null && !before.creditType().equals(next.creditType())) {
        turns.add(before);
      }
    }
    if (!turns.isEmpty()) {
      add(handle, turns);
    }
  }

  /** Of each wallet the entry before its first one among these. */
  private static Map<Wallet, Turn> before(Handle handle, List<LedgerEntry> entries) {
    Map<Wallet, Turn> first = new LinkedHashMap<>();
    for (LedgerEntry entry : entries) {
      Turn turn = Turn.of(entry);
      first.putIfAbsent(turn.of(), turn);
    }
    Map<Wallet, Turn> before = new HashMap<>();
    Collection<Turn> firsts = first.values();
    try (Query query = handle.createQuery(BEFORE)) {
      array(query, "orgs", String.class, firsts, Turn::org);
      array(query, "wallets", String.class, firsts, Turn::wallet);
      array(query, "sequences", Long.class, firsts, each -> each.sequence() - 1);
      query
          .map(
              (rs, context) ->
                  new Turn(
                      rs.getString(1),
                      rs.getString(2),
                      rs.getString(3),
                      rs.getLong(4),
                      rs.getLong(5),
                      rs.getLong(6)))
          .forEach(each -> before.put(each.of(), each));
    }
    return before;
  }

  private static void add(Handle handle, List<Turn> turns) {
    try (Update insert = handle.createUpdate(INSERT)) {
      array(insert, "orgs", String.class, turns, Turn::org);
      array(insert, "wallets", String.class, turns, Turn::wallet);
      array(insert, "creditTypes", String.class, turns, Turn::creditType);
      array(insert, "sequences", Long.class, turns, Turn::sequence);
      array(insert, "balances", Long.class, turns, Turn::balance);
      array(insert, "debts", Long.class, turns, Turn::debt);
      insert.execute();
    }
  }
}
