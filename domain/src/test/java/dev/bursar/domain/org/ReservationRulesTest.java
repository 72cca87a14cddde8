package dev.bursar.domain.org;

import static dev.bursar.domain.budget.BudgetWords.NOON;
import static dev.bursar.domain.budget.BudgetWords.ORG;
import static dev.bursar.domain.budget.BudgetWords.daily;
import static dev.bursar.domain.budget.BudgetWords.named;
import static dev.bursar.domain.operation.Refusal.Code.AMOUNT_OVERFLOW;
import static dev.bursar.domain.operation.Refusal.Code.RESERVATION_NOT_FOUND;
import static dev.bursar.domain.operation.Refusal.Code.UNKNOWN_CREDIT_TYPE;
import static dev.bursar.domain.operation.Refusal.Code.UNKNOWN_UNIT;
import static dev.bursar.domain.org.OrgWords.DEARER_FROM;
import static dev.bursar.domain.org.OrgWords.acme;
import static dev.bursar.domain.org.OrgWords.budget;
import static dev.bursar.domain.org.OrgWords.put;
import static dev.bursar.domain.org.OrgWords.reserve;
import static dev.bursar.domain.org.OrgWords.subject;
import static dev.bursar.domain.org.OrgWords.wallet;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.DenialCode;
import dev.bursar.domain.enforcement.Plan;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.operation.OperationMemory;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The org's part of deciding a reservation. */
final class ReservationRulesTest {

  private final OperationMemory memory = OrgWords.memory();
  private final Org org = OrgWords.newOrg(memory);

  private static final Subject ANN = subject("research", "ann");

  @ParameterizedTest
  @ValueSource(strings = {"team", "product", "cost_center", "agent"})
  void anUnknownUnitIsNamedByItsField(String field) {
    String no = "nowhere";
    Subject subject =
        switch (field) {
          case "team" -> subject(no, "ann");
          case "product" -> new Subject("acme", null, null, no, null, null);
          case "cost_center" -> new Subject("acme", null, null, null, no, null);
          default -> new Subject("acme", null, null, null, null, no);
        };
    acme().when(reserve(subject, "1"), NOON).thenRefused(UNKNOWN_UNIT, "subject." + field);
  }

  /**
   * It was run by a node whose clock was an hour ahead: its own time stands still for an hour, and
   * that of its teams and wallets goes on.
   */
  @Test
  void anOrgThatWasAheadTellsOthersTheTimeByItsNodesClock() {
    Instant ahead = NOON.plus(Duration.ofHours(1));
    OrgEvent.ReservationBegun begun =
        acme()
            .after(ahead, put("ops", Unit.Kind.TEAM, "labs"))
            .when(reserve(ANN, "1"), NOON)
            .event(OrgEvent.ReservationBegun.class);
    assertThat(begun.at()).isEqualTo(ahead);
    assertThat(begun.plan().madeAt()).isEqualTo(NOON);
    assertThat(begun.plan().countedAt()).isEqualTo(ahead);
  }

