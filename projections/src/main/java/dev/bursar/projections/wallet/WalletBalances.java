package dev.bursar.projections.wallet;

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
import java.util.function.Function;
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
      texts(upsert, "orgs", figures, f -> f.key().org());
      texts(upsert, "wallets", figures, f -> f.key().wallet());
      texts(upsert, "types", figures, f -> f.key().creditType());
      numbers(upsert, "balances", figures, f -> f.balance().balance().micros());
      numbers(upsert, "helds", figures, f -> f.balance().held().micros());
      numbers(upsert, "debts", figures, f -> f.balance().debt().micros());
      numbers(upsert, "sequences", figures, Figures::sequence);
      numbers(upsert, "ats", figures, f -> ChronoUnit.MICROS.between(Instant.EPOCH, f.at()));
      upsert.execute();
    }
  }

  private static void texts(
      Update update, String name, List<Figures> of, Function<Figures, String> column) {
    update.bindArray(name, String.class, of.stream().map(column).toList());
  }

  private static void numbers(
      Update update, String name, List<Figures> of, Function<Figures, Long> column) {
    update.bindArray(name, Long.class, of.stream().map(column).toList());
  }
}
