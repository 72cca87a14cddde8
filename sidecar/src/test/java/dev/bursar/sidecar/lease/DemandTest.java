package dev.bursar.sidecar.lease;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.identity.Subject;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How much is asked for, as traffic shows. */
class DemandTest {

  private static final long SECOND = 1_000_000_000L;
  private static final long CALL = 500_000;
  private static final long PLENTY = 1_000_000_000_000L;
  private static final LeaseKey KEY = new LeaseKey(Subject.ofOrg("acme"), null, null, "platform");

  private final HeldLease lease = new HeldLease("rsv_1", KEY);
  private final Demand demand = new Demand(KEY, new Demand.Kind(), 0);
  private long now;
  private int asked;

  /** Calls at a rate; the server grants what is asked for. */
  private void spend(int perSecond, int seconds) {
    for (int i = 0; i < perSecond * seconds; i++) {
      now += SECOND / perSecond;
      if (lease.left() < CALL) {
        demand.lacking(new Spending(CALL, Map.of()));
        grant();
      }
      lease.unreported += CALL;
      demand.used(new Spending(CALL, Map.of()), now);
      lease.granted -= demand.surplus(now);
      if (demand.isLow(lease, now)) {
        grant();
      }
    }
  }

  private void grant() {
    lease.granted += Math.max(0, demand.wanted(now) - lease.left());
    demand.lease = lease;
    demand.granted(PLENTY, now);
    asked++;
  }

  private long secondsLeft(int perSecond) {
    return lease.left() / CALL / perSecond;
  }

  @Test
  void whatIsLeasedLastsForAboutAMinuteWithoutTheServerAndIsAskedForSeldom() {
    spend(20, 20);
    assertThat(asked).isLessThan(8);
    for (int i = 0; i < 300; i++) {
      spend(20, 1);
      assertThat(secondsLeft(20)).isBetween(50L, 250L);
    }
    asked = 0;
    spend(20, 600);
    assertThat(asked).isLessThan(30);
  }

  @Test
  void whereThereIsPlentyItIsEnoughAfterThreeQuestions() {
    spend(200, 5);
    assertThat(asked).isLessThan(4);
    assertThat(secondsLeft(200)).isGreaterThan(10);
  }

  @Test
  void whatIsNoLongerSpentIsGivenBack() {
    spend(20, 600);
    spend(1, 600);
    assertThat(secondsLeft(1)).isLessThan(1_000);
  }

  /** One call a minute. */
  @Test
  void whereThereIsPlentyWhatIsLittleDoesNotComeAndGo() {
    spend(1, 1);
    asked = 0;
    for (int i = 0; i < 60; i++) {
      now += 59 * SECOND;
      spend(1, 1);
    }
    assertThat(asked).isLessThan(4);
  }

  /** It is kept though nobody uses it, also right after it was granted. */
  @Test
  void whatIsAmpleIsLittle() {
    long remaining = 10_000 * CALL;
    demand.remaining = remaining;
    demand.lacking(new Spending(CALL, Map.of()));
    lease.granted = demand.wanted(now);
    demand.granted(remaining - lease.granted, now);
    assertThat(lease.granted).isGreaterThan(8 * CALL);
    assertThat(demand.isPlenty(lease)).isTrue();
  }
}
