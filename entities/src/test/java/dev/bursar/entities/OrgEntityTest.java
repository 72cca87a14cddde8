package dev.bursar.entities;

import static dev.bursar.entities.HandDriven.LIMITS;
import static dev.bursar.entities.HandDriven.MODELS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.enforcement.Decided;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.operation.Origin;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.org.Org;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.org.OrgSettings;
import dev.bursar.domain.wallet.Balance;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletOwner;
import dev.bursar.domain.wallet.WalletReply;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** An org that starts again, message by message: what a crash kept it from hearing, it hears. */
final class OrgEntityTest {

  private static final EntityId ORG = EntityId.org("acme");
  private static final EntityId WALLET = EntityId.wallet("acme", "main");
  private static final Credits AMOUNT = Credits.of(3);
  private static final long KNOWN_ROW = 7;
  private static final Operation OPERATION = Operation.ofClient("reserve", "k1", 7);

  /** The org's ticks within which what is open is looked after. */
  private static final int TICKS = 3;

  private final List<StoredBatch> rows = new ArrayList<>();
  private final List<Answer<Decided>> told = new ArrayList<>();

  private HandDriven<OrgCommand, OrgEvent, OrgReply, Org.Snapshot> start() {
    return new HandDriven<>(
        ORG,
        MODELS.orgs(),
        LIMITS,
        rows,
        (id, host) -> new OrgEntity(id, MODELS.orgs().reply(), LIMITS, host));
  }

  private EntityMessage charge(int attempt) {
    return charge(attempt, OPERATION);
  }

  private EntityMessage charge(int attempt, Operation operation) {
    ReserveRequest request =
        new ReserveRequest(
            Subject.ofOrg("acme"),
            null,
            null,
            null,
            "main",
            null,
            AMOUNT,
            "platform",
            60,
            OveragePolicy.RECORD,
            true,
            false,
            Map.of());
    byte[] salt = new byte[16];
    salt[0] = (byte) attempt;
    return new EntityMessage.Reserve(
        new OrgCommand.Reserve(request, "k1", "key_test", "k1", salt), operation, told::add);
  }

  /** What it asks the wallet about a reservation, in its order. */
  private static List<Object> asked(HandDriven<?, ?, ?, ?> org) {
    return org.sent().stream()
        .filter(each -> each.to().equals(WALLET))
        .map(each -> (Object) ((EntityMessage.AskFor<?>) each.message()).request().command())
        .toList();
  }

  /** It is on record as decided on at the beginning, whatever has become of it. */
  private static WalletCommand find(String reservation) {
    return new WalletCommand.Find(reservation, Origin.recordedAt(HandDriven.BEGINNING));
  }

  /** What the wallet answers to whoever asks it for the reservation. */
  private static EntityMessage charged(String reservation) {
    return new EntityMessage.WalletAnswered(reservation, ended(reservation, "committed"), 0);
  }

  /** What it answers to an org that looks what has become of it. */
  private static EntityMessage found(String reservation) {
    return new EntityMessage.WalletFound(reservation, ended(reservation, "committed"), 0);
  }

  private static Answer<WalletReply> ended(String reservation, String status) {
    Attribution who =
        new Attribution(
            "reserve",
            "key_test",
            Subject.ofOrg("acme"),
            null,
            null,
            null,
            null,
            Map.of(),
            new byte[16]);
    return new Answer.Done<>(
        new WalletReply.Ended(
            reservation,
            status,
            AMOUNT,
            Credits.ZERO,
            Credits.ZERO,
            Credits.ZERO,
            false,
            Map.of(),
            new Transaction(
                "tx_1",
                Instant.parse("2026-03-01T12:00:00Z"),
                "platform",
                reservation,
                null,
                who,
                new byte[32],
                List.of()),
            new Balance("platform", Credits.of(7), Credits.ZERO, Credits.ZERO)),
        false);
  }

  private static boolean isSettled(HandDriven<?, OrgEvent, ?, ?> org, String reservation) {
    return org.events().stream()
        .anyMatch(
            each ->
                each instanceof OrgEvent.ReservationSettled settled
                    && settled.closure().reservation().equals(reservation)
                    && settled.closure().charged().equals(AMOUNT));
  }

