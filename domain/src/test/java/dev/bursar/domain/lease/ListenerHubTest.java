package dev.bursar.domain.lease;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.lease.Listeners.End;
import dev.bursar.domain.lease.Listeners.Reached;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ListenerHubTest {

  private static final Listener ONE = new Listener("key_1", "gateway-1");
  private static final Listener TWO = new Listener("key_1", "gateway-2");
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final ListenerHub hub = new ListenerHub(Duration.ofSeconds(10));
  private final List<Map<Listener, Reached>> done = new ArrayList<>();

  private static final class Ear implements Listeners.Reader {
    final List<String> heard = new ArrayList<>();
    int room = 100;

    @Override
    public void begun() {
      heard.add("begun");
    }

    @Override
    public boolean take(Notice notice, boolean awaited) {
      heard.add(notice.id() + (awaited ? " awaited" : ""));
      return room-- > 0;
    }

    @Override
    public void ended(End why) {
      heard.add(why.name());
    }
  }

  private Ear listening(Listener who, @Nullable String org) {
    Ear ear = new Ear();
    hub.listen(who, org, ear);
    return ear;
  }

  private void changed(String id, @Nullable String org, Map<Listener, Long> awaited) {
    Notice.Kind kind = org == null ? Notice.Kind.CATALOG_CHANGED : Notice.Kind.ENTITLEMENTS_CHANGED;
    hub.tell(new Notice(id, kind, org, null), awaited, 0, done::add);
  }

  @Test
  void whoIsAwaitedIsWaitedForAndOthersAreTold() {
    Ear one = listening(ONE, "acme");
    Ear two = listening(TWO, null);
    changed("n", "acme", Map.of(ONE, 60 * SECOND));
    assertThat(one.heard).containsExactly("begun", "n awaited");
    assertThat(two.heard).containsExactly("begun", "n");
    assertThat(done).isEmpty();
    hub.acknowledge(TWO, "n");
    hub.acknowledge(ONE, "other");
    assertThat(done).isEmpty();
    hub.acknowledge(ONE, "n");
    assertThat(done).containsExactly(Map.of(ONE, Reached.ACKNOWLEDGED));
    hub.acknowledge(ONE, "n");
    assertThat(done).hasSize(1);
  }

  @Test
  void whoIsConfinedToAnotherOrgHearsNothing() {
    Ear one = listening(ONE, "beta");
    changed("n", "acme", Map.of(ONE, 60 * SECOND));
    assertThat(one.heard).containsExactly("begun");
    assertThat(done).containsExactly(Map.of());
  }

  @Test
  void aRevocationIsItsHoldersAlone() {
    Ear one = listening(ONE, null);
    Ear two = listening(TWO, null);
    hub.tell(
        new Notice("n", Notice.Kind.REVOKE, "acme", "rsv_1"), Map.of(TWO, SECOND), 0, done::add);
    assertThat(one.heard).containsExactly("begun");
    assertThat(two.heard).containsExactly("begun", "n awaited");
  }

  @Test
  void whatConcernsAllOrgsIsAwaitedOfAll() {
    listening(ONE, "beta");
    listening(TWO, null);
    changed("n", null, Map.of());
    hub.acknowledge(ONE, "n");
    assertThat(done).isEmpty();
    hub.acknowledge(TWO, "n");
    assertThat(done).containsExactly(Map.of(ONE, Reached.ACKNOWLEDGED, TWO, Reached.ACKNOWLEDGED));
  }

  @Test
  void whoIsSilentForTooLongIsCutOff() {
    Ear one = listening(ONE, null);
    changed("n", "acme", Map.of(ONE, 60 * SECOND));
    changed("m", "acme", Map.of(ONE, 60 * SECOND));
    assertThat(hub.dueIn(SECOND)).isEqualTo(9 * SECOND);
    hub.tick(10 * SECOND - 1);
    assertThat(done).isEmpty();
    hub.tick(10 * SECOND);
    assertThat(one.heard).endsWith("SILENT");
    assertThat(done).containsExactly(Map.of(ONE, Reached.SILENT), Map.of(ONE, Reached.SILENT));
    assertThat(hub.listening()).isZero();
    assertThat(hub.dueIn(10 * SECOND)).isNegative();
  }

  @Test
  void whoseLeaseIsOverIsNotWaitedForAndGoesOnListening() {
    Ear one = listening(ONE, null);
    changed("n", "acme", Map.of(ONE, 3 * SECOND));
    hub.tick(3 * SECOND);
    assertThat(done).containsExactly(Map.of(ONE, Reached.OVER));
    assertThat(one.heard).containsExactly("begun", "n awaited");
    assertThat(hub.listening()).isEqualTo(1);
  }

  @Test
  void whoLeavesOrIsTooSlowWasNotReached() {
    Ear one = listening(ONE, null);
    Ear two = listening(TWO, null);
    two.room = 0;
    changed("n", "acme", Map.of(ONE, SECOND, TWO, SECOND));
    assertThat(two.heard).endsWith("SLOW");
    hub.leave(ONE, one);
    assertThat(done).containsExactly(Map.of(ONE, Reached.AWAY, TWO, Reached.AWAY));
  }

  @Test
  void theSecondOfANameTakesThePlaceOfTheFirst() {
    Ear first = listening(ONE, null);
    Ear second = listening(ONE, null);
    assertThat(first.heard).containsExactly("begun", "REPLACED");
    hub.leave(ONE, first);
    changed("n", "acme", Map.of(ONE, SECOND));
    assertThat(second.heard).containsExactly("begun", "n awaited");
    hub.replaced(ONE);
    assertThat(second.heard).endsWith("REPLACED");
    assertThat(done).containsExactly(Map.of(ONE, Reached.AWAY));
  }
}
