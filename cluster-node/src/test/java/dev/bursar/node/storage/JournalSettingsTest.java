package dev.bursar.node.storage;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import dev.bursar.database.DatabaseTimeouts;
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
