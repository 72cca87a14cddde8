package dev.bursar.projections.verify;

import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.ledger.LedgerProofs.Leaf;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.domain.org.OrgQueries;
import dev.bursar.projections.journal.JournalTime;
import dev.bursar.projections.journal.JournalUnreadable;
import dev.bursar.projections.ledger.DayTable.Kind;
import dev.bursar.projections.ledger.DayTable.Sum;
import dev.bursar.projections.ledger.LedgerRow;
import dev.bursar.projections.ledger.TurnTable.Turn;
import dev.bursar.projections.org.JdbcOrgQueries;
import dev.bursar.projections.usage.Retention;
import dev.bursar.projections.usage.UsageContents;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.result.ResultIterator;

/** Journal and read tables as they were at one moment, for as long as the transaction lasts. */
final class Snapshot {

  /** A row of {@code wallet_balance}. */
  record StoredBalance(
      String creditType, long balance, long held, long debt, long sequence, long atMicros) {}

  /** A row of {@code org}. */
  record StoredOrg(OrgQueries.Row row, long sequence) {}

  /** A row of {@code ledger_tree}. */
  record StoredTree(long size, byte[] peaks) {}

  /** In millionths: what a transaction charged, and what it took away without charging it. */
  record Gone(BigInteger charged, BigInteger taken) {}

  private record Entry(String transaction, EntryType type, long amount) {}

  /** Which subtree. */
  record Place(int level, long index) {}

  /** A row of {@code ledger_checkpoint}. */
  record StoredHead(long size, byte[] root) {}

  private static final int ROWS_AT_A_TIME = 50;
  private static final int ENTRIES_AT_A_TIME = 200;

  private final Handle handle;
  private final Retention retention;
  private final Instant now;

  /**
   * @param handle in a transaction with {@code repeatable read}
   * @param retention how long nodes keep usage
   */
  Snapshot(Handle handle, Retention retention) {
    this.handle = handle;
    this.retention = retention;
    this.now = timeOfNodes(handle);
  }

  /** Their clocks may be others than ours. */
  private static Instant timeOfNodes(Handle handle) {
    Instant ours = Instant.now();
    try {
      return JournalTime.last(handle).filter(ours::isAfter).orElse(ours);
    } catch (JournalUnreadable e) {
      // Whoever folds it says so.
      return ours;
    }
  }

  long journalRows() {
    return handle.createQuery("select count(*) from event_journal").mapTo(Long.class).one();
  }

  /** All entities that have a journal or have left anything in the read tables, in some order. */
  List<EntityId> entities() {
    List<EntityId> all = new ArrayList<>();
    handle
        .createQuery(
            """
            with recursive journal (id) as (
              (select persistence_id from event_journal order by persistence_id limit 1)
              union all
              select (select persistence_id from event_journal
                      where persistence_id > journal.id order by persistence_id limit 1)
              from journal where journal.id is not null)
            select id from journal where id is not null
            union
            select persistence_id from entity_progress
            """)
        .mapTo(String.class)
        .forEach(id -> all.add(EntityId.parse(id)));
    handle
        .createQuery(
            """
            with recursive ledger (org, wallet) as (
              (select org, wallet from ledger_entry order by org, wallet limit 1)
              union all
              select next.org, next.wallet from ledger
              cross join lateral (
                select e.org, e.wallet from ledger_entry e
                where (e.org, e.wallet) > (ledger.org, ledger.wallet)
                order by e.org, e.wallet limit 1) next)
            select org, wallet from ledger
            union
            select org, wallet from wallet_balance
            union
            select org, wallet from ledger_day
            union
            select org, wallet from ledger_turn
            """)
        .map((rs, context) -> EntityId.wallet(rs.getString(1), rs.getString(2)))
        .forEach(all::add);
    handle
        .createQuery(
            """
            select org from org union select org from ledger_tree
            union select org from ledger_subtree union select org from ledger_checkpoint
            union select org from usage_group
            """)
        .map((rs, context) -> EntityId.org(rs.getString(1)))
        .forEach(all::add);
    return all;
  }

  /** An entity's journal. */
  ResultIterator<StoredRow> journal(EntityId id) {
    return handle
        .createQuery(
            """
            select xid::text::bigint, ordering, sequence_number, event_ser_manifest, event_payload, write_timestamp
            from event_journal where persistence_id = :id order by sequence_number
            """)
        .bind("id", id.toString())
        .setFetchSize(ROWS_AT_A_TIME)
        .map(
            (rs, context) ->
                new StoredRow(
                    rs.getLong(1),
                    rs.getLong(2),
                    rs.getLong(3),
                    rs.getString(4),
                    rs.getBytes(5),
                    rs.getLong(6)))
        .iterator();
  }

  /** A wallet's ledger as the read table has it. */
  ResultIterator<Leaf> ledger(EntityId wallet) {
    return handle
        .createQuery(
            "select "
                + LedgerRow.COLUMNS
                + " from ledger_entry where org = :org and wallet = :wallet order by sequence")
        .bind("org", wallet.org())
        .bind("wallet", wallet.name())
        .setFetchSize(ENTRIES_AT_A_TIME)
        .map((rs, context) -> LedgerRow.leaf(rs))
        .iterator();
  }

