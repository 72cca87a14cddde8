package dev.bursar.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgSettings;
import dev.bursar.domain.org.Unit;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletOwner;
import dev.bursar.simulation.history.OrgShape;
import java.math.BigInteger;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** A thousand sidecars, a part of them in trouble, on a wallet that has ten credits. */
final class ManySidecarsTest {

  private static final int SIDECARS = 1_000;
  private static final long SECOND = 1_000_000;
  private static final EntityId ORG = EntityId.org(SimulatedClient.ORG);
  private static final EntityId WALLET = EntityId.wallet(SimulatedClient.ORG, "main");

  private final World world =
      new World(
          new Scenario(
              2,
              EnumSet.of(
                  Fault.SIDECAR_CUT_OFF,
                  Fault.SIDECAR_CRASH,
                  Fault.SIDECAR_PAUSE,
                  Fault.SIDECAR_CLOCK_WRONG,
                  Fault.SIDECAR_DISK_FAILS,
                  Fault.NOTICE_LOST),
              1,
              1,
              Scenario.REMEMBERED_ALL),
          Tampering.NONE,
          null);

  @Test
  void aThousandOnABalanceOfTenSpendNoMoreThanTen() {
    setUp();
    world.beginFaults();
    SimulatedListeners hub = new SimulatedListeners(world);
    List<SimulatedSidecar> sidecars = new ArrayList<>();
    for (int i = 1; i <= SIDECARS; i++) {
      SimulatedSidecar sidecar = new SimulatedSidecar(world, "s" + i, 1, hub);
      sidecars.add(sidecar);
      sidecar.start();
    }
    run(20 * SECOND);
    world.heal();
    runUntil(() -> sidecars.stream().allMatch(each -> each.isDone() || each.waitsFor() != null));
    SimulatedSidecar.letClocksCome(world, sidecars);
    runUntil(() -> sidecars.stream().allMatch(SimulatedSidecar::isDone));
    assertThat(world.watch.violations()).isEmpty();
    assertThat(sidecars).allMatch(SimulatedSidecar::isDone);
    sidecars.forEach(SimulatedSidecar::judge);
    assertThat(world.watch.violations()).isEmpty();
    BigInteger charged =
        world.watch.wallet(WALLET).charged.entrySet().stream()
            .filter(each -> isOfLease(each.getKey()))
            .map(Map.Entry::getValue)
            .reduce(BigInteger.ZERO, BigInteger::add);
    assertThat(charged).isBetween(BigInteger.ONE, BigInteger.valueOf(10 * SECOND));
    assertThat(world.watch.seen())
        .containsKeys(
            Rarity.SIDECAR_DECIDED_AT_ONCE,
            Rarity.SIDECAR_LEFT_IT_TO_THE_SERVER,
            Rarity.LEASE_HANDED_BACK);
  }

  /** What was let through while nobody could be asked is in no lease. */
  private boolean isOfLease(String reservation) {
    ReserveRequest work = world.watch.reports.work(reservation);
    return work == null
        || work.reported() == null
        || !work.reported().source().startsWith(SidecarChecks.uncheckedOf(""));
  }

  private void setUp() {
    tell(ORG, new OrgCommand.PutOrg(new OrgSettings("acme", ZoneOffset.UTC, null, List.of()), ""));
    for (Unit unit : OrgShape.units()) {
      tell(ORG, new OrgCommand.PutUnit(unit, ""));
    }
    for (String wallet : OrgShape.ALL_WALLETS) {
      WalletOwner owner = OrgShape.owner(wallet);
      tell(ORG, new OrgCommand.PutWallet(wallet, owner, ""));
      tell(EntityId.wallet(SimulatedClient.ORG, wallet), new WalletCommand.Open(owner));
    }
    tell(WALLET, Stage.granting("ten", 10, world.beginning));
  }

  private void tell(EntityId id, Object command) {
    world.tell(id, command);
    run(SECOND / 20);
  }

  private void runUntil(BooleanSupplier done) {
    for (int i = 0; i < 20 && !done.getAsBoolean(); i++) {
      run(20 * SECOND);
    }
  }

  private void run(long micros) {
    long until = world.time.nowMicros() + micros;
    while (world.watch.violations().isEmpty() && world.time.step(until)) {
      // Until that time.
    }
  }
}
