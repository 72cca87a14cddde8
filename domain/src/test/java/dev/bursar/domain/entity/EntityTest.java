package dev.bursar.domain.entity;

import static dev.bursar.domain.operation.Refusal.Code.IDEMPOTENCY_KEY_EXPIRED;
import static dev.bursar.domain.operation.Refusal.Code.IDEMPOTENCY_KEY_REUSED;
import static dev.bursar.domain.wallet.WalletWords.START;
import static dev.bursar.domain.wallet.WalletWords.at;
import static dev.bursar.domain.wallet.WalletWords.commit;
import static dev.bursar.domain.wallet.WalletWords.grant;
import static dev.bursar.domain.wallet.WalletWords.hold;
import static dev.bursar.domain.wallet.WalletWords.memory;
import static dev.bursar.domain.wallet.WalletWords.newWallet;
import static dev.bursar.domain.wallet.WalletWords.release;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.operation.Origin;
import dev.bursar.domain.operation.Place;
import dev.bursar.domain.wallet.Wallet;
import dev.bursar.domain.wallet.WalletAggregate;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletEvent;
import dev.bursar.domain.wallet.WalletOwner;
import dev.bursar.domain.wallet.WalletReply;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every entity does, tried on wallets. */
final class EntityTest {

  private final Wallet wallet = newWallet();
  private final Entity<WalletCommand, WalletEvent, WalletReply> entity = entityOf(wallet);
  private final List<Batch<WalletEvent>> journal = new ArrayList<>();

  private static Entity<WalletCommand, WalletEvent, WalletReply> entityOf(Wallet wallet) {
    return new Entity<>(new WalletAggregate(wallet), memory());
  }

  @BeforeEach
  void aWalletOfTen() {
    decide(START, once("open", 1, new WalletCommand.Open(WalletOwner.ORG)));
    decide(START, once("grant", 1, grant("a", "10").add()));
  }

  private static Request<WalletCommand> once(String key, long fingerprint, WalletCommand command) {
    return new Request<>(command, new Operation(key, fingerprint));
  }

  @SafeVarargs
  private List<Outcome<WalletReply>> decide(Instant now, Request<WalletCommand>... requests) {
    var decided = entity.decide(List.of(requests), now);
    if (decided.batch() != null) {
      journal.add(decided.batch());
      entity.sealed(seal(journal.size()));
    }
    return decided.outcomes();
  }

  private static byte[] seal(int row) {
    byte[] hash = new byte[32];
    hash[0] = (byte) row;
    return hash;
  }

  private static void replied(Outcome<WalletReply> outcome, boolean replayed) {
    assertThat(outcome).isInstanceOf(Outcome.Replied.class);
    assertThat(((Outcome.Replied<WalletReply>) outcome).replayed()).isEqualTo(replayed);
  }

  @Test
  void aRetryFindsTheFirstAnswerInTheJournal() {
    replied(decide(at(1), once("k", 7, hold("r", "10"))).getFirst(), false);
    assertThat(decide(at(2), once("k", 7, hold("r", "10"))))
        .containsExactly(new Outcome.Stored<>(new Place(3, 0), true));
    assertThat(journal).hasSize(3);
  }

  @Test
  void aRetryInTheSameBatchGetsTheSameReply() {
    var outcomes = decide(at(1), once("k", 7, hold("r", "10")), once("k", 7, hold("r", "10")));
    replied(outcomes.getFirst(), false);
    replied(outcomes.getLast(), true);
    assertThat(journal.getLast().recorded()).hasSize(1);
  }

  @Test
  void aKeyIsNotUsedForAnotherRequest() {
    decide(at(1), once("k", 7, hold("r", "10")));
    var outcome = decide(at(2), once("k", 8, hold("r", "9"))).getFirst();
    assertThat(((Outcome.Refused<WalletReply>) outcome).refusal().code())
        .isEqualTo(IDEMPOTENCY_KEY_REUSED);
  }

  @Test
  void aKeyThatIsOlderThanWhatIsRememberedIsNeverTakenForNew() {
    String made = "018cc251-f400-7abc-8def-0123456789ab"; // at START
    decide(at(1), once("hold\n" + made, 7, hold("r", "1")));
    decide(at(86_401), once("k", 7, grant("b", "1").add()));
    assertThat(word(decide(at(86_402), once("hold\n" + made, 7, hold("r", "1"))).getFirst()))
        .isEqualTo("Stored");
    decide(at(86_403), once("k2", 7, grant("c", "1").add()));
    var late = decide(at(86_404), once("hold\n" + made, 7, hold("r9", "1"))).getFirst();
    assertThat(((Outcome.Refused<WalletReply>) late).refusal().code())
        .isEqualTo(IDEMPOTENCY_KEY_EXPIRED);
    assertThat(word(decide(at(86_405), once("x", 7, hold("r9", "1"))).getFirst()))
        .isEqualTo("Held");
  }

  @Test
  void aRetryIsRecognisedBeforeAnybodyLooksAtStateOrFunds() {
    decide(at(1), once("k1", 7, hold("r1", "10")), once("k2", 7, commit("r1", "10")));
    assertThat(decide(at(2), once("k1", 7, hold("r1", "10")), once("k2", 7, commit("r1", "10"))))
        .containsExactly(
            new Outcome.Stored<>(new Place(3, 0), true),
            new Outcome.Stored<>(new Place(3, 1), true));
  }

