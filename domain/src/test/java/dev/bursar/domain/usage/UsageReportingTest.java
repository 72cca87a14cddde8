package dev.bursar.domain.usage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Caller;
import dev.bursar.domain.enforcement.Decided;
import dev.bursar.domain.enforcement.Denial;
import dev.bursar.domain.enforcement.Enforcement;
import dev.bursar.domain.enforcement.Found;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.Reported;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.usage.ReportedEvents.Known;
import dev.bursar.domain.usage.UsageReports.Report;
import dev.bursar.domain.usage.UsageReports.Result;
import dev.bursar.domain.wallet.WalletReply;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is looked up and put to an org, when, and what becomes of the answers. */
final class UsageReportingTest {

  private static final Instant NOON = Instant.parse("2026-03-02T12:00:00Z");
  private static final Result DUPLICATE = new UsageReports.Duplicate();
  private static final Result UNREACHABLE = new UsageReports.Unreachable();

  /** A question that waits for its answer. */
  private record Asked<T>(String what, CompletableFuture<T> answer) {}

  private final List<Asked<Known>> lookUps = new ArrayList<>();
  private final Orgs orgs = new Orgs();
  private final UsageReporting reporting = new UsageReporting(orgs, this::lookUp, 2, 2);

  private CompletionStage<Known> lookUp(String org, List<Reported> events) {
    Asked<Known> asked =
        new Asked<>(org + events.stream().map(Reported::id).toList(), new CompletableFuture<>());
    lookUps.add(asked);
    return asked.answer();
  }

  /** Orgs that answer when the test says so. */
  private static final class Orgs implements Enforcement {
    final List<Asked<Answer<Decided>>> asked = new ArrayList<>();
    final List<ReserveRequest> works = new ArrayList<>();

    @Override
    public CompletionStage<Answer<Decided>> reserve(ReserveRequest request, Caller caller) {
      works.add(request);
      Asked<Answer<Decided>> one =
          new Asked<>(
              "%s %s since %d"
                  .formatted(request.subject().org(), caller.key(), caller.lookedUpThrough()),
              new CompletableFuture<>());
      asked.add(one);
      return one.answer();
    }

    @Override
    public CompletionStage<Answer<WalletReply.Ended>> commit(
        String reservation,
        @Nullable Credits amount,
        @Nullable Map<String, Long> usage,
        Caller caller) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Answer<WalletReply.Ended>> release(String reservation, Caller caller) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Answer<WalletReply.Extended>> extend(
        String reservation, long ttlSeconds, Caller caller) {
      throw new UnsupportedOperationException();
    }

    @Override
    public CompletionStage<Answer<Found>> find(String reservation) {
      throw new UnsupportedOperationException();
    }
  }

  private static Report report(String org, String id) {
    return new Report(
        "/gateway",
        id,
        NOON,
        new ReserveRequest(
            Subject.ofOrg(org),
            null,
            null,
            null,
            null,
            null,
            Credits.of(1),
            "platform",
            300,
            OveragePolicy.RECORD,
            true,
            false,
            Map.of()));
  }

  private CompletableFuture<List<Result>> send(Report... reports) {
    return reporting.report(List.of(reports), "key1").toCompletableFuture();
  }

  private void lookUpTells(int lookUp, long through, Boolean... onRecord) {
    lookUps.get(lookUp).answer().complete(new Known(List.of(onRecord), through));
  }

  private void orgTells(int asked, Answer<Decided> answer) {
    orgs.asked.get(asked).answer().complete(answer);
  }

  private static Answer<Decided> onRecord() {
    return new Answer.Refused<>(Refusal.alreadyReported());
  }

  @Test
  void orgsGoBesideEachOtherSoManyAtOnce() {
    var results = send(report("a", "1"), report("b", "2"), report("a", "3"), report("c", "4"));
    assertThat(lookUps).extracting(Asked::what).containsExactly("a[1, 3]", "b[2]");
    lookUpTells(1, 7, false);
    assertThat(orgs.asked).extracting(Asked::what).containsExactly("b 2 since 7");
    orgTells(0, onRecord());
    assertThat(lookUps).extracting(Asked::what).containsExactly("a[1, 3]", "b[2]", "c[4]");
    lookUpTells(2, 8, true);
    lookUpTells(0, 9, false, true);
    assertThat(orgs.asked).extracting(Asked::what).containsExactly("b 2 since 7", "a 1 since 9");
    assertThat(results).isNotDone();
    orgTells(1, onRecord());
    assertThat(results.join()).isEqualTo(Collections.nCopies(4, DUPLICATE));
  }

  @Test
  void ofOneOrgSoManyAreOnTheirWayAtOnce() {
    var results = send(report("a", "1"), report("a", "2"), report("a", "3"));
    lookUpTells(0, 5, false, false, false);
    orgTells(1, onRecord());
    assertThat(orgs.asked).hasSize(2);
    orgTells(0, onRecord());
    assertThat(orgs.asked).hasSize(3);
    orgTells(2, onRecord());
    assertThat(results.join()).containsOnly(DUPLICATE);
  }

