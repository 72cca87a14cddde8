package dev.bursar.api.node;

import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.ledger.LedgerEntry;
import dev.bursar.domain.ledger.LedgerQueries;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.org.OrgQueries;
import dev.bursar.domain.org.OrgSettings;
import dev.bursar.domain.wallet.WalletEvent;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Reads the journal of an {@link InMemoryNode}. */
public final class InMemoryQueries {

  private final InMemoryNode node;

  public InMemoryQueries(InMemoryNode node) {
    this.node = node;
  }

  /** A wallet's entries. */
  public CompletionStage<LedgerQueries.Page> ledger(
      String org, String wallet, LedgerQueries.Filter filter, long after, int limit) {
    return node.read(
        n -> {
          List<LedgerEntry> rest =
              n.walletEvents(org, wallet).stream()
                  .map(WalletEvent::transaction)
                  .filter(Objects::nonNull)
                  .flatMap(t -> LedgerEntry.of(org, wallet, t).stream())
                  .filter(entry -> entry.posting().sequence() > after && passes(entry, filter))
                  .toList();
          return new LedgerQueries.Page(
              rest.subList(0, Math.min(limit, rest.size())), rest.size() > limit, n.now(), 0);
        });
  }

  private static boolean passes(LedgerEntry entry, LedgerQueries.Filter filter) {
    Transaction transaction = entry.transaction();
    Attribution who = transaction.attribution();
    Instant at = transaction.postedAt();
    return (filter.from() == null || !at.isBefore(filter.from()))
        && (filter.to() == null || at.isBefore(filter.to()))
        && (filter.type() == null || filter.type() == entry.posting().type())
        && is(filter.user(), who.subject().user())
        && is(filter.team(), who.subject().team())
        && is(filter.feature(), who.feature())
        && is(filter.model(), who.model());
  }

  private static boolean is(@Nullable String wanted, @Nullable String found) {
    return wanted == null || wanted.equals(found);
  }

  /** All orgs. */
  public CompletionStage<OrgQueries.Page> orgs(@Nullable String after, int limit) {
    return node.read(
        n -> {
          List<OrgQueries.Row> rest =
              n.orgNames().stream()
                  .sorted()
                  .filter(org -> after == null || org.compareTo(after) > 0)
                  .filter(org -> settings(n, org) != null)
                  .map(org -> new OrgQueries.Row(org, Objects.requireNonNull(settings(n, org))))
                  .toList();
          return new OrgQueries.Page(
              rest.subList(0, Math.min(limit, rest.size())), rest.size() > limit, n.now(), 0);
        });
  }

  private static @Nullable OrgSettings settings(InMemoryNode node, String org) {
    OrgSettings last = null;
    for (OrgEvent event : node.orgEvents(org)) {
      last = event instanceof OrgEvent.OrgPut put ? put.settings() : last;
    }
    return last;
  }
}
