package dev.bursar.sidecar.decision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.sidecar.decision.Decision.Allowed;
import dev.bursar.sidecar.decision.Decision.Elsewhere;
import dev.bursar.sidecar.lease.HeldLease;
import dev.bursar.sidecar.lease.LeasingServer;
import dev.bursar.sidecar.lease.LeasingServer.Item;
import dev.bursar.sidecar.lease.ModelServer;
import dev.bursar.sidecar.lease.Spending;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Leases under a limit of units: none are locked that somebody could use. */
final class MeteredLeaseTest {

  private final Map<String, List<Item>> unreported = new HashMap<>();
  private int uses;

  private static Desk desk(String meter, long units) {
    Desk desk = new Desk(10_000);
    desk.server.meter = meter;
    desk.server.units = units;
    return desk;
  }

  /** As they end, they would give back units that they have never taken. */
  @Test
  void nothingMoreIsDecidedFromALeaseThatGetsUnitsByWhichWhatIsOpenWasNotCounted() {
    Desk desk = new Desk(10_000);
    desk.server.byFeature = true;
    for (int i = 0; i < 10; i++) {
      assertThat(desk.reserve("1")).isInstanceOf(Allowed.class);
    }
    HeldLease first = desk.decider.leases().held().all().iterator().next();
    desk.server.meter = "requests";
    desk.server.units = 1_000_000;
    // Another feature's lease is refused for want of the meter; then the first asks for units, too.
    assertThat(isAllowed(desk, ModelServer.of(oneShot(), "search"))).isTrue();
    LeasingServer.Lease granted = desk.server.leases.get(first.id());
    for (int i = 0; i < 100 && granted.heldUnits() == 0; i++) {
      assertThat(isAllowed(desk, oneShot())).isTrue();
      pass(desk, 1);
    }
    assertThat(granted.heldUnits()).isPositive();
    assertThat(first.fits(new Spending(0, Map.of()), desk.now)).isFalse();
    assertThat(isAllowed(desk, oneShot())).as("from another").isTrue();
  }

  private static ReserveRequest oneShot() {
    return Desk.request("ann", "1", null, true);
  }

  /** Decided here, or by the server as its rules are; whether it is allowed. */
  private boolean isAllowed(Desk desk, ReserveRequest request) {
    Decision decision = desk.ask(request);
    if (decision instanceof Decision.Wait) {
      // What is given back is closed once all is on record.
      pass(desk, 1);
      decision = desk.ask(request);
    }
    if (decision instanceof Allowed it) {
      if (it.use() != null) {
        used(it.use().lease(), it.amount(), units(request));
      }
      return true;
    }
    assertThat(decision).isInstanceOf(Elsewhere.class);
    return desk.server.spend(Desk.CREDIT, units(request));
  }

  private static long units(ReserveRequest request) {
    return request.usage() == null ? 1 : request.usage().get("tokens");
  }

  private void used(String lease, long amount, long units) {
    unreported
        .computeIfAbsent(lease, name -> new ArrayList<>())
        .add(new Item("u" + ++uses, amount, 0, units));
  }

  private void committed(Desk desk, Decision held) {
    Ended.Done done =
        (Ended.Done)
            desk.decider.commit(
                String.valueOf(((Allowed) held).reservation()), Credits.of(1), null, desk.now);
    used(done.use().lease(), done.amount(), 1);
  }

  /** So long nothing is asked; what was used is reported. */
  private void pass(Desk desk, long seconds) {
    for (int i = 0; i < seconds; i++) {
      desk.deliver();
      Map<String, List<Item>> all = Map.copyOf(unreported);
      unreported.clear();
      all.forEach((lease, items) -> desk.report(lease, items.toArray(Item[]::new)));
      desk.deliver();
      desk.pass(1);
    }
  }

  /** One at a time, each ended at once, for ten minutes. */
  @Test
  void whoHasOneOpenAtATimeIsNotDeniedAndHoldsFew() {
    Desk desk = desk("open_reservations", 20);
    for (int second = 0; second < 600; second++) {
      Decision held = desk.reserve("1");
      assertThat(held).as("second %d", second).isInstanceOf(Allowed.class);
      committed(desk, held);
      pass(desk, 1);
    }
    assertThat(desk.server.freeUnits()).isGreaterThanOrEqualTo(16);
    assertThat(desk.server.acquired).isLessThan(6);
  }

