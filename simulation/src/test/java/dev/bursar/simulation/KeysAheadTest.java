package dev.bursar.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.entity.Recorded;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.wallet.WalletEvent;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** The judge looks at how far ahead the keys are under which something is done. */
final class KeysAheadTest {

  private static final Instant AT = Instant.parse("2026-01-31T23:59:30Z");
  private static final EntityId WALLET = EntityId.wallet("acme", "main");

  private final World world = new World(Scenario.of(1), Tampering.NONE, null);

  private void isTakenWithAKeyAheadBy(Duration ahead) {
    String key = "%012x-7000-8000-000000000001".formatted(AT.plus(ahead).toEpochMilli());
    world.watch.memories.wallet(
        WALLET,
        new Recorded<>(
            new WalletEvent.HoldBarred(AT, "another"),
            Operation.ofClient("grant", key.substring(0, 8) + '-' + key.substring(8), 0)));
  }

  @Test
  void whatIsTakenWithAKeyThatIsFarAheadIsFound() {
    isTakenWithAKeyAheadBy(Duration.ofSeconds(10).plusMillis(1));
    assertThat(world.watch.violations()).hasSize(1);
    assertThat(world.watch.violations().getFirst().detail()).contains("is taken at");
  }

  @Test
  void aKeyMayBeSomewhatAhead() {
    isTakenWithAKeyAheadBy(Duration.ofSeconds(10));
    assertThat(world.watch.violations()).isEmpty();
    assertThat(world.watch.seen()).containsEntry(Rarity.KEY_AHEAD_TAKEN, 1);
  }
}
