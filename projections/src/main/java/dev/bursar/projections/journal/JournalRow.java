package dev.bursar.projections.journal;

import dev.bursar.domain.entity.Batch;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.team.TeamEvent;
import dev.bursar.domain.wallet.WalletEvent;
import java.util.List;

/** A row of the journal, decoded. */
public sealed interface JournalRow {

  /** Whose row it is. */
  EntityId entity();

  /** The row's number within its entity, from 1. */
  long sequence();

  /** How many events it holds; of a team, without its holds. */
  int events();

  /** How many events these rows hold. */
  static int events(List<JournalRow> rows) {
    int events = 0;
    for (JournalRow row : rows) {
      events += row.events();
    }
    return events;
  }

  /** A row of a wallet. */
  record OfWallet(EntityId entity, Batch<WalletEvent> batch) implements JournalRow {
    @Override
    public long sequence() {
      return batch.sequence();
    }

    @Override
    public int events() {
      return batch.recorded().size();
    }
  }

  /** A row of an org. */
  record OfOrg(EntityId entity, Batch<OrgEvent> batch) implements JournalRow {
    @Override
    public long sequence() {
      return batch.sequence();
    }

    @Override
    public int events() {
      return batch.recorded().size();
    }
  }

  /** A row of a team. */
  record OfTeam(EntityId entity, Batch<TeamEvent> batch) implements JournalRow {
    @Override
    public long sequence() {
      return batch.sequence();
    }

    @Override
    public int events() {
      return batch.recorded().size();
    }
  }
}
