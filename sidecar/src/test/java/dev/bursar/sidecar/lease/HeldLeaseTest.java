package dev.bursar.sidecar.lease;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.identity.Subject;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How long a lease lasts for whoever decides. */
final class HeldLeaseTest {

  private static final long SECOND = 1_000_000_000L;
  private static final long MARGIN = SECOND / 10;

  private static Told.Lease told(long remaining, long lasts) {
    return new Told.Lease(
        "L1", true, 1, 8, 0, false, Map.of(), remaining, lasts, 10 * SECOND, 0, false);
  }

  @Test
  void whatNothingIsAddedToEndsNoLater() {
    HeldLease lease =
        new HeldLease(
            "L1",
            new LeaseKey(new Subject("acme", null, null, null, null, null), "chat", null, "c"));
    lease.terms(told(100, 14 * SECOND), 0, 0, 14, MARGIN);
    long decides = lease.decideUntil;
    long settles = lease.settleUntil;
    // By a clock that is behind it goes on for longer than it did.
    lease.terms(told(-1, 22 * SECOND), 8 * SECOND, 8 * SECOND, 14, MARGIN);
    assertThat(lease.decideUntil).isGreaterThan(decides);
    lease.endsAtTheLatest(decides, settles);
    assertThat(lease.decideUntil).isEqualTo(decides);
    assertThat(lease.settleUntil).isEqualTo(settles);
    lease.terms(told(-1, SECOND), 9 * SECOND, 9 * SECOND, 14, MARGIN);
    lease.endsAtTheLatest(decides, settles);
    assertThat(lease.decideUntil).as("it ends sooner than was known").isLessThan(decides);
  }
}