  private HandDriven<OrgCommand, OrgEvent, OrgReply, Org.Snapshot> startNew() {
    HandDriven<OrgCommand, OrgEvent, OrgReply, Org.Snapshot> org = start();
    org.receive(
        new EntityMessage.Ask<OrgCommand, OrgReply>(
            new Request<>(
                new OrgCommand.PutOrg(new OrgSettings("acme", ZoneOffset.UTC, null, List.of()), ""),
                null),
            answer -> {}));
    org.receive(
        new EntityMessage.Ask<OrgCommand, OrgReply>(
            new Request<>(new OrgCommand.PutWallet("main", WalletOwner.ORG, ""), null),
            answer -> {}));
    return org;
  }

  @Test
  void whatComesWithAKeyThatIsBeingUsedForSomethingElseIsRefused() {
    HandDriven<OrgCommand, OrgEvent, OrgReply, Org.Snapshot> org = startNew();
    org.receive(charge(1), charge(2, Operation.ofClient("reserve", "k1", 8)));
    assertThat(told).containsExactly(new Answer.Refused<>(Refusal.keyReused()));
  }

  @Test
  void whoAsksAgainIsNotRefusedForWhatSomebodyElseAsksWithTheKey() {
    // given: it was decided.
    HandDriven<OrgCommand, OrgEvent, OrgReply, Org.Snapshot> org = startNew();
    org.receive(charge(1));
    String reservation = ((WalletCommand.HoldCredits) asked(org).getFirst()).reservation();
    org.receive(charged(reservation));
    assertThat(told).hasSize(1);
    told.clear();

    // when: something else comes with its key, and it itself once more.
    org.receive(charge(2, Operation.ofClient("reserve", "k1", 8)), charge(3));

    // then: only the other is refused.
    assertThat(told).containsExactly(new Answer.Refused<>(Refusal.keyReused()));
  }

  /** An org that has begun a charge and asked its wallet for it: the reservation. */
  private String begunBeforeTheCrash() {
    HandDriven<OrgCommand, OrgEvent, OrgReply, Org.Snapshot> org = startNew();
    org.receive(charge(1));
    List<Object> asked = asked(org);
    assertThat(asked).hasSize(1);
    return ((WalletCommand.HoldCredits) asked.getFirst()).reservation();
  }

  @Test
  void whatARetryIsToldOfAChargeFromBeforeTheCrashIsSettledSoon() {
    // given: a charge was begun, and the org stopped before it heard of it.
    String reservation = begunBeforeTheCrash();
    HandDriven<OrgCommand, OrgEvent, OrgReply, Org.Snapshot> org = start();
    assertThat(asked(org)).containsExactly(find(reservation));

    // when: a retry is driven before the wallet has answered, and then it answers both.
    org.receive(charge(2));
    assertThat(asked(org)).hasSize(1).allMatch(WalletCommand.HoldCredits.class::isInstance);
    org.receive(found(reservation));
    org.receive(charged(reservation));
    assertThat(told).hasSize(1).first().isInstanceOf(Answer.Done.class);
    assertThat(isSettled(org, reservation)).isFalse();

    // then: it is asked about again, and settled, long before the org looks again at all.
    for (int i = 0; i < TICKS && !isSettled(org, reservation); i++) {
      org.tick();
      if (!asked(org).isEmpty()) {
        org.receive(found(reservation));
      }
    }
    assertThat(isSettled(org, reservation)).isTrue();
  }

  @Test
  void whatTheWalletSaysOfAChargeFromBeforeTheCrashIsSettledAtOnce() {
    String reservation = begunBeforeTheCrash();
    HandDriven<OrgCommand, OrgEvent, OrgReply, Org.Snapshot> org = start();

    org.receive(found(reservation));

    assertThat(isSettled(org, reservation)).isTrue();
  }

  /** So whatever its clock shows, the wallet has not to look there. */
  @Test
  void whatIsDecidedOnLaterIsInNoRowThatTheWalletKnewOfWhenTheOrgStarted() {
    String reservation = begunBeforeTheCrash();
    HandDriven<OrgCommand, OrgEvent, OrgReply, Org.Snapshot> org = start();
    org.receive(
        new EntityMessage.WalletFound(reservation, ended(reservation, "committed"), KNOWN_ROW));
    org.sent();
    org.receive(charge(2, Operation.ofClient("reserve", "k2", 7)));
    assertThat(((WalletCommand.HoldCredits) asked(org).getFirst()).origin().soughtThrough())
        .isEqualTo(KNOWN_ROW);
  }

