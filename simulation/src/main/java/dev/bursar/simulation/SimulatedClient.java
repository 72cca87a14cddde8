package dev.bursar.simulation;

import dev.bursar.simulation.history.Call;
import dev.bursar.simulation.history.Calls;
import dev.bursar.simulation.history.Known;
import dev.bursar.simulation.history.Mix;
import dev.bursar.simulation.history.Orgs;
import dev.bursar.simulation.history.Step;

/**
 * A client: asks for one thing after the other, each with a key, and again with the same key until
 * it is answered. Whatever it is told has to be in the journal, and to be what the naive model
 * says.
 */
final class SimulatedClient {

  static final String ORG = "acme";
  static final String OTHER_ORG = "zeta";

  private final World world;
  private final Asker asker;
  private final Calls calls;
  private final ClientReservations reservations;
  private final ClientCredits credits;
  private final ClientGovernance governance;
  private final ClientKeys keys;
  private int left;

  SimulatedClient(World world, String name, Known known, Mix mix, int operations) {
    this.world = world;
    this.asker = new Asker(world, name, known, this::next);
    this.calls =
        new Calls(
            new Orgs(ORG, OTHER_ORG),
            Calls.SECONDS_MAX,
            known,
            mix,
            new SimulatedSight(asker),
            world.scenario.isForgetful(),
            asker.random);
    this.reservations = new ClientReservations(asker);
    this.credits = new ClientCredits(asker);
    this.governance = new ClientGovernance(asker);
    this.keys = new ClientKeys(asker);
    this.left = operations;
  }

  void next() {
    if (left-- > 0) {
      world.time.after(world.between(0, calls.pauseMicrosMax()), this::doSomething);
    }
  }

  /** Goes on for so many operations. */
  void more(int operations) {
    left = operations;
    next();
  }

  boolean isDone() {
    return left < 0;
  }

  private void doSomething() {
    switch (calls.next()) {
      case Step.New(Call call, String key) -> ask(call, key);
      case Step.ReportAgain(Call.Report report) -> reservations.report(report, true);
      case Step.Again(int at) -> asker.again(at);
      case Step.Reuse(Call call, String key) -> keys.reuse(call, key);
      case Step.Contested(Call.Commit commit, String key) -> reservations.contest(commit, key);
    }
  }

  private void ask(Call call, String key) {
    switch (call) {
      case Call.Reserve it -> reservations.reserve(it, key);
      case Call.Report it -> reservations.report(it, false);
      case Call.Commit it -> reservations.commit(it, key);
      case Call.Release it -> reservations.release(it.of(), key);
      case Call.Extend it -> reservations.extend(it, key);
      case Call.AddGrant it -> credits.grant(it, key);
      case Call.VoidGrant it -> credits.voidGrant(it, key);
      case Call.Adjust it -> credits.adjust(it, key);
      case Call.Refund it -> credits.refund(it, key);
      case Call.Transfer it -> credits.transfer(it, key);
      case Call.PutBudget it -> governance.changeLimit(it, key);
      case Call.FreezeScope it -> governance.freeze(it, key);
      case Call.PutUnit it -> governance.moveTeam(it, key);
    }
  }
}
