package dev.bursar.node.entity;

import static dev.bursar.node.entity.EntityNode.await;
import static dev.bursar.node.entity.EntityNode.done;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.database.DatabaseSettings;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Decided;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.operation.Answer;
import dev.bursar.node.TestServer;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Two nodes that both believe they own the same entities, as on two sides of a partition. */
class TwoWritersTest {

  private static EntityNode left;
  private static EntityNode right;

  @BeforeAll
  static void start() {
    DatabaseSettings settings = TestServer.fresh();
    left = new EntityNode(settings, InstantSource.system());
    right = new EntityNode(settings, InstantSource.system());
  }

  @AfterAll
  static void stop() {
    left.close();
    right.close();
  }

  @Test
  void togetherTheyNeverAllowMoreThanThereIs() {
    left.org("both");
    left.wallet("both", "main", "500");
    // Now the other side has the same state in memory.
    assertThat(right.balance("both", "main").available()).isEqualTo(Credits.of(500));

    Subject subject = Subject.ofOrg("both");
    List<CompletionStage<Answer<Decided>>> asked = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      asked.add(left.reserve(subject, "75", true, "left" + i));
      asked.add(right.reserve(subject, "75", true, "right" + i));
    }
    asked.forEach(EntityNode::await);
    long allowed = 0;
    for (int i = 0; i < 20; i++) {
      allowed += isAllowed(left.reserveUntilDone(subject, "75", true, "left" + i));
      allowed += isAllowed(left.reserveUntilDone(subject, "75", true, "right" + i));
    }
    assertThat(allowed).isEqualTo(6);
    assertThat(fresh(left)).isEqualTo(Credits.of(50));
    assertThat(fresh(right)).isEqualTo(Credits.of(50));
  }

  @Test
  void oneKeyOnBothSidesHasOneEffect() {
    left.org("twins");
    left.wallet("twins", "main", "500");
    assertThat(right.balance("twins", "main").available()).isEqualTo(Credits.of(500));
    Subject subject = Subject.ofOrg("twins");
    List<CompletionStage<Answer<Decided>>> asked = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      asked.add(left.reserve(subject, "1", true, "k" + i));
      asked.add(right.reserve(subject, "1", true, "k" + i));
    }
    asked.forEach(EntityNode::await);
    for (int i = 0; i < 30; i++) {
      Decided one = left.reserveUntilDone(subject, "1", true, "k" + i);
      Decided other = right.reserveUntilDone(subject, "1", true, "k" + i);
      assertThat(other.plan().reservation()).isEqualTo(one.plan().reservation());
    }
    Decided.Allowed nothing =
        (Decided.Allowed) left.reserveUntilDone(subject, "0", true, "nothing");
    assertThat(nothing.balance().balance()).isEqualTo(Credits.of(470));
  }

  private static long isAllowed(Decided decided) {
    return decided instanceof Decided.Allowed ? 1 : 0;
  }

  /** The balance after a write: a read alone may come from a state behind the journal. */
  private static Credits fresh(EntityNode node) {
    Decided.Allowed nothing =
        (Decided.Allowed)
            node.reserveUntilDone(Subject.ofOrg("both"), "0", true, "nothing" + node.hashCode());
    return nothing.balance().balance();
  }

  @Test
  void otherEntitiesGoOnWhileAStaleWriterIsRefused() {
    left.org("stale");
    left.wallet("stale", "main", "10");
    right.balance("stale", "main");
    left.reserveUntilDone(Subject.ofOrg("stale"), "1", true, "first");
    right.org("others");
    right.wallet("others", "main", "1000");

    CompletionStage<Answer<Decided>> behind =
        right.reserve(Subject.ofOrg("stale"), "1", true, "second");
    for (int i = 0; i < 50; i++) {
      done(right.reserve(Subject.ofOrg("others"), "1", true, "k" + i));
    }
    await(behind);
    right.reserveUntilDone(Subject.ofOrg("stale"), "1", true, "second");
    assertThat(right.balance("stale", "main").balance()).isEqualTo(Credits.of(8));
  }
}