  /** A wallet that takes long to start answers what was asked twice twice, and at once. */
  @Test
  void whatIsFoundIsNoAnswerToWhatARetryAsks() {
    // given: the org has asked about what it found open, and once more.
    String reservation = begunBeforeTheCrash();
    HandDriven<OrgCommand, OrgEvent, OrgReply, Org.Snapshot> org = start();
    for (int i = 0; i < TICKS; i++) {
      org.tick();
    }
    EntityMessage found =
        new EntityMessage.WalletFound(reservation, ended(reservation, "expired"), 0);

    // when: a retry comes before the wallet answers both.
    org.receive(charge(2));
    org.receive(found);
    org.receive(found);
    assertThat(told).isEmpty();

    // then: it is told what the wallet says to it.
    org.receive(charged(reservation));
    assertThat(told)
        .singleElement()
        .satisfies(
            answer -> {
              Decided decided = ((Answer.Done<Decided>) answer).value();
              assertThat(((Decided.Allowed) decided).charged().status()).isEqualTo("committed");
            });
  }

  @Test
  void whatTheWalletDoesNotAnswerIsAskedAgain() {
    String reservation = begunBeforeTheCrash();
    HandDriven<OrgCommand, OrgEvent, OrgReply, Org.Snapshot> org = start();
    asked(org);

    for (int i = 0; i < TICKS; i++) {
      org.tick();
    }

    assertThat(asked(org)).containsExactly(find(reservation));
  }

  @Test
  void whatItWillAskAboutAgainDoesNotKeepItFromBeingHandedOver() {
    // given: a retry has driven what was found open, and it is still to be asked about again.
    String reservation = begunBeforeTheCrash();
    HandDriven<OrgCommand, OrgEvent, OrgReply, Org.Snapshot> org = start();
    org.receive(charge(2));
    org.receive(found(reservation));
    org.receive(charged(reservation));

    org.receive(new EntityMessage.Stop());

    assertThat(org.isStopped()).isTrue();
  }

  @Test
  void whatItIsAskingAboutKeepsItFromBeingHandedOver() {
    String reservation = begunBeforeTheCrash();
    HandDriven<OrgCommand, OrgEvent, OrgReply, Org.Snapshot> org = start();

    org.receive(new EntityMessage.Stop());
    assertThat(org.isStopped()).isFalse();

    org.receive(found(reservation));
    assertThat(org.isStopped()).isTrue();
  }

  /** The wallet may be stopping, too, so that no answer comes, and no question arrives. */
  @Test
  void whatNobodyAnswersKeepsItFromBeingHandedOverForAMomentOnly() {
    begunBeforeTheCrash();
    HandDriven<OrgCommand, OrgEvent, OrgReply, Org.Snapshot> org = start();
    org.receive(new EntityMessage.Stop());

    org.tick();

    assertThat(org.isStopped()).isTrue();
  }

  /** A message to an entity that nobody is going to start keeps a node from stopping. */
  @Test
  void whileItIsHandedOverItSendsNothing() {
    begunBeforeTheCrash();
    HandDriven<OrgCommand, OrgEvent, OrgReply, Org.Snapshot> org = start();
    org.sent();

    org.receive(new EntityMessage.Stop());
    org.receive(charge(2));

    assertThat(org.sent()).isEmpty();
  }

  // ---- who asks for all that was acknowledged

  /** An answer to whoever asked for all that was acknowledged, and what was on record by then. */
  private record Told(Answer<OrgReply> answer, boolean settled) {}

  private final List<Told> fresh = new ArrayList<>();

  private EntityMessage askFresh(HandDriven<?, OrgEvent, ?, ?> org, String reservation) {
    return new EntityMessage.AskSettled(
        new Request<>(new OrgCommand.ViewOrg(), null),
        answer -> fresh.add(new Told(answer, isSettled(org, reservation))));
  }

  private void assertAnsweredOnceSettled() {
    assertThat(fresh)
        .singleElement()
        .satisfies(
            told -> {
              assertThat(told.answer()).isInstanceOf(Answer.Done.class);
              assertThat(told.settled()).isTrue();
            });
  }

  private static EntityMessage unknownToTheWallet(String reservation) {
    return new EntityMessage.WalletFound(
        reservation, new Answer.Refused<>(Refusal.of(Refusal.Code.RESERVATION_NOT_FOUND, "")), 0);
  }

  @Test
  void whatTheWalletAcknowledgedBeforeTheOrgStartedIsInAFreshAnswer() {
    String reservation = begunBeforeTheCrash();
    HandDriven<OrgCommand, OrgEvent, OrgReply, Org.Snapshot> org = start();

    org.receive(askFresh(org, reservation));
    assertThat(fresh).isEmpty();

    org.receive(found(reservation));
    assertAnsweredOnceSettled();
  }

