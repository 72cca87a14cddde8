package dev.bursar.node.entity;

import static dev.bursar.node.entity.EntityNode.await;
import static dev.bursar.node.entity.EntityNode.done;
import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import dev.bursar.database.Database;
import dev.bursar.database.DatabaseSettings;
import dev.bursar.database.proxy.Countdown;
import dev.bursar.database.proxy.JournalTap;
import dev.bursar.database.proxy.TcpProxy;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Caller;
import dev.bursar.domain.enforcement.Decided;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.OperationMemory;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.org.Unit;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.entities.EntityModel;
import dev.bursar.entities.StoredSnapshot;
import dev.bursar.node.TestServer;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What goes wrong between an entity and its journal, and must do no harm. */
class JournalTrapsTest {

  private DatabaseSettings settings;
  private EntityNode node;

  @BeforeEach
  void start() {
    settings = TestServer.fresh();
    node = new EntityNode(settings, InstantSource.system());
  }

  @AfterEach
  void stop() {
    node.close();
  }

  private void restart() {
    node.close();
    node = new EntityNode(settings, InstantSource.system());
  }

  private void sql(String... statements) {
    try (Database database = Database.open(settings.withPoolSize(1))) {
      database
          .jdbi()
          .useHandle(
              handle -> {
                for (String each : statements) {
                  handle.execute(each);
                }
              });
    }
  }

  private void someReservations(int count) {
    node.org("acme");
    node.wallet("acme", "main", "1000");
    for (int i = 0; i < count; i++) {
      done(node.reserve(Subject.ofOrg("acme"), "1", true, "k" + i));
    }
  }

  @Test
  void aRestartFindsEverything() {
    someReservations(10);
    restart();
    assertThat(node.balance("acme", "main").balance()).isEqualTo(Credits.of(990));
    Decided again = done(node.reserve(Subject.ofOrg("acme"), "1", true, "k3"));
    assertThat(((Decided.Allowed) again).charged()).isNotNull();
    assertThat(node.balance("acme", "main").balance()).isEqualTo(Credits.of(990));
  }

  private long rowsOfTheOrg() {
    return count("select count(*) from event_journal where persistence_id = 'org|acme'");
  }

  private long count(String query) {
    try (Database database = Database.open(settings.withPoolSize(1))) {
      return database
          .jdbi()
          .withHandle(handle -> handle.createQuery(query).mapTo(Long.class).one());
    }
  }

  @Test
  void whatNobodyWaitsForIsWrittenWithTheNextRequestAndKnownBefore() {
    node.close();
    node =
        new EntityNode(
            settings,
            InstantSource.system(),
            ConfigFactory.parseString("bursar.limits.unhurried-within = 1h"));
    someReservations(0);
    node.orgBudget("acme", "10");
    long before = rowsOfTheOrg();
    for (int i = 0; i < 10; i++) {
      done(node.reserve(Subject.ofOrg("acme"), "1", true, "k" + i));
      assertThat(rowsOfTheOrg()).isEqualTo(before + i + 1);
    }
    assertThat(node.orgBudget("acme").used()).isEqualTo(Credits.of(10));
    assertThat(rowsOfTheOrg()).isEqualTo(before + 11);
  }

  /** So that an answer about usage that has asked the org first knows of what was acknowledged. */
  @Test
  void whoeverAsksTheOrgAnythingHasItPutOnRecordWhatHadEndedBefore() {
    node.close();
    node =
        new EntityNode(
            settings,
            InstantSource.system(),
            ConfigFactory.parseString("bursar.limits.unhurried-within = 1h"));
    someReservations(0);
    Decided held = done(node.reserve(Subject.ofOrg("acme"), "1", false, "k1"));
    long before = rowsOfTheOrg();
    done(node.commit((Decided.Allowed) held, "1", "k2"));
    node.tell("acme", new OrgCommand.ViewOrg());
    assertThat(rowsOfTheOrg()).isEqualTo(before + 1);
  }

