package dev.bursar.node.storage;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.bursar.database.DatabaseSettings;
import dev.bursar.database.DatabaseTimeouts;
import dev.bursar.node.NodeSystem;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Settings whose defaults lose or invent something, or stand still, without a word. */
class JournalSettingsTest {

  private final Config config =
      ConfigFactory.parseResources("bursar.conf")
          .withFallback(ConfigFactory.defaultReference())
          .resolve();
  private final Config journal =
      config
          .getConfig("jdbc-journal")
          .withFallback(config.getConfig("pekko.persistence.journal-plugin-fallback"));

  @Test
  void aHoleOrASecondWriterIsNotRepairedByLeavingSomethingOut() {
    assertThat(journal.getString("replay-filter.mode")).isEqualTo("fail");
  }

  @Test
  void staleWritersDoNotOpenTheBreakerForAllOthers() {
    assertThat(journal.getInt("circuit-breaker.max-failures"))
        .isGreaterThan(2 * journal.getInt("batchSize"));
  }

  @Test
  void theDatabaseGivesUpAWriteBeforeTheJournalDoes() {
    DatabaseTimeouts database = DatabaseTimeouts.STANDARD;
    Duration breaker = journal.getDuration("circuit-breaker.call-timeout");
    assertThat(database.statement()).isLessThan(database.socket());
    assertThat(database.connection().plus(database.socket())).isLessThan(breaker);
  }

  @Test
  void aSnapshotMayTakeLongerThanAWriteWhichDoesNotWaitForIt() {
    DatabaseTimeouts snapshot = DatabaseTimeouts.ONE_LARGE_ROW;
    Config store =
        config
            .getConfig("jdbc-snapshot-store")
            .withFallback(config.getConfig("pekko.persistence.snapshot-store-plugin-fallback"));
    assertThat(store.getString("use-shared-db")).isNotEqualTo(journal.getString("use-shared-db"));
    assertThat(snapshot.statement())
        .isGreaterThanOrEqualTo(DatabaseTimeouts.STANDARD.statement().multipliedBy(4));
    Duration waits = snapshot.connection().plus(snapshot.socket());
    assertThat(waits).isLessThan(store.getDuration("circuit-breaker.call-timeout"));
    assertThat(waits).isLessThan(journal.getDuration("recovery-event-timeout"));
    Config database =
        NodeSystem.config(DatabaseSettings.of("jdbc:postgresql://127.0.0.1/bursar"))
            .getConfig(
                "pekko-persistence-jdbc.shared-databases." + store.getString("use-shared-db"));
    assertThat(database.getString("db.url"))
        .contains("statement_timeout%3D" + snapshot.statement().toMillis());
    assertThat(database.getString("profile")).isEqualTo("slick.jdbc.PostgresProfile$");
  }

  @Test
  void entitiesDoNotWaitForEachOthersWrites() {
    assertThat(journal.getBoolean("write-response-global-order")).isFalse();
  }

  @Test
  void theQueueOfWritesHoldsWhateverTheInboxesLetThrough() {
    assertThat(config.getInt("pekko-persistence-jdbc.shared-databases.slick.db.queueSize"))
        .isGreaterThanOrEqualTo(config.getInt("bursar.limits.waiting-max"));
  }

  @Test
  void entitiesStartWhenTheyAreNeededAndStopWhenTheyAreNot() {
    assertThat(config.getBoolean("pekko.cluster.sharding.remember-entities")).isFalse();
    assertThat(
            config.getDuration(
                "pekko.cluster.sharding.passivation.default-idle-strategy.idle-entity.timeout"))
        .isPositive();
  }
}