  @Test
  void whatWasRefusedOrDeniedMayBeTriedAgainWithTheSameKey() {
    decide(at(1), once("k", 7, hold("r", "11")), once("g", 7, commit("r", "11")));
    decide(at(2), once("grant2", 7, grant("b", "1").add()));
    decide(at(3), once("k", 7, hold("r", "11")), once("g", 7, commit("r", "11")));
    assertThat(wallet.balances().iterator().next().balance().isZero()).isTrue();
  }

  @Test
  void eachRequestOfABatchIsDecidedOnWhatThoseBeforeItLeave() {
    var outcomes =
        decide(
            at(1),
            once("1", 1, hold("r1", "6")),
            once("2", 1, hold("r2", "6")),
            once("3", 1, release("r1")),
            once("4", 1, hold("r3", "6")));
    assertThat(outcomes.stream().map(EntityTest::word))
        .containsExactly("Held", "NotHeld", "Ended", "Held");
    assertThat(journal.getLast().recorded()).hasSize(3);
  }

  private static String word(Outcome<WalletReply> outcome) {
    if (outcome instanceof Outcome.Stored) {
      return "Stored";
    }
    return ((Outcome.Replied<WalletReply>) outcome).reply().getClass().getSimpleName();
  }

  @Test
  void whatFellDueComesFirst() {
    decide(at(1), once("1", 1, hold("r1", "10")));
    replied(decide(at(301), once("2", 1, hold("r2", "10"))).getFirst(), false);
    assertThat(journal.getLast().recorded().getFirst().event())
        .isInstanceOf(WalletEvent.Released.class);
    assertThat(journal.getLast().recorded().getFirst().operation()).isNull();
    assertThat(journal.getLast().nextDue()).isEqualTo(at(601));
  }

  @Test
  void moreThanARowTakesOfWhatFellDueIsWrittenBeforeAnythingIsDecided() {
    decide(
        at(1),
        once("1", 1, hold("r1", "2")),
        once("2", 1, hold("r2", "3")),
        once("3", 1, hold("r3", "5")));
    List<Request<WalletCommand>> asked = List.of(once("4", 1, hold("r4", "10")));
    var first = entity.decide(asked, at(301), 2);
    entity.sealed(seal(4));
    assertThat(first.outcomes()).isEmpty();
    assertThat(first.batch().recorded()).hasSize(2);
    assertThat(first.batch().nextDue()).isEqualTo(at(301));
    var second = entity.decide(asked, at(301), 2);
    assertThat(second.outcomes().stream().map(EntityTest::word)).containsExactly("Held");
    assertThat(second.batch().recorded())
        .extracting(each -> each.event().getClass().getSimpleName())
        .containsExactly("Released", "CreditsHeld");
  }

  /** Somebody whose clock is ahead decided on it after that. */
  @Test
  void whatIsDecidedByALaterClockWaitsForWhatFellDueUntilThen() {
    decide(at(1), once("1", 1, hold("r1", "2")), once("2", 1, hold("r2", "3")));
    List<Request<WalletCommand>> asked =
        List.of(
            once("3", 1, hold("r3", "5")),
            once("4", 1, hold("r4", "5").from(Origin.of(at(400)))),
            once("5", 1, hold("r5", "1")));
    var first = entity.decide(asked, at(2), 2);
    assertThat(first.outcomes().stream().map(EntityTest::word)).containsExactly("Held");
    assertThat(first.batch().recorded()).hasSize(2);
    entity.sealed(seal(4));
    var second = entity.decide(asked.subList(1, 3), at(2), 2);
    assertThat(second.outcomes().stream().map(EntityTest::word)).containsExactly("Held", "Held");
    assertThat(second.batch().recorded())
        .extracting(each -> each.event().getClass().getSimpleName())
        .containsExactly("Released", "Released", "CreditsHeld", "CreditsHeld");
  }

  @Test
  void aBatchThatChangesNothingIsNotWritten() {
    var decided = entity.decide(List.of(once("1", 1, hold("r1", "11"))), at(1));
    assertThat(decided.batch()).isNull();
    assertThat(entity.sequence()).isEqualTo(2);
  }

  @Test
  void theJournalFoldsToTheSameState() {
    decide(at(1), once("1", 1, hold("r1", "6")), once("2", 1, hold("r2", "1")));
    decide(at(2), once("3", 1, commit("r1", "7")));
    decide(at(400), once("4", 1, grant("b", "5").from(at(900)).add()));
    Wallet copy = newWallet();
    var folded = entityOf(copy);
    for (int i = 0; i < journal.size(); i++) {
      folded.fold(journal.get(i), seal(i + 1));
    }
    assertThat(folded.sequence()).isEqualTo(entity.sequence());
    assertThat(folded.head()).isEqualTo(entity.head());
    assertThat(folded.memory().toBytes()).isEqualTo(entity.memory().toBytes());
    assertThat(copy.snapshot()).usingRecursiveComparison().isEqualTo(wallet.snapshot());
    assertThat(copy.nextDue()).isEqualTo(wallet.nextDue());
  }

  @Test
  void aJournalWithAGapIsNotFolded() {
    var folded = entityOf(newWallet());
    assertThatThrownBy(() -> folded.fold(journal.get(1), seal(2)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("row 2 after row 0");
    folded.fold(journal.get(0), seal(1));
    assertThatThrownBy(() -> folded.fold(journal.get(0), seal(1)))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aJournalWhoseRowWasChangedIsNotFolded() {
    var folded = entityOf(newWallet());
    folded.fold(journal.get(0), seal(99));
    assertThatThrownBy(() -> folded.fold(journal.get(1), seal(2)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("does not follow");
    assertThat(folded.sequence()).isEqualTo(1);
  }
}
