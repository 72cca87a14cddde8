package dev.bursar.journal;

import dev.bursar.domain.budget.Tallies;
import dev.bursar.domain.org.Org;
import dev.bursar.domain.team.Team;
import dev.bursar.domain.wallet.Hold;
import dev.bursar.domain.wallet.WalletSnapshot;
import java.util.Comparator;
import java.util.List;

/**
 * Puts what comes out of hash tables into the order of its names. Lists whose order is part of the
 * state (what lapsed, what is open in an org, budgets, the windows of a counter) stay as they are.
 */
final class SnapshotOrder {

  private static final Comparator<Tallies.CounterPart> BY_COUNTER =
      Comparator.<Tallies.CounterPart, String>comparing(part -> part.counter().budget())
          .thenComparing(part -> part.counter().member())
          .thenComparing(
              part -> part.counter().since(), Comparator.nullsFirst(Comparator.naturalOrder()));

  private SnapshotOrder() {}

  static WalletSnapshot of(WalletSnapshot wallet) {
    return new WalletSnapshot(
        wallet.owner(),
        wallet.lastAt(),
        wallet.ledgerSequence(),
        wallet.ledgerHead(),
        wallet.balances(),
        sorted(wallet.grants(), Comparator.comparing(part -> part.grant().id())),
        sorted(wallet.scheduled(), Comparator.comparing(part -> part.grant().id())),
        sorted(wallet.holds(), Comparator.comparing(Hold::reservation)),
        wallet.lapsed(),
        wallet.transfers(),
        wallet.barredTransfers(),
        wallet.endings(),
        wallet.planChanges(),
        wallet.usedAhead(),
        wallet.cutShort());
  }

  static Team.Snapshot of(Team.Snapshot team) {
    return new Team.Snapshot(team.lastAt(), of(team.tallies()), team.heldAt());
  }

  static Org.Snapshot of(Org.Snapshot org) {
    return new Org.Snapshot(
        org.settings(),
        org.lastAt(),
        org.units(),
        org.users(),
        org.budgets(),
        org.wallets(),
        org.open(),
        of(org.tallies()),
        org.drafts(),
        org.drafted(),
        org.overrides(),
        org.freezes(),
        org.takenOver(),
        org.planGrants(),
        org.expired());
  }

  private static Tallies.Snapshot of(Tallies.Snapshot tallies) {
    return new Tallies.Snapshot(
        sorted(tallies.counters(), BY_COUNTER), tallies.open(), tallies.lapsed());
  }

  private static <T> List<T> sorted(List<T> list, Comparator<T> order) {
    return list.stream().sorted(order).toList();
  }
}
