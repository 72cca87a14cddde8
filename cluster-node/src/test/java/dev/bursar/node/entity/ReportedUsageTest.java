package dev.bursar.node.entity;

import static dev.bursar.node.entity.EntityNode.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import dev.bursar.database.DatabaseSettings;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Decided;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.usage.ReportedEvents;
import dev.bursar.domain.usage.UsageReports;
import dev.bursar.domain.usage.UsageReports.Result;
import dev.bursar.node.TestServer;
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
  private static final Result UNREACHABLE = new UsageReports.Unreachable();

  private static DatabaseSettings settings;
  private static EntityNode node;

  @BeforeAll
  static void start() {
    settings = TestServer.fresh();
    node = new EntityNode(settings, InstantSource.system());
  }

  @AfterAll
  static void stop() {
    node.close();
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

  /** Sent while an earlier attempt is being decided, it is no duplicate: that comes to nothing. */
  @Test
  void ofOneThatIsRejectedNobodyIsToldThatItIsOnRecord() {
    node.org("poor");
    node.openWallet("poor", "main");
    List<CompletionStage<List<Result>>> sent =
        IntStream.range(0, 200)
            .mapToObj(i -> node.report(Subject.ofOrg("poor"), "5", OveragePolicy.REJECT, "e1"))
            .toList();
    assertThat(sent.stream().map(each -> await(each).getFirst()))
        .allMatch(it -> it instanceof UsageReports.Rejected || it.equals(UNREACHABLE))
        .hasAtLeastOneElementOfType(UsageReports.Rejected.class);
    assertThat(report("poor", "5", "e1")).isEqualTo(ACCEPTED);
  }

  /** An org that remembers three operations, and the table of all others behind its journal. */
  @Test
  void whatIsForgottenBeforeItCanBeLookedUpIsNeverAcceptedTwice() {
    try (EntityNode forgetful =
        new EntityNode(
            settings,
            InstantSource.system(),
            ConfigFactory.parseString("bursar.limits.operations-remembered = 3"))) {
      forgetful.org("short");
      forgetful.wallet("short", "main", "50");
      long complete = 1_000;
      assertThat(reported(forgetful, "e1", false, 0)).isEqualTo(ACCEPTED);
      forgetful.until(() -> hasNothingOpen(forgetful, "short"));
      for (String id : List.of("e2", "e3", "e4", "e5")) {
        assertThat(reported(forgetful, id, false, complete)).isEqualTo(ACCEPTED);
      }
      // Looked up before it was charged, by a client that was held up on its way.
      assertThat(reported(forgetful, "e1", false, 0)).isEqualTo(UNREACHABLE);
      assertThat(reported(forgetful, "new", false, 0)).isEqualTo(UNREACHABLE);
      assertThat(reported(forgetful, "e1", true, complete)).isEqualTo(DUPLICATE);
      assertThat(reported(forgetful, "e5", false, 0)).as("remembered").isEqualTo(DUPLICATE);
      assertThat(forgetful.balance("short", "main").balance()).isEqualTo(Credits.of(45));
      assertThat(reported(forgetful, "new", false, complete)).isEqualTo(ACCEPTED);
    }
    try (EntityNode restarted =
        new EntityNode(
            settings,
            InstantSource.system(),
            ConfigFactory.parseString("bursar.limits.operations-remembered = 3"))) {
      assertThat(reported(restarted, "e1", false, 0)).as("restarted").isEqualTo(UNREACHABLE);
      assertThat(restarted.balance("short", "main").balance()).isEqualTo(Credits.of(44));
    }
  }

  private static Result reported(EntityNode on, String id, boolean onRecord, long through) {
    return await(
            on.report(
                Subject.ofOrg("short"),
                "1",
                OveragePolicy.RECORD,
                id,
                new ReportedEvents.Known(List.of(onRecord), through)))
        .getFirst();
  }

  private static boolean hasNothingOpen(EntityNode on, String org) {
    return ((OrgReply.Open) on.tell(org, new OrgCommand.ListOpen())).plans().isEmpty();
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
    assertThat(node.rows("mended")).isEqualTo(1);
    node.openWallet("mended", "main");
    assertThat(report("mended", "5", OveragePolicy.REJECT, "e1"))
        .isInstanceOf(UsageReports.Rejected.class);
    node.wallet("mended", "main", "5");
    assertThat(report("mended", "5", OveragePolicy.REJECT, "e1")).isEqualTo(ACCEPTED);
    assertThat(report("mended", "5", "e1")).isEqualTo(DUPLICATE);
    assertThat(node.balance("mended", "main").balance()).isEqualTo(Credits.ZERO);
  }
}
