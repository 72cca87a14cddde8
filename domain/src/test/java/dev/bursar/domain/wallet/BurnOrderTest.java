package dev.bursar.domain.wallet;

import static dev.bursar.domain.wallet.WalletWords.START;
import static dev.bursar.domain.wallet.WalletWords.at;
import static dev.bursar.domain.wallet.WalletWords.draws;
import static dev.bursar.domain.wallet.WalletWords.grant;
import static dev.bursar.domain.wallet.WalletWords.hold;
import static dev.bursar.domain.wallet.WalletWords.holdFor;
import static dev.bursar.domain.wallet.WalletWords.wallet;
import static dev.bursar.domain.wallet.WalletWords.who;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.operation.Origin;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which credits go first. */
final class BurnOrderTest {

  /** Each grant below burns before the next: one more criterion has to be looked at. */
  private static final List<WalletWords.Wording> IN_ORDER =
      List.of(
          grant("j", "1").priority(0).category(Grant.Category.PAID),
          grant("i", "1").priority(1).until(at(9_000)),
          grant("h", "1").priority(1).until(at(9_001)).category(Grant.Category.PROMOTIONAL),
          grant("g", "1").priority(1).until(at(9_001)).category(Grant.Category.PLAN),
          grant("f", "1").priority(1).until(at(9_001)).from(START.minusSeconds(2)),
          grant("e", "1").priority(1).until(at(9_001)).from(START.minusNanos(1_000)),
          grant("c", "1").priority(1).until(at(9_001)),
          grant("d", "1").priority(1).until(at(9_001)),
          grant("b", "1").priority(1),
          grant("a", "1").priority(100).category(Grant.Category.PROMOTIONAL).until(at(400)));

  @Test
  void theOrderIsTotalAndDoesNotDependOnTheOrderOfAddition() {
    Random random = new Random(3);
    List<WalletWords.Wording> shuffled = new ArrayList<>(IN_ORDER);
    for (int i = 0; i < 500; i++) {
      Collections.shuffle(shuffled, random);
      var held = wallet(shuffled.toArray(WalletWords.Wording[]::new)).when(hold("r", "10"), at(1));
      assertThat(draws(held))
          .as("added as %s", shuffled)
          .isEqualTo(IN_ORDER.stream().map(each -> each.terms().id() + " 1").toList());
    }
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      textBlock =
          """
          # priority, until, category,  from  | priority, until, category,  from | first
          49,         -,     PAID,        0,    50,       600,   PROMOTIONAL, -1,  a
          50,         600,   PAID,        0,    50,       -,     PROMOTIONAL, -1,  a
          50,         600,   PAID,        0,    50,       601,   PROMOTIONAL, -1,  a
          50,         -,     PROMOTIONAL, 0,    50,       -,     PLAN,        -1,  a
          50,         -,     PLAN,        0,    50,       -,     PAID,        -1,  a
          50,         -,     PROMOTIONAL, 0,    50,       -,     PAID,        -1,  a
          50,         -,     PAID,        0,    50,       -,     PAID,        -1,  b
          50,         -,     PAID,        0,    50,       -,     PAID,        0,   a
          """)
  void theFirstDifferenceDecides(
      int priorityA,
      Long untilA,
      Grant.Category categoryA,
      long fromA,
      int priorityB,
      Long untilB,
      Grant.Category categoryB,
      long fromB,
      String first) {
    var a = grant("a", "1").priority(priorityA).category(categoryA).from(at(fromA));
    var b = grant("b", "1").priority(priorityB).category(categoryB).from(at(fromB));
    var held = wallet(until(a, untilA), until(b, untilB)).when(hold("r", "1"), at(1));
    assertThat(draws(held)).containsExactly(first + " 1");
  }

  private static WalletWords.Wording until(WalletWords.Wording grant, Long seconds) {
    return seconds == null ? grant : grant.until(at(seconds));
  }

  @Test
  void theEarlierAdditionGoesFirstToTheMicrosecond() {
    Instant later = START.plusNanos(1_000);
    var held =
        wallet(grant("z", "1")).after(later, grant("a", "1").add()).when(hold("r", "1"), at(1));
    assertThat(draws(held)).containsExactly("z 1");
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      textBlock =
          """
          # feature, model, draws of 4
          chat,      big,   both 1;chat 1;big 1;any 1
          x,         big,   both 1;big 1;any 2
          chat,      -,     chat 1;any 3
          search,    big,   big 1;any 3
          -,         -,     any 4
          """)
  void onlyGrantsThatApplyAreDrawnOn(String feature, String model, String expected) {
    var held =
        wallet(
                grant("any", "9").priority(9),
                grant("chat", "1").priority(2).only(Set.of("chat"), Set.of()),
                grant("big", "1").priority(3).only(Set.of(), Set.of("big")),
                grant("both", "1").priority(1).only(Set.of("chat", "x"), Set.of("big")))
            .when(holdFor("r", "4", feature, model), at(1));
    assertThat(draws(held)).containsExactly(expected.split(";"));
  }

  @Test
  void whatDoesNotApplyDoesNotCount() {
    var denied =
        wallet(grant("chat", "9").only(Set.of("chat"), Set.of()), grant("any", "1"))
            .when(holdFor("r", "2", "search", "big"), at(1))
            .reply(WalletReply.NotHeld.class);
    assertThat(denied.denials().getFirst().available()).hasToString("1");
  }

  @Test
  void anotherCreditTypeIsAnotherPurse() {
    var ask =
        new WalletCommand.HoldCredits(
            "r",
            "image",
            WalletWords.credits("1"),
            null,
            WalletWords.TTL,
            dev.bursar.domain.enforcement.OveragePolicy.RECORD,
            false,
            false,
            who(null, null),
            Origin.of(at(0)));
    wallet(grant("a", "9")).when(ask, at(1)).reply(WalletReply.NotHeld.class);
  }
}
