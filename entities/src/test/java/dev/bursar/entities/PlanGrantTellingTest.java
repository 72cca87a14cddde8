package dev.bursar.entities;

import static dev.bursar.entities.HandDriven.LIMITS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.catalog.CreditType;
import dev.bursar.domain.catalog.FailMode;
import dev.bursar.domain.catalog.PlanGrant;
import dev.bursar.domain.catalog.PriceList;
import dev.bursar.domain.catalog.PricingPlan;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.org.Org;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.org.OrgSettings;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletOwner;
import dev.bursar.domain.wallet.WalletReply;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What an org tells its wallet of what its plan grants, message by message. */
final class PlanGrantTellingTest {

  private static final EntityId WALLET = EntityId.wallet("acme", "main");
  private static final String A = "plan:team:a:1";
  private static final String B = "plan:team:b:2";

  private static final EntityModels MODELS =
      new EntityModels(
          LIMITS,
          new Catalog(
              Map.of("platform", new CreditType("platform", "Platform credits", 6)),
              Set.of(),
              Map.of(),
              new PriceList(List.of()),
              Map.of("team", team()),
              Map.of(),
              Map.of(),
              Map.of()));

  private final List<StoredBatch> rows = new ArrayList<>();
  private final List<EntityMessage.AskFor<?>> asked = new ArrayList<>();
  private final HandDriven<OrgCommand, OrgEvent, OrgReply, Org.Snapshot> org =
      new HandDriven<>(
          EntityId.org("acme"),
          MODELS.orgs(),
          LIMITS,
          rows,
          (id, host) -> new OrgEntity(id, MODELS.orgs().reply(), LIMITS, host));

  private static PricingPlan team() {
    return new PricingPlan(
        "team",
        "Team",
        null,
        Map.of(),
        Map.of("a", once("a"), "b", once("b")),
        Map.of(),
        OveragePolicy.RECORD,
        FailMode.DENY);
  }

  private static PlanGrant once(String id) {
    return new PlanGrant(id, "platform", Credits.of(3), null, 20, Set.of(), Set.of());
  }

  private void put(OrgCommand... commands) {
    for (OrgCommand each : commands) {
      org.receive(
          new EntityMessage.Ask<OrgCommand, OrgReply>(new Request<>(each, null), answer -> {}));
    }
  }

  private void subscribe() {
    put(settings("team"), new OrgCommand.PutWallet("main", WalletOwner.ORG, ""));
  }

  private static OrgCommand settings(String plan) {
    return new OrgCommand.PutOrg(new OrgSettings("acme", ZoneOffset.UTC, plan, List.of()), "");
  }

  /** The names of the grants that the wallet is asked to take or to end, since this was asked. */
  private List<String> asked() {
    List<String> names = new ArrayList<>();
    for (HandDriven.Sent each : org.sent()) {
      if (each.to().equals(WALLET) && each.message() instanceof EntityMessage.AskFor<?> ask) {
        asked.add(ask);
        names.add(
            switch (ask.request().command()) {
              case WalletCommand.GivePlanGrant give -> give.grant().id();
              case WalletCommand.EndPlanGrant end -> "end " + end.grant();
              case Object other -> other.toString();
            });
      }
    }
    return names;
  }

  /** The wallet answers what it was asked last. */
  private void answer(Answer<WalletReply> answer) {
    org.receive(new EntityMessage.WalletAnswered(asked.getLast().reservation(), answer, 0));
  }

  private static Answer<WalletReply> no(Refusal.Code code) {
    return new Answer.Refused<>(Refusal.of(code, ""));
  }

  private static Answer<WalletReply> done() {
    return new Answer.Done<>(new WalletReply.PlanGrantChanged(false), false);
  }

  private List<Long> told() {
    return org.events().stream()
        .filter(OrgEvent.PlanGrantTold.class::isInstance)
        .map(each -> ((OrgEvent.PlanGrantTold) each).number())
        .toList();
  }

  private void ticks() {
    for (int i = 0; i < 5; i++) {
      org.tick();
    }
  }

  @Test
  void whatIsNotAnsweredIsToldAgain() {
    subscribe();
    assertThat(asked()).containsExactly(A);
    ticks();
    assertThat(asked()).contains(A);
    answer(done());
    assertThat(asked()).containsExactly(B);
    answer(done());
    ticks();
    assertThat(asked()).isEmpty();
    assertThat(told()).containsExactly(1L, 2L);
  }

  @Test
  void aWalletThatWasNotOpenedIsAskedOnceItIs() {
    subscribe();
    assertThat(asked()).containsExactly(A);
    answer(no(Refusal.Code.WALLET_NOT_FOUND));
    ticks();
    assertThat(asked()).isEmpty();
    org.receive(new EntityMessage.MainWalletOpened());
    assertThat(asked()).containsExactly(A);
  }

  @Test
  void anAnswerFromBeforeTheWalletWasOpenedKeepsNothingFromIt() {
    subscribe();
    assertThat(asked()).containsExactly(A);
    org.receive(new EntityMessage.MainWalletOpened());
    answer(no(Refusal.Code.WALLET_NOT_FOUND));
    ticks();
    assertThat(asked()).contains(A);
    answer(done());
    assertThat(asked()).containsExactly(B);
  }

  @Test
  void whatIsRefusedHoldsUpOnlyWhatBecomesOfTheSame() {
    subscribe();
    assertThat(asked()).containsExactly(A);
    answer(no(Refusal.Code.AMOUNT_OVERFLOW));
    assertThat(asked()).containsExactly(B);
    put(settings(null));
    answer(done());
    assertThat(asked()).containsExactly("end " + B);
    answer(done());
    ticks();
    assertThat(asked()).isEmpty();
    assertThat(told()).containsExactly(2L, 4L);

    org.receive(new EntityMessage.Reopen());
    assertThat(asked()).containsExactly(A);
    answer(done());
    assertThat(asked()).containsExactly("end " + A);
    answer(done());
    assertThat(told()).containsExactly(2L, 4L, 1L, 3L);
  }
}
