package dev.bursar.projections.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.database.Database;
import dev.bursar.domain.ledger.SentTransfer;
import dev.bursar.projections.TestServer;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** What became of a transfer, where its grant has been on the way twice. */
final class SentTransfersTest {

  private static final String ID = "trf_0102030405060708090a0b0c";

  private static final String ROWS =
      """
      insert into ledger_entry (org, wallet, sequence, leaf, entry_id, transaction_id, posted_at, type,
        credit_type, amount, balance, debt, grant_id, corrects, trigger, actor, subject_org, metadata, salt,
        previous_hash, hash, canonical)
      values
        ('acme', 'main', 1, 0, 'e1', 'txn_main_1', '2026-01-01 00:00Z', 'transfer_out',
         'platform', -5, 0, 0, 'a', null, 'transfer', 'key', 'acme', '{"to_wallet": "spare"}', '',
         '', '\\x0102030405060708090a0b0c0000000000000000000000000000000000000000', ''),
        ('acme', 'spare', 1, 1, 'e2', 'txn_spare_1', '2026-01-01 00:01Z', 'transfer_in',
         'platform', 5, 5, 0, '%1$s_1', null, 'transfer', 'key', 'acme', '{}', '', '', '', ''),
        ('acme', 'spare', 2, 2, 'e3', 'txn_spare_2', '2026-01-01 00:02Z', 'transfer_out',
         'platform', -5, 0, 0, '%1$s_1', null, 'transfer', 'key', 'acme', '{"to_wallet": "full"}', '', '', '', ''),
        ('acme', 'spare', 3, 3, 'e4', 'txn_spare_3', '2026-01-01 00:03Z', 'transfer_in',
         'platform', 5, 5, 0, '%1$s_1', 'txn_spare_2', 'transfer_returned', 'key', 'acme', '{}', '', '', '', '')
      """
          .formatted(ID);

  @Test
  void itIsCompletedWhateverBecomesOfItsGrantAfterwards() {
    try (Database database = Database.open(TestServer.fresh())) {
      database.jdbi().useHandle(handle -> handle.execute(ROWS));
      SentTransfer sent =
          database
              .jdbi()
              .withHandle(handle -> SentTransfers.find(handle, "acme", "main", ID))
              .orElseThrow();
      assertThat(sent.status()).isEqualTo(SentTransfer.COMPLETED);
      assertThat(sent.endedAt()).isEqualTo(Instant.parse("2026-01-01T00:01:00Z"));
    }
  }
}
