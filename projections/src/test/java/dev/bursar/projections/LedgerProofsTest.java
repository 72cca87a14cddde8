package dev.bursar.projections;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.database.Database;
import dev.bursar.database.DatabaseSettings;
import dev.bursar.domain.ledger.LedgerEntry;
import dev.bursar.domain.ledger.LedgerProofs;
import dev.bursar.domain.ledger.LedgerProofs.Checkpoint;
import dev.bursar.domain.ledger.LedgerProofs.Contradiction;
import dev.bursar.projections.verify.Verification;
import java.time.Duration;
import java.time.InstantSource;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the proofs prove, to somebody who has nothing but them. */
class LedgerProofsTest {

  private static final String ORG = "acme & é";
  private static final String ORIGIN = "bursar.test.ledger/acme%20%26%20%C3%A9";

  /** What every test finds, once more in a database of its own. */
  private static final DatabaseSettings LIVED = lived();

  private final DatabaseSettings settings = TestServer.copyOf(LIVED);
  private final Database database = Database.open(settings);
  private final JournalWriter journal = new JournalWriter(database.jdbi());
  private OrgWorld world;
  private ReadSide readSide;
  private LedgerProofs proofs;

  private static DatabaseSettings lived() {
    DatabaseSettings settings = TestServer.fresh();
    try (Database database = Database.open(settings)) {
      JournalWriter journal = new JournalWriter(database.jdbi());
      world(journal);
      journal.flush();
    }
    try (ReadSide readSide =
        new ReadSide(settings, new IdleEntities(), InstantSource.system(), "")) {
      readSide.caughtUp();
    }
    return settings;
  }

  private static OrgWorld world(JournalWriter journal) {
    OrgWorld world = new OrgWorld(ORG, journal, 5).founded();
    world.live(600);
    return world;
  }

  /** The same seed does the same: what it has done is in the copied journal. */
  @BeforeEach
  void live() {
    world = world(journal);
    journal.forget();
    start();
  }

  private void start() {
    readSide = new ReadSide(settings, new IdleEntities(), InstantSource.system(), "");
    proofs = readSide.projections.proofs();
    readSide.caughtUp();
  }

  @AfterEach
  void close() {
    readSide.close();
    database.close();
  }

  private List<byte[]> hashes() {
    return world.entries.stream().map(TreeProofs::leaf).toList();
  }

  private Checkpoint checkpoint() {
    return ReadSide.await(proofs.checkpoint(ORG));
  }

  private void asSuperuser(String... statements) {
    try (Database all = Database.open(TestServer.asSuperuser(settings).withPoolSize(1))) {
      all.jdbi()
          .useHandle(
              handle -> {
                handle.execute("alter table ledger_entry disable trigger all");
                List.of(statements).forEach(handle::execute);
                handle.execute(
                    "alter table ledger_entry enable always trigger ledger_entry_append_only");
              });
    }
  }

  @Test
  void aHeadIsOverAllEntriesAndSigned() {
    Checkpoint head = checkpoint();
    assertThat(head.size()).isEqualTo(world.entries.size()).isGreaterThan(256);
    assertThat(head.root()).isEqualTo(TreeProofs.root(hashes()));
    TreeProofs.assertSigned(head, ORIGIN);
    assertThat(head.verifier()).isEqualTo(ReadSide.SIGNING_KEY.verifier());
    assertThat(checkpoint().note()).isEqualTo(head.note());
  }

  @Test
  void anOrgWithoutEntriesHasAnEmptyHead() {
    Checkpoint head = ReadSide.await(proofs.checkpoint("nobody"));
    assertThat(head.size()).isZero();
    TreeProofs.assertSigned(head, "bursar.test.ledger/nobody");
  }

  @Test
  void everyEntryIsProvedToBeInTheHead() {
    byte[] root = TreeProofs.root(hashes());
    for (int i = 0; i < world.entries.size(); i += 7) {
      LedgerEntry entry = world.entries.get(i);
      LedgerProofs.Inclusion inclusion =
          ReadSide.await(proofs.inclusion(ORG, entry.wallet(), entry.posting().sequence()));
      assertThat(inclusion.leaf()).isEqualTo(i);
      assertThat(inclusion.entry().entryId()).isEqualTo(entry.entryId());
      assertThat(
              TreeProofs.rootByInclusion(
                  TreeProofs.leaf(inclusion.entry()),
                  i,
                  inclusion.checkpoint().size(),
                  inclusion.path()))
          .isEqualTo(root)
          .isEqualTo(inclusion.checkpoint().root());
    }
    assertThat(ReadSide.await(proofs.inclusion(ORG, "main", 1_000_000))).isNull();
    assertThat(ReadSide.await(proofs.inclusion(ORG, "ghost", 1))).isNull();
  }

