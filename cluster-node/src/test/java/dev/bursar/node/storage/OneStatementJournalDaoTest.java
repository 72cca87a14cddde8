package dev.bursar.node.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.bursar.database.Database;
import dev.bursar.database.DatabaseSettings;
import dev.bursar.node.NodeSystem;
import dev.bursar.node.TestServer;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.persistence.jdbc.config.JournalConfig;
import org.apache.pekko.persistence.jdbc.db.SlickDatabase;
import org.apache.pekko.persistence.jdbc.db.SlickExtension;
import org.apache.pekko.persistence.jdbc.db.SlickExtensionImpl;
import org.apache.pekko.persistence.jdbc.journal.dao.JournalTables.JournalPekkoSerializationRow;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.stream.SystemMaterializer;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import scala.Option;
import scala.Tuple2;
import scala.collection.immutable.Set;
import scala.jdk.javaapi.CollectionConverters;
import scala.jdk.javaapi.FutureConverters;

/** What comes while the only writer waits for the database is written by its next statement. */
class OneStatementJournalDaoTest {

  private static final Duration DONE_WITHIN = Duration.ofSeconds(30);
  private static final String WRITERS_THAT_WAIT =
      """
      select count(*) from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'
        and query like 'insert into event_journal%'
      """;

  private Database database;
  private ActorSystem system;
  private OneStatementJournalDao dao;

  @BeforeEach
  void start() {
    DatabaseSettings settings = TestServer.fresh();
    database = Database.open(settings.withPoolSize(2));
    Config config =
        ConfigFactory.parseString("jdbc-journal.parallelism = 1")
            .withFallback(NodeSystem.config(settings));
    system = ActorSystem.create("journal", config);
    Config journal = config.getConfig("jdbc-journal");
    SlickDatabase slick = ((SlickExtensionImpl) SlickExtension.get(system)).database(journal);
    dao =
        new OneStatementJournalDao(
            slick.database(),
            slick.profile(),
            new JournalConfig(journal),
            SerializationExtension.get(system),
            system.dispatcher(),
            SystemMaterializer.get(system).materializer());
  }

  @AfterEach
  void stop() throws Exception {
    system.terminate();
    done(system.getWhenTerminated().toCompletableFuture());
    database.close();
  }

  private CompletableFuture<?> write(String entity, long number) {
    JournalPekkoSerializationRow row =
        new JournalPekkoSerializationRow(
            Long.MIN_VALUE,
            false,
            entity,
            number,
            "writer",
            0,
            "",
            new byte[] {1, 2, 3},
            7,
            "form.1",
            Option.empty(),
            Option.empty(),
            Option.empty());
    Set<String> noTags = CollectionConverters.<String>asScala(java.util.Set.of()).toSet();
    return FutureConverters.asJava(
            dao.queueWriteJournalRows(
                CollectionConverters.asScala(List.of(Tuple2.apply(row, noTags))).toSeq()))
        .toCompletableFuture();
  }

  private static void done(CompletableFuture<?> write) throws Exception {
    write.get(DONE_WITHIN.toSeconds(), TimeUnit.SECONDS);
  }

  /** The only writer waits until it is known whether somebody else's row comes to be. */
  private CompletableFuture<?> writeHeldUp(Handle handle, String entity) {
    handle.begin();
    handle.execute(
        """
        insert into event_journal (persistence_id, sequence_number, writer, event_ser_id,
          event_ser_manifest, event_payload) values (?, 1, 'another', 7, 'form.1', '')
        """,
        entity);
    CompletableFuture<?> write = write(entity, 1);
    long deadline = System.nanoTime() + DONE_WITHIN.toNanos();
    // By another connection: who is active is looked up once in a transaction.
    while (database
            .jdbi()
            .withHandle(other -> other.createQuery(WRITERS_THAT_WAIT).mapTo(Long.class).one())
        == 0) {
      assertThat(System.nanoTime()).as("nobody waits").isLessThan(deadline);
      LockSupport.parkNanos(1_000_000);
    }
    return write;
  }

  /** In how many transactions each one's only row was written, and is as it should be. */
  private long transactionsOf(String... entities) {
    return database
        .jdbi()
        .withHandle(
            handle ->
                handle
                    .createQuery(
                        """
                        select count(distinct xid) from event_journal
                        where persistence_id in (<entities>)
                          and event_payload = '\\x010203' and event_ser_id = 7
                          and event_ser_manifest = 'form.1' and writer = 'writer'
                        having count(*) = :count
                        """)
                    .bindList("entities", (Object[]) entities)
                    .bind("count", entities.length)
                    .mapTo(Long.class)
                    .one());
  }

  @Test
  void rowsThatComeMeanwhileAreOneTransaction() throws Exception {
    try (Handle handle = database.jdbi().open()) {
      CompletableFuture<?> first = writeHeldUp(handle, "org|first");
      CompletableFuture<?> second = write("org|second", 1);
      CompletableFuture<?> third = write("team|third|t", 1);
      handle.rollback();
      done(first);
      done(second);
      done(third);
    }
    assertThat(transactionsOf("org|second", "team|third|t")).isEqualTo(1);
    assertThat(transactionsOf("org|first", "org|second", "team|third|t")).isEqualTo(2);
  }

  @Test
  void aStaleWritersRowFailsAloneAndTheOthersAreWritten() throws Exception {
    done(write("wallet|a|stale", 1));
    try (Handle handle = database.jdbi().open()) {
      CompletableFuture<?> first = writeHeldUp(handle, "org|first");
      CompletableFuture<?> second = write("org|second", 1);
      CompletableFuture<?> stale = write("wallet|a|stale", 1);
      CompletableFuture<?> third = write("org|third", 1);
      handle.rollback();
      done(first);
      done(second);
      done(third);
      assertThatThrownBy(() -> done(stale))
          .cause()
          .isInstanceOfSatisfying(
              SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("23505"));
    }
    assertThat(transactionsOf("org|first", "org|second", "org|third", "wallet|a|stale"))
        .isEqualTo(4);
  }

  @Test
  void aWriterIsFreeAgainAfterAFailure() throws Exception {
    done(write("org|a", 1));
    assertThatThrownBy(() -> done(write("org|a", 1))).hasCauseInstanceOf(SQLException.class);
    done(write("org|b", 1));
    assertThat(transactionsOf("org|a", "org|b")).isEqualTo(2);
  }
}