  @Test
  void aDepartmentIsNoTeamAndGoldIsNoCreditType() {
    acme()
        .when(reserve(subject("labs", null), "1"), NOON)
        .thenRefused(UNKNOWN_UNIT, "subject.team");
    acme()
        .when(reserve(ANN, null, null, null, null, "1", "gold", false), NOON)
        .thenRefused(UNKNOWN_CREDIT_TYPE, "credit_type");
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      textBlock =
          """
          # feature, model, meter,  units, credit type, amount
          chat,      big,   tokens, 3,     platform,    0.004502
          search,    big,   tokens, 3,     platform,    0.009
          -,         big,   tokens, 0,     platform,    0
          draw,      small, images, 2,     image,       2
          """)
  void usageIsPricedByTheMostSpecificRate(
      String feature, String model, String meter, long units, String creditType, String amount) {
    Plan plan =
        acme()
            .when(reserve(feature, model, Map.of(meter, units)), NOON)
            .reply(OrgReply.Begun.class)
            .plan();
    assertThat(plan.creditType()).isEqualTo(creditType);
    assertThat(plan.amount()).hasToString(amount);
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          # microseconds after the new rate is in force, amount
          -1, 0.003
          0,  0.004
          1,  0.004
          """)
  void usageIsPricedAtTheRateInForceWhenItIsDecided(long microsAfter, String amount) {
    Plan plan =
        acme()
            .when(
                reserve("search", "big", Map.of("tokens", 1L)),
                DEARER_FROM.plusNanos(microsAfter * 1_000))
            .reply(OrgReply.Begun.class)
            .plan();
    assertThat(plan.amount()).hasToString(amount);
    assertThat(Objects.requireNonNull(plan.price()).of(Map.of("tokens", 1_000L)))
        .as("what a commit of it costs, whenever it comes")
        .isEqualTo(Credits.parse(amount.replace("0.00", "")));
  }

  @ParameterizedTest
  @CsvSource({"search, small, tokens", "chat, big, images", "chat, small, tokens"})
  void whatHasNoRateIsDenied(String feature, String model, String meter) {
    var denied = acme().when(reserve(feature, model, Map.of(meter, 1L)), NOON);
    assertThat(denied.reply(OrgReply.Considered.class).denials().getFirst().code())
        .isEqualTo(DenialCode.NO_RATE);
  }

  @ParameterizedTest
  @ValueSource(longs = {1_000_000_000_001L, Long.MAX_VALUE})
  void whatCostsTooMuchToCountIsRefused(long units) {
    acme()
        .when(reserve("draw", null, Map.of("images", units)), NOON)
        .thenRefused(AMOUNT_OVERFLOW, "usage");
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      textBlock =
          """
          # team, named, wallet
          -,        -,     main
          sales,    -,     main
          research, -,     lab
          research, other, other
          """)
  void theWalletIsTheNamedOneElseTheTeamsElseMain(String team, String named, String expected) {
    var ask = reserve(subject(team, null), null, null, named, null, "1", "platform", false);
    Plan plan =
        acme()
            .after(NOON, wallet("lab", "research"), wallet("other", null))
            .when(ask, NOON)
            .reply(OrgReply.Begun.class)
            .plan();
    assertThat(plan.wallet()).isEqualTo(expected);
    assertThat(plan.reservation()).startsWith("rsv_acme_" + expected + "_");
  }

  @Test
  void aDryRunHoldsNothing() {
    var ask = reserve(ANN, null, null, null, null, "5", "platform", true);
    var given = acme(org, memory).after(NOON, budget(daily("org", ORG, "9")));
    var told = given.when(ask, NOON);
    assertThat(told.events()).isEmpty();
    assertThat(told.reply(OrgReply.Considered.class).denials()).isEmpty();
    assertThat(org.open()).isEmpty();
  }

  @Test
  void anUnknownOrgDeniesAndRecordsNothing() {
    var given = dev.bursar.domain.Given.nothing(new OrgAggregate(org, OrgWords.CATALOG), memory);
    var denied = given.when(reserve(ANN, "1"), NOON);
    assertThat(denied.events()).isEmpty();
    assertThat(denied.reply(OrgReply.Denied.class).denials().getFirst().code())
        .isEqualTo(DenialCode.UNKNOWN_ORG);
  }

  /** Any name could be sent: none of these is on record, nor asked for anything. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aWalletThatTheOrgDoesNotHaveDeniesAndRecordsNothing(boolean dryRun) {
    var given = acme().after(NOON, budget(daily("org", ORG, "1")));
    for (var ask :
        List.of(
            reserve(ANN, null, null, "ghost", null, "5", "platform", dryRun),
            reserve(ANN, "no", "rate", "ghost", Map.of("tokens", 1L), null, null, dryRun))) {
      var denied = given.when(ask, NOON);
      assertThat(denied.events()).isEmpty();
      var denial = denied.reply(OrgReply.Denied.class).denials().getFirst();
      assertThat(denial.code()).isEqualTo(DenialCode.UNKNOWN_WALLET);
      assertThat(denial.detail()).contains("ghost");
    }
    // The key is as good as new once the wallet is there.
    given
        .after(NOON, wallet("ghost", null))
        .when(reserve(ANN, null, null, "ghost", null, "1", "platform", false), NOON)
        .reply(OrgReply.Begun.class);
  }

  @Test
  void whatIsOpenIsFoundAndWhatNeverWasIsNot() {
    var given = acme();
    var begun = given.when(reserve(ANN, "5"), NOON).reply(OrgReply.Begun.class);
    given.when(new OrgCommand.FindReservation(begun.plan().reservation()), NOON).thenTold(begun);
    given.when(new OrgCommand.FindReservation("rsv_x"), NOON).thenRefused(RESERVATION_NOT_FOUND);
  }

  @Test
  void aSnapshotHoldsAllOfIt() {
    acme(org, memory)
        .after(NOON, budget(daily("org", ORG, "9")), wallet("lab", "research"), reserve(ANN, "5"));
    Org copy = OrgWords.newOrg(memory);
    copy.restore(org.snapshot());
    assertThat(copy.snapshot()).isEqualTo(org.snapshot());
    assertThat(copy.walletOfTeam("research")).isEqualTo("lab");
  }
}
