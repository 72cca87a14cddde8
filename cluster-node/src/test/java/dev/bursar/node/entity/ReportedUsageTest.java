package dev.bursar.node.entity;

import static dev.bursar.node.entity.EntityNode.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.database.DatabaseSettings;
import dev.bursar.database.EmbeddedDatabase;
import dev.bursar.database.Migrations;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Decided;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.usage.UsageReports;
import dev.bursar.domain.usage.UsageReports.Result;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Reports of work that has run, over the real actors, journal and PostgreSQL. */
class ReportedUsageTest {

  private static final Result ACCEPTED = new UsageReports.Accepted();
  private static final Result DUPLICATE = new UsageReports.Duplicate();

  private static EmbeddedDatabase postgres;
  private static DatabaseSettings settings;
  private static EntityNode node;

  @BeforeAll
  static void start() {
    postgres = EmbeddedDatabase.temporary(false);
    settings = postgres.freshDatabase("reports");
    Migrations.migrate(settings);
    node = new EntityNode(settings, InstantSource.system());
  }

  @AfterAll
  static void stop() {
    node.close();
    postgres.close();
  }

  private static Result report(String org, String amount, OveragePolicy policy, String id) {
    return await(node.report(Subject.ofOrg(org), amount, policy, id)).getFirst();
  }

  private static Result report(String org, String amount, String id) {
    return report(org, amount, OveragePolicy.RECORD, id);
  }

  @Test
  void oneEventAHundredTimesInParallelIsAcceptedOnce() {
    node.org("hundred");
    node.wallet("hundred", "main", "50");
    List<CompletionStage<List<Result>>> sent =
        IntStream.range(0, 100)
            .mapToObj(i -> node.report(Subject.ofOrg("hundred"), "5", OveragePolicy.RECORD, "e1"))
            .toList();
    List<Result> results = sent.stream().map(each -> await(each).getFirst()).toList();
    assertThat(results).filteredOn(ACCEPTED::equals).hasSize(1);
    assertThat(results).filteredOn(DUPLICATE::equals).hasSize(99);
    assertThat(node.balance("hundred", "main").balance()).isEqualTo(Credits.of(45));
  }

  @Test
  void afterARestartItIsStillADuplicate() {
    node.org("again");
    node.wallet("again", "main", "50");
    assertThat(report("again", "5", "e1")).isEqualTo(ACCEPTED);
    node.close();
    node = new EntityNode(settings, InstantSource.system());
    assertThat(report("again", "7", "e1")).isEqualTo(DUPLICATE);
    assertThat(report("again", "7", "e2")).isEqualTo(ACCEPTED);
    assertThat(node.balance("again", "main").balance()).isEqualTo(Credits.of(38));
  }

  @Test
  void aBudgetCountsItAndDeniesWhatComesNext() {
    node.org("over");
    node.wallet("over", "main", "50");
    node.orgBudget("over", "10");
    assertThat(report("over", "25", "e1")).isEqualTo(ACCEPTED);
    node.until(() -> node.orgBudget("over").used().equals(Credits.of(25)));
    assertThat(EntityNode.done(node.reserve(Subject.ofOrg("over"), "1", false, "k")))
        .isInstanceOf(Decided.Denied.class);
  }

  @Test
  void whatWasRejectedIsAcceptedOnceTheCauseIsMended() {
    node.org("mended");
    assertThat(report("mended", "5", "e1")).isInstanceOf(UsageReports.Rejected.class);
    node.openWallet("mended", "main");
    assertThat(report("mended", "5", OveragePolicy.REJECT, "e1"))
        .isInstanceOf(UsageReports.Rejected.class);
    node.wallet("mended", "main", "5");
    assertThat(report("mended", "5", OveragePolicy.REJECT, "e1")).isEqualTo(ACCEPTED);
    assertThat(report("mended", "5", "e1")).isEqualTo(DUPLICATE);
    assertThat(node.balance("mended", "main").balance()).isEqualTo(Credits.ZERO);
  }
}
