package dev.bursar.simulation;

import dev.bursar.domain.entity.Batch;
import dev.bursar.domain.entity.Recorded;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.ledger.LedgerEntry;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.domain.wallet.WalletEvent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * The ledger as a read model: two projectors read the journal in the order of transactions, up to
 * the oldest that is still open, and write rows and position in one transaction.
 */
final class SimulatedProjection {

  private static final int PAGE = 20;

  /** What is known of a wallet's ledger. */
  private static final class Ledger {
    private long row;
    private long entries;
    private byte[] head = new byte[32];
  }

  private final World world;

  /** Of its own, so that what it does changes nothing of what happens else. */
  private final Random random;

  private final Map<String, Ledger> ledgers = new TreeMap<>();
  private SimulatedJournal.Position position = SimulatedJournal.Position.BEGINNING;

  SimulatedProjection(World world) {
    this.world = world;
    this.random = new Random(world.scenario.seed());
    poll();
    poll();
  }

  private void poll() {
    world.time.after(20_000 + random.nextInt(1_500_000), this::read);
  }

  private void read() {
    SimulatedJournal.Position from = position;
    boolean beyond = world.tampering.projectsWhatIsStillOpen();
    List<SimulatedJournal.Written> page = world.journal.after(from, beyond, PAGE);
    boolean crashes = world.scenario.has(Fault.CRASH) && random.nextInt(20) == 0;
    boolean slow = world.scenario.has(Fault.WRITE_SLOW) && random.nextInt(20) == 0;
    world.time.after(
        slow ? 1_000_000 + random.nextInt(3_000_000) : 500 + random.nextInt(20_000),
        () -> {
          boolean first = from.equals(position) || world.tampering.projectsTwice();
          if (!page.isEmpty() && !crashes && first) {
            page.forEach(this::take);
            position = page.getLast().position();
          }
          poll();
        });
  }

  private void take(SimulatedJournal.Written written) {
    EntityId id = written.id();
    if (id.kind() != EntityId.Kind.WALLET) {
      return;
    }
    Ledger ledger = ledgers.computeIfAbsent(id.toString(), name -> new Ledger());
    world.watch.expect(
        written.sequence() == ledger.row + 1,
        "I7",
        "the read model of %s takes row %d after row %d",
        id,
        written.sequence(),
        ledger.row);
    ledger.row = written.sequence();
    Batch<WalletEvent> batch =
        world.models.wallets().batches().decode(written.row().manifest(), written.row().bytes());
    for (Recorded<WalletEvent> recorded : batch.recorded()) {
      Transaction transaction = recorded.event().transaction();
      List<LedgerEntry> entries =
          transaction == null ? List.of() : LedgerEntry.of(id.org(), id.name(), transaction);
      for (LedgerEntry entry : new ArrayList<>(entries)) {
        ledger.entries++;
        world.watch.expect(
            entry.posting().sequence() == ledger.entries
                && Arrays.equals(entry.previousHash(), ledger.head),
            "I7",
            "the read model of %s has entry %d as its %d",
            id,
            entry.posting().sequence(),
            ledger.entries);
        ledger.head = entry.posting().hash();
      }
    }
  }

  /** Whether it has come to the end of the journal. */
  void expectToBeThrough() {
    for (EntityId id : world.watch.shadows.entities()) {
      Ledger ledger = ledgers.getOrDefault(id.toString(), new Ledger());
      world.watch.expect(
          id.kind() != EntityId.Kind.WALLET || ledger.row == world.journal.last(id),
          "I7",
          "the read model of %s has come to row %d of %d",
          id,
          ledger.row,
          world.journal.last(id));
    }
  }
}