  @Test
  void onceSomethingHasToComeAgainNothingMoreIsAsked() {
    var results =
        send(
            report("a", "1"),
            report("a", "2"),
            report("a", "3"),
            report("b", "4"),
            report("c", "5"));
    lookUpTells(0, 5, false, false, false);
    orgTells(0, new Answer.Busy<>());
    orgTells(1, onRecord());
    lookUpTells(1, 5, false);
    assertThat(orgs.asked).hasSize(2);
    assertThat(lookUps).hasSize(2);
    assertThat(results.join())
        .containsExactly(new UsageReports.Busy(), DUPLICATE, UNREACHABLE, UNREACHABLE, UNREACHABLE);
  }

  static Stream<Refusal> whatTellsNothingOfTheEvent() {
    return Stream.of(
        Refusal.beingReported(),
        Refusal.perhapsReported(),
        Refusal.withdrawn(),
        Refusal.keyTooOld());
  }

  @ParameterizedTest
  @MethodSource("whatTellsNothingOfTheEvent")
  void whatMayOrMayNotBeOnRecordIsToBeSentAgain(Refusal refusal) {
    var results = send(report("a", "1"));
    lookUpTells(0, 0, false);
    orgTells(0, new Answer.Refused<>(refusal));
    assertThat(results.join()).containsExactly(UNREACHABLE);
  }

  // ---- what a sidecar has let run

  private static final Subject GHOST = new Subject("a", "t", "ann", "p", "c", "ghost");

  private static Report report(@Nullable Long epoch, boolean unchecked) {
    return new Report(
        epoch == null ? "sidecar/s" : "res_lease",
        "1",
        NOON,
        new ReserveRequest(
            GHOST,
            null,
            null,
            null,
            "gone",
            null,
            Credits.of(1),
            "platform",
            300,
            OveragePolicy.RECORD,
            true,
            false,
            Map.of("ticket", "T-1")),
        epoch,
        unchecked);
  }

  private static Answer<Decided> unknownUnit(String field) {
    return new Answer.Refused<>(new Refusal(Refusal.Code.UNKNOWN_UNIT, field, "there is none"));
  }

  static Stream<Report> whatASidecarHasLetRun() {
    return Stream.of(report(3L, false), report(null, true));
  }

  @ParameterizedTest
  @MethodSource("whatASidecarHasLetRun")
  void whatItsOrgDoesNotKnowIsLeftOutOfItAndKeptInWords(Report report) {
    var results = send(report);
    lookUpTells(0, 5, false);
    orgTells(0, unknownUnit("subject.agent"));
    orgTells(1, unknownUnit("subject.cost_center"));
    ReserveRequest third = orgs.works.get(2);
    assertThat(third.subject()).isEqualTo(new Subject("a", "t", "ann", "p", null, null));
    assertThat(third.metadata())
        .containsAllEntriesOf(report.work().metadata())
        .containsEntry("unknown_agent", "ghost")
        .containsEntry("unknown_cost_center", "c");
    assertThat(orgs.asked).extracting(Asked::what).containsOnly(orgs.asked.getFirst().what());
    orgTells(2, onRecord());
    assertThat(results.join()).containsExactly(DUPLICATE);
  }

  /** A lease is of a wallet that there is. */
  @ParameterizedTest
  @MethodSource("whatASidecarHasLetRun")
  void whatRanUncheckedIsPaidByTheUsualWalletIfItsOwnIsNotThere(Report report) {
    var results = send(report);
    lookUpTells(0, 5, false);
    orgTells(
        0,
        new Answer.Done<>(
            new Decided.Denied(null, List.of(Denial.unknownWallet("gone", Credits.of(1)))), false));
    if (report.epoch() != null) {
      assertThat(results.join())
          .containsExactly(
              new UsageReports.Rejected(
                  "unknown_wallet", "wallet", "the org has no wallet named gone"));
      return;
    }
    assertThat(orgs.works.get(1).wallet()).isNull();
    assertThat(orgs.works.get(1).metadata()).containsEntry("unknown_wallet", "gone");
    orgTells(1, onRecord());
    assertThat(results.join()).containsExactly(DUPLICATE);
  }

  @Test
  void whatElseIsWrongWithItIsTold() {
    var results = send(report(3L, false));
    lookUpTells(0, 5, false);
    orgTells(
        0,
        new Answer.Refused<>(
            new Refusal(Refusal.Code.UNKNOWN_CREDIT_TYPE, "credit_type", "there is none")));
    assertThat(results.join())
        .containsExactly(
            new UsageReports.Rejected("unknown_credit_type", "credit_type", "there is none"));
  }

  @Test
  void whatAnybodyElseReportsHasToNameWhatThereIs() {
    var results = send(report(null, false));
    lookUpTells(0, 5, false);
    orgTells(0, unknownUnit("subject.agent"));
    assertThat(results.join())
        .containsExactly(
            new UsageReports.Rejected("unknown_unit", "subject.agent", "there is none"));
  }
}