  /** The wallet has acknowledged it, and the org's node crashed before it had it on record. */
  @Test
  void whoAsksARestartedOrgForAllThatWasAcknowledgedHasItPutThatOnRecordFirst() {
    someReservations(0);
    node.orgBudget("acme", "10");
    Decided held = done(node.reserve(Subject.ofOrg("acme"), "1", false, "k1"));
    long open = rowsOfTheOrg();
    done(node.commit((Decided.Allowed) held, "1", "k2"));
    node.tell("acme", new OrgCommand.ViewOrg());
    node.close();
    sql(
        "alter table event_journal disable trigger event_journal_append_only",
        "delete from event_journal where persistence_id = 'org|acme' and sequence_number > "
            + open);

    node = new EntityNode(settings, InstantSource.system());
    Answer<?> answer =
        await(node.entities.orgSettled("acme", new Request<>(new OrgCommand.ViewOrg(), null)));
    assertThat(answer).isInstanceOf(Answer.Done.class);
    assertThat(rowsOfTheOrg()).isEqualTo(open + 1);
    assertThat(node.orgBudget("acme").used()).isEqualTo(Credits.of(1));
  }

  @Test
  void whatNobodyWaitsForIsWrittenByItselfAfterAWhile() {
    someReservations(0);
    long before = rowsOfTheOrg();
    for (int i = 0; i < 3; i++) {
      done(node.reserve(Subject.ofOrg("acme"), "1", true, "k" + i));
    }
    // One each, and how the last one ended.
    node.until(() -> rowsOfTheOrg() > before + 3);
    restart();
    assertThat(node.balance("acme", "main").balance()).isEqualTo(Credits.of(997));
  }

  /** Another node runs the org, too, and has put there what this one is to remove. */
  @Test
  void whatAnotherNodeHasPutThereIsNotSaidToBeMissing() {
    node.org("acme");
    try (EntityNode other = new EntityNode(settings, InstantSource.system())) {
      other.tell(
          "acme", new OrgCommand.PutUnit(new Unit("red", Unit.Kind.TEAM, "Red", null), "test"));
    }
    assertThat(node.tell("acme", new OrgCommand.RemoveUnit("red", "test")))
        .isEqualTo(new OrgReply.Done());
  }

  @Test
  void aJournalWithRowsMissingIsNotRunOn() {
    someReservations(5);
    sql(
        "alter table event_journal disable trigger event_journal_append_only",
        """
        delete from event_journal where persistence_id = 'wallet|acme|main' and sequence_number = 4
        """);
    restart();
    Answer<?> answer =
        await(node.entities.wallet("acme", "main", new Request<>(new WalletCommand.View(), null)));
    assertThat(answer).isInstanceOf(Answer.Unreachable.class);
  }

  @Test
  void aJournalWithAChangedRowIsNotRunOn() {
    someReservations(5);
    sql(
        "alter table event_journal disable trigger event_journal_append_only",
        """
        update event_journal j set event_payload = k.event_payload
        from event_journal k
        where j.persistence_id = 'wallet|acme|main' and j.sequence_number = 4
          and k.persistence_id = j.persistence_id and k.sequence_number = 3
        """);
    restart();
    Answer<?> answer =
        await(node.entities.wallet("acme", "main", new Request<>(new WalletCommand.View(), null)));
    assertThat(answer).isInstanceOf(Answer.Unreachable.class);
  }

