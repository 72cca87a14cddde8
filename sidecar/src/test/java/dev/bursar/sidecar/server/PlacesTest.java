package dev.bursar.sidecar.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class PlacesTest {

  private final Places places = new Places(16);

  private int taken(String org) {
    int taken = 0;
    while (places.take(org)) {
      taken++;
    }
    return taken;
  }

  private void givenBack(String org, int times, boolean answered) {
    for (int i = 0; i < times; i++) {
      places.giveBack(org, answered);
    }
  }

  @Test
  void noOrgHasMoreThanAreLeftForTheOthers() {
    assertThat(taken("x")).isEqualTo(8);
    assertThat(taken("y")).isEqualTo(4);
    assertThat(taken("z")).isEqualTo(2);
    assertThat(places.taken()).isEqualTo(14);
    places.giveBack("x", true);
    assertThat(places.take("x")).as("there are three for others").isFalse();
    assertThat(places.take("z")).isTrue();
  }

  @Test
  void anOrgThatIsNotAnsweredHasAFewUntilItIsAnswered() {
    assertThat(taken("x")).isEqualTo(8);
    givenBack("x", 8, false);
    assertThat(places.isUnanswered("x")).isTrue();
    assertThat(taken("x")).isEqualTo(2);
    places.giveBack("x", true);
    assertThat(places.isUnanswered("x")).isFalse();
    assertThat(taken("x")).isEqualTo(7);
    assertThat(places.taken()).isEqualTo(8);
  }

  @Test
  void howeverManyOrgsAreNotAnsweredHalfIsForTheOthers() {
    for (int i = 0; i < 20; i++) {
      assertThat(places.take("x" + i)).isTrue();
      places.giveBack("x" + i, false);
    }
    int taken = 0;
    for (int i = 0; i < 20; i++) {
      taken += taken("x" + i);
    }
    assertThat(taken).isEqualTo(8);
    assertThat(taken("y")).isEqualTo(4);
  }

  @Test
  void whereThereIsOneAnybodyMayHaveIt() {
    Places one = new Places(1);
    assertThat(one.take("x")).isTrue();
    assertThat(one.take("y")).isFalse();
    one.giveBack("x", false);
    assertThat(one.take("x")).isTrue();
  }
}