  @Test
  void everyHeadBeginsWithTheOnesBefore() {
    List<byte[]> hashes = hashes();
    Checkpoint head = checkpoint();
    IntStream.of(1, 2, 3, 7, 8, 100, 255, 256, 257, hashes.size() - 1, hashes.size())
        .forEach(
            from -> {
              LedgerProofs.Consistency proof = ReadSide.await(proofs.consistency(ORG, from));
              assertThat(proof.fromRoot()).isEqualTo(TreeProofs.root(hashes.subList(0, from)));
              TreeProofs.assertConsistent(
                  from, proof.fromRoot(), head.size(), head.root(), proof.proof());
            });
    assertThat(ReadSide.await(proofs.consistency(ORG, 0)).proof()).isEmpty();
    assertThat(ReadSide.await(proofs.consistency(ORG, hashes.size() + 1))).isNull();

    world.live(30);
    journal.flush();
    readSide.caughtUp();
    LedgerProofs.Consistency proof = ReadSide.await(proofs.consistency(ORG, head.size()));
    TreeProofs.assertConsistent(
        head.size(),
        head.root(),
        proof.checkpoint().size(),
        proof.checkpoint().root(),
        proof.proof());
    assertThat(proof.checkpoint().size()).isGreaterThan(head.size());
  }

  @Test
  void aMonthIsVerifiedByItself() {
    world.live(200, Duration.ofDays(1));
    journal.flush();
    readSide.caughtUp();
    YearMonth first = YearMonth.of(2026, 1);
    for (YearMonth each = first; each.isBefore(first.plusMonths(6)); each = each.plusMonths(1)) {
      YearMonth month = each;
      LedgerProofs.AuditMonth export = ReadSide.await(proofs.month(ORG, month));
      List<Integer> inMonth =
          IntStream.range(0, world.entries.size())
              .filter(i -> monthOf(world.entries.get(i)).equals(month))
              .boxed()
              .toList();
      assertThat(export.from())
          .isEqualTo(inMonth.isEmpty() ? world.entries.size() : (long) inMonth.getFirst());
      assertThat(export.to())
          .isEqualTo(inMonth.isEmpty() ? world.entries.size() : inMonth.getLast() + 1L);
      List<LedgerProofs.Leaf> leaves = ReadSide.all(proofs.leaves(ORG, export.from(), export.to()));
      assertThat(TreeProofs.rootOfExport(export, leaves)).isEqualTo(export.checkpoint().root());
      TreeProofs.assertSigned(export.checkpoint(), ORIGIN);
    }
    LedgerProofs.AuditMonth none = ReadSide.await(proofs.month(ORG, YearMonth.of(1999, 1)));
    assertThat(none.from()).isEqualTo(none.to()).isEqualTo(none.checkpoint().size());
  }

