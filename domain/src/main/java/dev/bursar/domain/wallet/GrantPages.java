package dev.bursar.domain.wallet;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.wallet.WalletReply.GrantView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Grants listed for people: those in force in burn order, then those to come, then those past. */
final class GrantPages {

  private GrantPages() {}

  static WalletReply page(Wallet wallet, WalletCommand.ListGrants ask) {
    List<GrantView> all = all(wallet);
    int from = 0;
    if (ask.after() != null) {
      for (int i = 0; i < all.size() && from == 0; i++) {
        from = all.get(i).grant().id().equals(ask.after()) ? i + 1 : 0;
      }
    }
    int to = Math.min(all.size(), from + ask.limit());
    return new WalletReply.Grants(List.copyOf(all.subList(from, to)), to < all.size());
  }

  private static List<GrantView> all(Wallet wallet) {
    List<GrantView> active = new ArrayList<>();
    List<GrantView> past = new ArrayList<>();
    wallet.grants().values().stream()
        .sorted(GrantState.BURN_ORDER)
        .forEach(
            g -> {
              String state = g.isVoided() ? "voided" : g.isEnded() ? "expired" : "active";
              (g.isEnded() ? past : active).add(new GrantView(g.grant, g.remaining, g.held, state));
            });
    List<GrantView> all = new ArrayList<>(active);
    wallet.scheduled().values().stream()
        .map(s -> new GrantState(s.grant(), s.attribution()))
        .sorted(GrantState.BURN_ORDER)
        .forEach(g -> all.add(new GrantView(g.grant, g.grant.amount(), Credits.ZERO, "scheduled")));
    all.addAll(past);
    return all;
  }

  /** When the next grant with something left ends; null if none does. */
  static @Nullable Instant nextExpiry(Wallet wallet) {
    for (Wallet.Due due : wallet.dues()) {
      if (due.what() == Wallet.Due.What.GRANT_ENDS
          && wallet.grant(due.id()).remaining().isPositive()) {
        return due.at();
      }
    }
    return null;
  }
}