  @Test
  void whoWantsNoFreshAnswerDoesNotWait() {
    begunBeforeTheCrash();
    HandDriven<OrgCommand, OrgEvent, OrgReply, Org.Snapshot> org = start();
    List<Answer<OrgReply>> answers = new ArrayList<>();

    org.receive(
        new EntityMessage.Ask<OrgCommand, OrgReply>(
            new Request<>(new OrgCommand.ViewOrg(), null), answers::add));

    assertThat(answers).singleElement().isInstanceOf(Answer.Done.class);
  }

  @Test
  void whatTheWalletDoesNotKnowKeepsNoFreshAnswer() {
    String reservation = begunBeforeTheCrash();
    HandDriven<OrgCommand, OrgEvent, OrgReply, Org.Snapshot> org = start();
    org.receive(askFresh(org, reservation));

    org.receive(unknownToTheWallet(reservation));

    assertThat(fresh)
        .singleElement()
        .satisfies(told -> assertThat(told.answer()).isInstanceOf(Answer.Done.class));
  }

  @Test
  void whereTheWalletDoesNotAnswerNoFreshAnswerIsGivenAfterAWhile() {
    String reservation = begunBeforeTheCrash();
    HandDriven<OrgCommand, OrgEvent, OrgReply, Org.Snapshot> org = start();
    org.receive(askFresh(org, reservation));

    for (int i = 0; i < LIMITS.settledWithin().toSeconds(); i++) {
      assertThat(fresh).isEmpty();
      org.tick();
    }

    assertThat(fresh).containsExactly(new Told(new Answer.Unreachable<>(), false));
  }

  /** The retry was told of the charge: it is acknowledged, and not on record yet. */
  @Test
  void whatARetryIsToldOfAChargeFromBeforeTheCrashIsInAFreshAnswer() {
    String reservation = begunBeforeTheCrash();
    HandDriven<OrgCommand, OrgEvent, OrgReply, Org.Snapshot> org = start();
    org.receive(charge(2));
    org.receive(found(reservation));
    org.receive(charged(reservation));
    assertThat(told).hasSize(1);
    asked(org);

    org.receive(askFresh(org, reservation));
    assertThat(fresh).isEmpty();

    org.tick();
    assertThat(asked(org)).containsExactly(find(reservation));
    org.receive(found(reservation));
    assertAnsweredOnceSettled();
  }

  /** The wallet has said to the client that it ended, and tells the org again only later. */
  @Test
  void anEndingThatThereWasNoRoomForIsInAFreshAnswer() {
    // given: it is open, all is settled that was open before; and more is asked than can wait.
    HandDriven<OrgCommand, OrgEvent, OrgReply, Org.Snapshot> org = startNew();
    org.receive(charge(1));
    String reservation = ((WalletCommand.HoldCredits) asked(org).getFirst()).reservation();
    List<EntityMessage> messages = new ArrayList<>();
    for (int i = 0; i <= LIMITS.waitingMax(); i++) {
      messages.add(
          new EntityMessage.Ask<OrgCommand, OrgReply>(
              new Request<>(new OrgCommand.ViewOrg(), null), answer -> {}));
    }
    messages.add(
        new EntityMessage.TakeClosure(
            new Closure(reservation, AMOUNT, Closure.Kind.COMMITTED, Map.of()), "k", taken -> {}));
    org.receive(messages.toArray(EntityMessage[]::new));
    org.receive(charged(reservation));
    assertThat(told).hasSize(1);
    assertThat(isSettled(org, reservation)).isFalse();

    // when
    org.receive(askFresh(org, reservation));
    assertThat(fresh).isEmpty();

    // then: it asks about it by itself.
    org.tick();
    assertThat(asked(org)).containsExactly(new WalletCommand.Find(reservation));
    org.receive(found(reservation));
    assertAnsweredOnceSettled();
  }

  @Test
  void whoWaitsForAFreshAnswerIsToldWhenItIsHandedOver() {
    String reservation = begunBeforeTheCrash();
    HandDriven<OrgCommand, OrgEvent, OrgReply, Org.Snapshot> org = start();
    org.receive(askFresh(org, reservation));

    org.receive(new EntityMessage.Stop(), askFresh(org, reservation));

    assertThat(fresh).hasSize(2).allMatch(each -> each.answer() instanceof Answer.Unreachable);
  }
}