  @Test
  void connectionsThatAreCutLoseNothingAndDoNothingTwice() {
    node.org("cut");
    node.wallet("cut", "main", "1000");
    List<CompletionStage<Answer<Decided>>> asked = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      asked.add(node.reserve(Subject.ofOrg("cut"), "1", true, "k" + i));
      if (i % 60 == 30) {
        sql(
            """
            select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid()
            """);
      }
    }
    asked.forEach(EntityNode::await);
    for (int i = 0; i < 300; i++) {
      assertThat(node.reserveUntilDone(Subject.ofOrg("cut"), "1", true, "k" + i))
          .isInstanceOf(Decided.Allowed.class);
    }
    assertThat(node.balance("cut", "main").balance()).isEqualTo(Credits.of(700));
    assertThat(node.balance("cut", "main").held()).isEqualTo(Credits.ZERO);
  }

  /** The commit's row is written, but nobody hears of it: the connection breaks first. */
  @Test
  void whatWasWrittenUnheardIsToldToTheOrg() throws IOException, InterruptedException {
    node.close();
    Countdown unheard = new Countdown();
    try (TcpProxy proxy = new TcpProxy(settings.port(), () -> new JournalTap(unheard))) {
      node = new EntityNode(settings.through(proxy.port()), InstantSource.system());
      node.org("acme");
      node.wallet("acme", "main", "100");
      node.orgBudget("acme", "50");
      Decided.Allowed allowed =
          (Decided.Allowed) done(node.reserve(Subject.ofOrg("acme"), "40", false, "k"));
      unheard.set(1);
      await(node.commit(allowed, "30", "c"));
      assertThat(unheard.await(0)).as("commits left to be dropped").isZero();
      node.until(() -> node.orgBudget("acme").used().equals(Credits.of(30)));
      assertThat(node.orgBudget("acme").held()).isEqualTo(Credits.ZERO);
      assertThat(done(node.commit(allowed, "30", "c")).amount()).isEqualTo(Credits.of(30));
      assertThat(node.balance("acme", "main").balance()).isEqualTo(Credits.of(70));
    }
  }

  @Test
  void lateUsageThatTheOrgHadNotHeardOfIsCountedAfterARestart() {
    AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-03-10T12:00:00Z"));
    node.close();
    node = new EntityNode(settings, now::get);
    node.org("acme");
    node.wallet("acme", "main", "100");
    node.orgBudget("acme", "50");
    Decided.Allowed allowed =
        (Decided.Allowed) done(node.reserve(Subject.ofOrg("acme"), "40", false, "k"));
    now.set(now.get().plusSeconds(400));
    assertThat(node.balance("acme", "main").held()).isEqualTo(Credits.ZERO);
    node.until(() -> node.orgBudget("acme").held().isZero());
    sql(
        """
        create function refuse_org() returns trigger language plpgsql as $$
        begin raise exception 'not now'; end $$
        """,
        """
        create trigger refuse_org before insert on event_journal for each row
        when (new.persistence_id = 'org|acme') execute function refuse_org()
        """);
    assertThat(done(node.commit(allowed, "30", "c")).late()).isTrue();
    node.close();
    sql("drop trigger refuse_org on event_journal");
    node = new EntityNode(settings, now::get);
    node.until(() -> node.orgBudget("acme").used().equals(Credits.of(30)));
  }

  /** The credits have left, and the other wallet can't be written: a crash, and a start later. */
  @Test
  void aTransferIsNeverHalfDone() {
    node.org("acme");
    node.wallet("acme", "main", "100");
    node.openWallet("acme", "other");
    sql(
        """
        create function refuse_other() returns trigger language plpgsql as $$
        begin raise exception 'not now'; end $$
        """,
        """
        create trigger refuse_other before insert on event_journal for each row
        when (new.persistence_id = 'wallet|acme|other') execute function refuse_other()
        """);
    node.transfer("acme", "main", "other", "40", "t");
    assertThat(node.balance("acme", "main").balance()).isEqualTo(Credits.of(60));
    node.close();
    sql("drop trigger refuse_other on event_journal");
    node = new EntityNode(settings, InstantSource.system());
    assertThat(node.balance("acme", "main").balance()).isEqualTo(Credits.of(60));
    node.until(() -> node.transfersOnTheirWay("acme", "main") == 0);
    assertThat(node.balance("acme", "other").balance()).isEqualTo(Credits.of(40));
    node.transfer("acme", "main", "other", "40", "t");
    restart();
    node.until(() -> node.transfersOnTheirWay("acme", "main") == 0);
    assertThat(node.balance("acme", "other").balance()).isEqualTo(Credits.of(40));
    assertThat(node.balance("acme", "main").balance()).isEqualTo(Credits.of(60));
  }

  @Test
  void aTransferToNobodyComesBack() {
    node.org("acme");
    node.wallet("acme", "main", "100");
    node.transfer("acme", "main", "nobody", "40", "t");
    node.until(() -> node.balance("acme", "main").balance().equals(Credits.of(100)));
    assertThat(node.transfersOnTheirWay("acme", "main")).isZero();
  }

  @Test
  void aReservationOutlivesARestartAndIsCommittedOnce() {
    node.org("acme");
    node.wallet("acme", "main", "100");
    Decided.Allowed allowed =
        (Decided.Allowed) done(node.reserve(Subject.ofOrg("acme"), "40", false, "k"));
    restart();
    String reservation = allowed.plan().reservation();
    Caller caller = new Caller("test", "c", "c", 0);
    var first = done(node.entities.commit(reservation, Credits.of(30), null, caller));
    restart();
    var second = done(node.entities.commit(reservation, Credits.of(30), null, caller));
    assertThat(second.entries().getFirst().hash()).isEqualTo(first.entries().getFirst().hash());
    assertThat(node.balance("acme", "main").balance()).isEqualTo(Credits.of(70));
  }

  /** The org still remembers the key; the wallet does not remember any more what it charged. */
  @Test
  void whatTheWalletHasForgottenIsFoundInItsJournal() {
    node.close();
    node =
        new EntityNode(
            settings,
            InstantSource.system(),
            ConfigFactory.parseString("bursar.limits.operations-remembered = 3"));
    node.org("acme");
    node.wallet("acme", "main", "100");
    List<Decided> open = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      open.add(done(node.reserve(Subject.ofOrg("acme"), "1", false, "k" + i)));
    }
    Decided.Allowed charged =
        (Decided.Allowed) done(node.reserve(Subject.ofOrg("acme"), "10", true, "first"));
    for (Decided each : open) {
      Decided.Allowed allowed = (Decided.Allowed) each;
      done(node.commit(allowed, "1", "end " + allowed.plan().reservation()));
    }
    Decided.Allowed again =
        (Decided.Allowed) done(node.reserve(Subject.ofOrg("acme"), "10", true, "first"));
    assertThat(again.charged().transaction().id()).isEqualTo(charged.charged().transaction().id());
    assertThat(node.balance("acme", "main").balance()).isEqualTo(Credits.of(50));
  }

  @Test
  void recoveryFromASnapshotGivesTheSameAsFromAllEvents() {
    node.close();
    node =
        new EntityNode(
            settings,
            InstantSource.system(),
            ConfigFactory.parseString("bursar.limits.snapshot-after-bytes = 2000"));
    someReservations(40);
    // What it remembers of operations is in several parts, and all of them are taken in.
    node.until(
        () -> count("select count(*) from snapshot_part where persistence_id = 'org|acme'") > 1);
    restart();
    assertThat(node.balance("acme", "main").balance()).isEqualTo(Credits.of(960));
    done(node.reserve(Subject.ofOrg("acme"), "1", true, "k3"));
    done(node.reserve(Subject.ofOrg("acme"), "1", true, "k20"));
    assertThat(node.balance("acme", "main").balance()).isEqualTo(Credits.of(960));
    sql("delete from snapshot");
    restart();
    assertThat(node.balance("acme", "main").balance()).isEqualTo(Credits.of(960));
    done(node.reserve(Subject.ofOrg("acme"), "1", true, "k39"));
    assertThat(node.balance("acme", "main").balance()).isEqualTo(Credits.of(960));
  }

  /** An incarnation that stood still comes late, and the snapshots were deleted meanwhile. */
  @Test
  void aSnapshotToWhichPartsAreNewerIsNotStored() {
    EntityId id = EntityId.wallet("acme", "late");
    try (Database database = Database.open(settings.withPoolSize(1))) {
      JournalStore store = new JournalStore(database.jdbi(), Runnable::run);
      assertThat(stored(store.saveSnapshot(id, captured(38, 0, 33), true))).isTrue();
      assertThat(stored(store.saveSnapshot(id, captured(37, 26, 32), false))).isFalse();
      database.jdbi().useHandle(handle -> handle.execute("delete from snapshot"));
      assertThat(stored(store.saveSnapshot(id, captured(37, 26, 32), false))).isFalse();
      assertThat(stored(store.saveSnapshot(id, captured(39, 26, 33), false))).isTrue();
      assertThat(stored(store.saveSnapshot(id, captured(39, 0, 32), true))).isTrue();
    }
  }

  private static boolean stored(CompletionStage<OptionalInt> saved) {
    return saved.toCompletableFuture().join().isPresent();
  }

  private static EntityModel.Captured captured(long row, long from, long to) {
    return new EntityModel.Captured(
        row,
        () -> new StoredSnapshot("wallet-snapshot.1", new byte[] {1}),
        List.of(
            new EntityModel.Remembered(
                0, new OperationMemory.Part(from, to, new byte[(int) (to - from)]))));
  }
}
