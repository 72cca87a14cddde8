package dev.bursar.projections.journal;

import dev.bursar.domain.entity.Batch;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.journal.BatchCodec;

/** From stored rows to events. */
final class StoredRows {

  private StoredRows() {}

  /**
   * Decodes a row; of a team, without its holds.
   *
   * @throws JournalUnreadable if it can't be decoded, or isn't what its key says
   */
  static JournalRow decoded(JournalTable.Stored row) {
    EntityId entity;
    JournalRow decoded;
    try {
      entity = EntityId.parse(row.persistenceId());
      decoded =
          switch (entity.kind()) {
            case WALLET -> new JournalRow.OfWallet(entity, batch(BatchCodec.wallets(), row));
            case ORG -> new JournalRow.OfOrg(entity, batch(BatchCodec.orgs(), row));
            case TEAM -> new JournalRow.OfTeam(entity, batch(BatchCodec.teamsWithoutHolds(), row));
          };
    } catch (RuntimeException e) {
      throw new JournalUnreadable(
          "Row %d of %s, at %s in the journal, can't be read: %s"
              .formatted(row.sequence(), row.persistenceId(), row.position(), e.getMessage()),
          row.slice(),
          e);
    }
    if (decoded.sequence() != row.sequence()) {
      throw new JournalUnreadable(
          "Row %d of %s says that it is row %d."
              .formatted(row.sequence(), row.persistenceId(), decoded.sequence()),
          row.slice(),
          null);
    }
    return decoded;
  }

  private static <E> Batch<E> batch(BatchCodec<E> codec, JournalTable.Stored row) {
    return codec.decode(row.manifest(), row.payload());
  }
}