  /** What a transaction charged, and what it took away without charging it, by its own entries. */
  Gone gone(EntityId wallet, String transaction) {
    BigInteger charged = BigInteger.ZERO;
    BigInteger taken = BigInteger.ZERO;
    try (ResultIterator<Entry> entries = entries(wallet, Transaction.firstSequence(transaction))) {
      while (entries.hasNext()) {
        Entry entry = entries.next();
        if (!entry.transaction.equals(transaction)) {
          break;
        }
        BigInteger amount = BigInteger.valueOf(entry.amount);
        switch (entry.type) {
          case CONSUME, LATE_USAGE -> charged = charged.subtract(amount);
          case DEBT -> charged = charged.add(amount);
          case ADJUST, VOID -> taken = taken.subtract(amount.min(BigInteger.ZERO));
          default -> {}
        }
      }
    }
    return new Gone(charged, taken);
  }

  private ResultIterator<Entry> entries(EntityId wallet, long first) {
    return handle
        .createQuery(
            """
            select transaction_id, type, amount from ledger_entry
            where org = :org and wallet = :wallet and sequence >= :first
            order by org, wallet, sequence
            """)
        .bind("org", wallet.org())
        .bind("wallet", wallet.name())
        .bind("first", first)
        .setFetchSize(ROWS_AT_A_TIME)
        .map(
            (rs, context) ->
                new Entry(rs.getString(1), LedgerRow.type(rs.getString(2)), rs.getLong(3)))
        .iterator();
  }

  /** How far an entity is projected; 0 if it is not at all. */
  long projected(EntityId id) {
    return handle
        .createQuery("select last_sequence from entity_progress where persistence_id = :id")
        .bind("id", id.toString())
        .mapTo(Long.class)
        .findOne()
        .orElse(0L);
  }

  /** A wallet's figures as the read table has them. */
  List<StoredBalance> balances(EntityId wallet) {
    return handle
        .createQuery(
            """
            select credit_type, balance, held, debt, last_sequence,
                   (extract(epoch from updated_at) * 1000000)::bigint
            from wallet_balance where org = :org and wallet = :wallet
            """)
        .bind("org", wallet.org())
        .bind("wallet", wallet.name())
        .map(
            (rs, context) ->
                new StoredBalance(
                    rs.getString(1),
                    rs.getLong(2),
                    rs.getLong(3),
                    rs.getLong(4),
                    rs.getLong(5),
                    rs.getLong(6)))
        .list();
  }

  /** Where credit types take turns in a wallet's ledger, as the read table has it, in order. */
  ResultIterator<Turn> turns(EntityId wallet) {
    return handle
        .createQuery(
            """
            select credit_type, sequence, balance, debt from ledger_turn
            where org = :org and wallet = :wallet order by sequence
            """)
        .bind("org", wallet.org())
        .bind("wallet", wallet.name())
        .setFetchSize(ENTRIES_AT_A_TIME)
        .map(
            (rs, context) ->
                new Turn(
                    wallet.org(),
                    wallet.name(),
                    rs.getString(1),
                    rs.getLong(2),
                    rs.getLong(3),
                    rs.getLong(4)))
        .iterator();
  }

  /** What a wallet's entries come to by day, as the read table has it. */
  Map<Kind, Sum> days(EntityId wallet) {
    Map<Kind, Sum> days = new TreeMap<>();
    handle
        .createQuery(
            """
            select credit_type, day, type, currency, amount, value, entries, balance, debt,
                   first_sequence, last_sequence
            from ledger_day where org = :org and wallet = :wallet
            """)
        .bind("org", wallet.org())
        .bind("wallet", wallet.name())
        .map(
            (rs, context) ->
                Map.entry(
                    new Kind(
                        wallet.org(),
                        wallet.name(),
                        rs.getString(1),
                        rs.getObject(2, LocalDate.class),
                        rs.getString(3),
                        rs.getString(4)),
                    new Sum(
                        rs.getBigDecimal(5),
                        rs.getBigDecimal(6),
                        rs.getLong(7),
                        rs.getLong(8),
                        rs.getLong(9),
                        rs.getLong(10),
                        rs.getLong(11))))
        .forEach(each -> days.put(each.getKey(), each.getValue()));
    return days;
  }

  /** An org's tree as the read table has it. */
  StoredTree tree(EntityId org) {
    return handle
        .createQuery("select size, peaks from ledger_tree where org = :org")
        .bind("org", org.org())
        .map((rs, context) -> new StoredTree(rs.getLong(1), rs.getBytes(2)))
        .findOne()
        .orElse(new StoredTree(0, new byte[0]));
  }

  /** The hashes of an org's complete subtrees, as the read table has them. */
  Map<Place, byte[]> subtrees(EntityId org) {
    Map<Place, byte[]> subtrees = new HashMap<>();
    handle
        .createQuery("select level, index, hash from ledger_subtree where org = :org")
        .bind("org", org.org())
        .map((rs, context) -> Map.entry(new Place(rs.getInt(1), rs.getLong(2)), rs.getBytes(3)))
        .forEach(each -> subtrees.put(each.getKey(), each.getValue()));
    return subtrees;
  }

  /** The heads that were signed of an org's tree, the smallest first. */
  List<StoredHead> heads(EntityId org) {
    return handle
        .createQuery("select size, root from ledger_checkpoint where org = :org order by size")
        .bind("org", org.org())
        .map((rs, context) -> new StoredHead(rs.getLong(1), rs.getBytes(2)))
        .list();
  }

  /** An org as the read table has it. */
  Optional<StoredOrg> org(EntityId org) {
    return handle
        .createQuery(
            "select last_sequence, " + JdbcOrgQueries.COLUMNS + " from org where org = :org")
        .bind("org", org.org())
        .map((rs, context) -> new StoredOrg(JdbcOrgQueries.row(rs), rs.getLong("last_sequence")))
        .findOne();
  }

  /** An org's usage as the read tables have it. */
  UsageContents usage(EntityId org) {
    return new UsageContents(handle, org.org(), retention, now);
  }
}
