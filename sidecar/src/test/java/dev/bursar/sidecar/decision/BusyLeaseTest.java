package dev.bursar.sidecar.decision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.sidecar.decision.Decision.Allowed;
import dev.bursar.sidecar.lease.Ask;
import dev.bursar.sidecar.lease.HeldLease;
import dev.bursar.sidecar.lease.LeasingServer.Item;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A lease of which there is always something to report, and a server that takes its time. */
final class BusyLeaseTest {

  private static final long MS = 1_000_000;
  private static final long STEP = 10 * MS;
  private static final long TAKES = 300 * MS;
  private static final long SETTLED_IN = 5 * Desk.SECOND;

  private record Message(Ask ask, List<Item> items, long sentAt) {}

  private final Desk desk = new Desk(1_000_000);
  private final Deque<Message> sent = new ArrayDeque<>();
  private List<Item> unreported = new ArrayList<>();
  private int asked;
  private int waited;

  @Test
  void isToppedUpBeforeItIsShort() {
    for (int seed = 1; seed <= 20; seed++) {
      BusyLeaseTest one = new BusyLeaseTest();
      one.run(new Random(seed));
      assertThat(one.asked).as("seed %d", seed).isGreaterThan(500);
      assertThat(one.waited).as("seed %d", seed).isZero();
    }
  }

  private void run(Random random) {
    while (desk.now < 60 * Desk.SECOND) {
      desk.now += STEP;
      while (!sent.isEmpty() && desk.now - sent.getFirst().sentAt() >= TAKES) {
        Message it = sent.removeFirst();
        desk.decider
            .leases()
            .told(
                it.ask(), desk.server.answer(it.ask(), it.items(), desk.now), it.sentAt, desk.now);
      }
      // Reports come first: nobody else finds the lease without a question under way.
      report();
      if (random.nextInt(5) == 0) {
        request();
      }
      for (Ask ask = desk.decider.leases().nextAsk();
          ask != null;
          ask = desk.decider.leases().nextAsk()) {
        sent.addLast(new Message(ask, List.of(), desk.now));
      }
    }
  }

  private void request() {
    String id = "r" + ++asked;
    Decision decision =
        desk.decider.reserve(Desk.request("ann", "1", null, true), id, desk.now, Desk.NOON);
    if (decision instanceof Allowed) {
      unreported.add(new Item(id, Desk.CREDIT));
    } else if (desk.now > SETTLED_IN) {
      waited++;
    }
  }

  private void report() {
    if (unreported.isEmpty()) {
      return;
    }
    HeldLease lease = desk.decider.leases().held().all().iterator().next();
    Ask ask =
        desk.decider
            .leases()
            .held()
            .report(lease.id(), unreported.size() * Desk.CREDIT, unreported.size(), desk.now);
    if (ask != null) {
      sent.addLast(new Message(ask, unreported, desk.now));
      unreported = new ArrayList<>();
    }
  }
}