  private static YearMonth monthOf(LedgerEntry entry) {
    return YearMonth.from(entry.transaction().postedAt().atOffset(ZoneOffset.UTC));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "update ledger_entry set amount = amount + 1 where leaf = 7",
        "update ledger_entry set user_id = 'nobody', canonical = '' where leaf = 300",
        "delete from ledger_entry where leaf = 7",
        "delete from ledger_entry where leaf >= 290",
        "delete from ledger_entry where leaf >= 290; update ledger_tree set size = 288, peaks = substr(peaks, 1, 64)"
      })
  void nothingIsSignedThatContradictsTheLastHead(String change) {
    checkpoint();
    world.live(10);
    journal.flush();
    readSide.caughtUp();
    asSuperuser(change.split("; "));
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(this::checkpoint).hasCauseInstanceOf(Contradiction.class);
      assertThat(readSide.projections.contradictions()).containsOnlyKeys(ORG);
      assertThat(readSide.metrics.get("bursar.ledger.contradicted").gauge().value()).isEqualTo(1);
    }
    assertThat(readSide.metrics.get("bursar.ledger.contradictions").counter().count())
        .isGreaterThanOrEqualTo(2);
  }

  @Test
  void whatIsChangedAfterItWasSignedFailsItsOwnProof() {
    Checkpoint before = checkpoint();
    asSuperuser("update ledger_entry set amount = amount + 1 where leaf = 7");
    assertThat(checkpoint().note()).isEqualTo(before.note());
    LedgerEntry changed = world.entries.get(7);
    assertThatThrownBy(
            () -> ReadSide.await(proofs.inclusion(ORG, "main", changed.posting().sequence())))
        .hasCauseInstanceOf(Contradiction.class);
    assertThat(readSide.projections.contradictions()).containsOnlyKeys(ORG);

    // The head is as it was, and says nothing of the row.
    assertThat(checkpoint().note()).isEqualTo(before.note());
    assertThat(contradicted()).isEqualTo(1);
    asSuperuser("update ledger_entry set amount = amount - 1 where leaf = 7");
    assertThat(checkpoint().note()).isEqualTo(before.note());
    assertThat(contradicted()).isZero();
    assertThat(readSide.projections.contradictions()).isEmpty();
  }

  @Test
  void theAlarmStaysUntilAllThatIsWrongIsRightAgain() {
    Checkpoint before = checkpoint();
    for (int leaf : List.of(7, 250)) {
      asSuperuser("update ledger_entry set actor = actor || '!' where leaf = " + leaf);
      LedgerEntry changed = world.entries.get(leaf);
      assertThatThrownBy(
              () ->
                  ReadSide.await(
                      proofs.inclusion(ORG, changed.wallet(), changed.posting().sequence())))
          .hasCauseInstanceOf(Contradiction.class);
    }
    for (int leaf : List.of(250, 7)) {
      assertThat(checkpoint().note()).isEqualTo(before.note());
      assertThat(contradicted()).isEqualTo(1);
      asSuperuser("update ledger_entry set actor = rtrim(actor, '!') where leaf = " + leaf);
    }
    assertThat(checkpoint().note()).isEqualTo(before.note());
    assertThat(contradicted()).isZero();
  }

  /** Nothing was added since the last head, by which it would be given again without a look. */
  @Test
  void theAlarmOfTheSignerStaysToo() {
    Checkpoint before = checkpoint();
    long size = before.size();
    byte[] peaks = peaks();
    asSuperuser("update ledger_entry set amount = amount + 1 where leaf = 7");
    world.live(10);
    journal.flush();
    readSide.caughtUp();
    assertThatThrownBy(this::checkpoint).hasCauseInstanceOf(Contradiction.class);
    asSuperuser(
        "delete from ledger_entry where leaf >= " + size,
        "update ledger_tree set size = %d, peaks = '\\x%s'"
            .formatted(size, HexFormat.of().formatHex(peaks)));
    assertThat(checkpoint().note()).isEqualTo(before.note());
    assertThat(contradicted()).isEqualTo(1);
    asSuperuser("update ledger_entry set amount = amount - 1 where leaf = 7");
    assertThat(checkpoint().note()).isEqualTo(before.note());
    assertThat(contradicted()).isZero();
  }

  private byte[] peaks() {
    return database
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery("select peaks from ledger_tree where org = :org")
                    .bind("org", ORG)
                    .mapTo(byte[].class)
                    .one());
  }

  private double contradicted() {
    return readSide.metrics.get("bursar.ledger.contradicted").gauge().value();
  }

  @Test
  void nothingIsSignedThatWasChangedBeforeItWasEverSigned() {
    asSuperuser("update ledger_entry set amount = amount + 1 where leaf = 7");
    assertThatThrownBy(this::checkpoint).hasCauseInstanceOf(Contradiction.class);
  }

  @Test
  void madeAgainFromTheJournalItIsTheSame() {
    Checkpoint before = checkpoint();
    readSide.close();
    try (Database all = Database.open(TestServer.asSuperuser(settings).withPoolSize(1))) {
      all.jdbi()
          .useHandle(
              handle -> {
                handle.execute("alter table ledger_entry disable trigger all");
                handle.execute(
                    """
                    truncate ledger_entry, ledger_day, ledger_turn, ledger_tree, ledger_subtree, wallet_balance,
                      entity_progress, org, due_work, usage_event, usage_group, usage_hour,
                      usage_hour_meter, usage_user_day, usage_day, usage_day_meter, reported_usage, alert,
                      audit_log, range_position
                    """);
                handle.execute(
                    "alter table ledger_entry enable always trigger ledger_entry_append_only");
              });
    }
    readSide =
        new ReadSide(
            settings,
            new IdleEntities(),
            InstantSource.system(),
            "bursar.projections { page-rows-max = 7, slice-ranges = 3 }");
    proofs = readSide.projections.proofs();
    // Not yet caught up: it is waited for, and is no contradiction.
    Checkpoint again = checkpoint();
    assertThat(again.note()).isEqualTo(before.note());
    assertThat(
            new Verification(settings, OrgWorld.GRACE, OrgWorld.LATENESS.correction())
                .run(counts -> {})
                .discrepancies())
        .isEmpty();
  }

  @Test
  void anotherKeySignsTheSameHeadAgainIfItIsToReplaceTheFirst() {
    Checkpoint before = checkpoint();
    asSuperuser(
        "alter table ledger_checkpoint disable trigger all",
        "update ledger_checkpoint set verifier = 'another'");
    assertThatThrownBy(this::checkpoint)
        .hasCauseInstanceOf(Contradiction.class)
        .hasMessageContaining("was signed with the key another, and this node has bursar.test+");
    assertThat(readSide.projections.contradictions()).containsKey(ORG);
    readSide.close();
    readSide =
        new ReadSide(
            settings,
            new IdleEntities(),
            InstantSource.system(),
            "bursar.projections.replaced-signing-key = another");
    proofs = readSide.projections.proofs();
    Checkpoint own = checkpoint();
    assertThat(checkpoint().note()).isEqualTo(own.note());
    assertThat(own.root()).isEqualTo(before.root());
    assertThat(own.verifier()).isEqualTo(ReadSide.SIGNING_KEY.verifier());
    TreeProofs.assertSigned(own, ORIGIN);
  }
}
