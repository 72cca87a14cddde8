package dev.bursar.projections.wallet;

import static dev.bursar.projections.copy.ColumnArrays.array;

import dev.bursar.domain.entity.Recorded;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.wallet.Balance;
import dev.bursar.domain.wallet.WalletEvent;
import dev.bursar.projections.journal.JournalRow;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Update;

/** The table {@code wallet_balance}: of each wallet and credit type, the figures as they stand. */
public final class WalletBalances {

  private record Key(String org, String wallet, String creditType) implements Comparable<Key> {
    private static final Comparator<Key> ORDER =
        Comparator.comparing(Key::org).thenComparing(Key::wallet).thenComparing(Key::creditType);

    @Override
    public int compareTo(Key other) {
      return ORDER.compare(this, other);
    }
  }

  private record Figures(Key key, Balance balance, long sequence, Instant at) {}

  private static final String UPSERT =
      """
      insert into wallet_balance as b
        (org, wallet, credit_type, balance, held, debt, last_sequence, updated_at)
      select org, wallet, credit_type, balance, held, debt, last_sequence,
             timestamptz 'epoch' + at_micros * interval '1 microsecond'
      from unnest(cast(:orgs as text[]), cast(:wallets as text[]), cast(:types as text[]),
                  :balances, :helds, :debts, :sequences, :ats)
        as n (org, wallet, credit_type, balance, held, debt, last_sequence, at_micros)
      on conflict (org, wallet, credit_type) do update set
        balance = excluded.balance, held = excluded.held, debt = excluded.debt,
        last_sequence = excluded.last_sequence, updated_at = excluded.updated_at
      """;

  private WalletBalances() {}

  /** Writes the last figures that these rows hold. */
  public static void project(Handle handle, List<JournalRow> rows) {
    TreeMap<Key, Figures> last = new TreeMap<>();
    for (JournalRow row : rows) {
      if (row instanceof JournalRow.OfWallet wallet) {
        for (Recorded<WalletEvent> recorded : wallet.batch().recorded()) {
          Balance balance = recorded.event().balance();
          if (balance != null) {
            EntityId id = wallet.entity();
            Key key = new Key(id.org(), id.name(), balance.creditType());
            last.put(key, new Figures(key, balance, row.sequence(), recorded.event().at()));
          }
        }
      }
    }
    if (last.isEmpty()) {
      return;
    }
    List<Figures> figures = List.copyOf(last.values());
    try (Update upsert = handle.createUpdate(UPSERT)) {
      array(upsert, "orgs", String.class, figures, f -> f.key().org());
      array(upsert, "wallets", String.class, figures, f -> f.key().wallet());
      array(upsert, "types", String.class, figures, f -> f.key().creditType());
      array(upsert, "balances", Long.class, figures, f -> f.balance().balance().micros());
      array(upsert, "helds", Long.class, figures, f -> f.balance().held().micros());
      array(upsert, "debts", Long.class, figures, f -> f.balance().debt().micros());
      array(upsert, "sequences", Long.class, figures, Figures::sequence);
      array(
          upsert,
          "ats",
          Long.class,
          figures,
          f -> ChronoUnit.MICROS.between(Instant.EPOCH, f.at()));
      upsert.execute();
    }
  }
}