  @Test
  void asManyAsTheLimitHasCanBeOpenAtOnce() {
    Desk desk = desk("open_reservations", 20);
    Deque<Decision> open = new ArrayDeque<>();
    for (int i = 0; i < 20; i++) {
      Decision held = desk.reserve("1");
      assertThat(held).as("number %d", i).isInstanceOf(Allowed.class);
      open.add(held);
    }
    for (int i = 0; i < 5; i++) {
      assertThat(isAllowed(desk, Desk.request("ann", "1", null, false))).isFalse();
    }
    pass(desk, 2);
    committed(desk, open.remove());
    assertThat(desk.reserve("1")).as("one has ended").isInstanceOf(Allowed.class);
  }

  @Test
  void eachUnitOfALimitIsUsed() {
    for (String meter : List.of("requests", "tokens")) {
      long each = meter.equals("tokens") ? 150 : 1;
      for (long perSecond : List.of(1L, 10L)) {
        Desk desk = desk(meter, 37 * each);
        for (int i = 0; i < 37; i++) {
          assertThat(isAllowed(desk, request(each))).as("%s %d", meter, i).isTrue();
          if (i % perSecond == 0) {
            pass(desk, 1);
          }
        }
        assertThat(isAllowed(desk, request(each))).isFalse();
        assertThat(desk.server.acquired).as(meter).isLessThan(6);
        pass(desk, 40);
        assertThat(desk.server.unitsUsed).isEqualTo(37 * each);
      }
    }
  }

  private static ReserveRequest request(long units) {
    return units == 1 ? oneShot() : Desk.request("ann", null, units, true);
  }

  @Test
  void whoIsOneOfTwoIsLeftUnits() {
    for (String meter : List.of("requests", "open_reservations")) {
      for (long limit : List.of(3L, 5L, 8L)) {
        LeasingServer server = new LeasingServer(1_000 * Desk.CREDIT);
        server.meter = meter;
        server.units = limit;
        Desk one = new Desk(server, "one");
        Desk two = new Desk(server, "two");
        assertThat(one.reserve("1")).isInstanceOf(Allowed.class);
        assertThat(two.reserve("1")).as("%s of %d", meter, limit).isInstanceOf(Allowed.class);
      }
    }
  }

  /** They were needed once. */
  @Test
  void whatIsNotNeededAnyMoreGoesBackThoughTheLeaseIsInUse() {
    Desk desk = desk("open_reservations", 40);
    List<Decision> open = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      open.add(desk.reserve("1"));
    }
    open.forEach(each -> committed(desk, each));
    assertThat(desk.server.freeUnits()).isZero();
    for (int i = 0; i < 200; i++) {
      Decision held = desk.reserve("1");
      assertThat(held).isInstanceOf(Allowed.class);
      committed(desk, held);
      pass(desk, 1);
    }
    assertThat(desk.server.freeUnits()).isGreaterThanOrEqualTo(36);
    assertThat(desk.server.acquired).isLessThan(5);
  }

  @Test
  void whatIsIdleGoesBackWhereThereIsPlentyOfCredits() {
    Desk desk = new Desk(1_000_000);
    desk.server.meter = "requests";
    desk.server.units = 20;
    assertThat(isAllowed(desk, oneShot())).isTrue();
    pass(desk, 33);
    assertThat(desk.server.freeUnits()).isEqualTo(19);
  }

  /** Somebody wants more than there is, and others little. */
  @Test
  void aWishThatIsTooLargeDoesNotTakeUnitsFromSmallOnes() {
    for (boolean isOneOpen : List.of(false, true)) {
      Desk desk = desk("requests", 12);
      if (isOneOpen) {
        assertThat(desk.reserve("1")).isInstanceOf(Allowed.class);
      }
      int used = isOneOpen ? 1 : 0;
      for (int i = used; i < 12; i++) {
        assertThat(desk.reserve("20000")).isInstanceOf(Elsewhere.class);
        assertThat(isAllowed(desk, oneShot())).as("%d", i).isTrue();
        pass(desk, i % 2);
      }
    }
  }
}
