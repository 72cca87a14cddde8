package dev.bursar.simulation;

import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.lease.Listener;
import dev.bursar.domain.lease.Listeners;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Decision;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.org.OrgSettings;
import dev.bursar.domain.org.Subscription;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletEvent;
import dev.bursar.domain.wallet.WalletReply;
import dev.bursar.sidecar.lease.LeaseSettings;
import dev.bursar.sidecar.usage.Entry;
import dev.bursar.sidecar.usage.Recovery;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Bugs in who decides from leases, and in how it reports. */
enum SidecarBug implements PlantedBug {
  A_SIDECAR_DECIDES_PAST_ITS_DEADLINE("I9: decides at") {
    @Override
    public LeaseSettings leasing(LeaseSettings settings) {
      return new LeaseSettings(settings.ttl(), settings.idle(), settings.pause(), -LATER_NANOS);
    }

    /** What is set aside is so for no longer by that. */
    @Override
    public long settlesNanos(long nanos) {
      return nanos - 2 * LATER_NANOS;
    }
  },

  A_SIDECAR_DECIDES_PAST_ITS_DEADLINE_WHERE_CLOCKS_ARE_WRONG("I9: whatever clocks show") {
    @Override
    public LeaseSettings leasing(LeaseSettings settings) {
      return A_SIDECAR_DECIDES_PAST_ITS_DEADLINE.leasing(settings);
    }

    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return super.isSoughtIn(scenario)
          && (scenario.has(Fault.CLOCK_JUMPS) || scenario.has(Fault.CLOCK_DRIFTS));
    }
  },

  A_SIDECAR_DECIDES_UP_TO_THE_VERY_END("I9: stops too late") {
    @Override
    public LeaseSettings leasing(LeaseSettings settings) {
      return new LeaseSettings(settings.ttl(), settings.idle(), settings.pause(), 0);
    }

    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return super.isSoughtIn(scenario) && scenario.has(Fault.SIDECAR_CUT_OFF);
    }
  },

  A_LEASE_IS_ONLY_SAID_TO_BE_REVOKED("model: to the revoking of") {
    @Override
    public WrongRules wrongRules() {
      return WrongRules.telling(
          event ->
              event instanceof WalletEvent.LeaseRevoked it
                  ? new WalletReply.LeaseRevoked(it.lease())
                  : null);
    }
  },

  WHAT_WAS_USED_IS_SAID_NOT_TO_BE_KEPT("crash: the disk is full") {
    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return super.isSoughtIn(scenario) && !scenario.has(Fault.SIDECAR_DISK_FAILS);
    }

    @Override
    public boolean failsToKeep() {
      return true;
    }
  },

  A_SIDECAR_USES_ONE_UNIT_MORE_THAN_IT_HOLDS("I2: of them") {
    @Override
    public Map<String, Long> units(Map<String, Long> granted) {
      Map<String, Long> more = new HashMap<>(granted);
      more.replaceAll((measure, units) -> units + 1);
      return more;
    }
  },

  WHAT_IS_NOT_REPORTED_IS_NOT_COUNTED_AFTER_A_RESTART("I3: is not on record") {
    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return super.isSoughtIn(scenario) && scenario.has(Fault.SIDECAR_CRASH);
    }

    @Override
    public Recovery recovered(Recovery found) {
      return without(found);
    }
  },

  WHAT_IS_SET_ASIDE_IS_FORGOTTEN_AFTER_A_RESTART("I3: and does not know it") {
    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return super.isSoughtIn(scenario) && scenario.has(Fault.SIDECAR_CRASH);
    }

    @Override
    public Recovery recovered(Recovery found) {
      return new Recovery(
          found.unreported(),
          List.of(),
          found.answered(),
          found.forgotten(),
          found.ended(),
          found.confirmedSegment(),
          found.confirmedOffset(),
          found.unsent(),
          found.unsentBytes(),
          found.lostBytes());
    }
  },

  WHAT_IS_SET_ASIDE_LASTS_UNTIL_ITS_LEASE_IS_GIVEN_BACK("model: set aside for") {
    @Override
    public long settlesNanos(long nanos) {
      return 2 * nanos;
    }
  },

  WHAT_WAS_ANSWERED_IS_FORGOTTEN_AFTER_A_RESTART("I4: and finds after a crash null") {
    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return super.isSoughtIn(scenario) && scenario.has(Fault.SIDECAR_CRASH);
    }

    @Override
    public Recovery recovered(Recovery found) {
      return new Recovery(
          found.unreported(),
          found.open(),
          List.of(),
          found.forgotten(),
          found.ended(),
          found.confirmedSegment(),
          found.confirmedOffset(),
          found.unsent(),
          found.unsentBytes(),
          found.lostBytes());
    }
  },

  WHAT_COST_NOTHING_IS_NOT_REPORTED("I12: does not come to give its leases back") {
    @Override
    public boolean reports(Entry.Stored use) {
      return use.micros() > 0;
    }
  },

  A_CHANGE_WAITS_FOR_NOBODY("I9: counts as done after") {
    @Override
    public Map<Listener, Long> waitedFor(Map<Listener, Long> awaited) {
      return Map.of();
    }
  },

  WHO_LISTENS_IS_SAID_TO_BE_AWAY("I9: as AWAY") {
    @Override
    public Map<Listener, Listeners.Reached> reached(Map<Listener, Listeners.Reached> reached) {
      return all(reached, Listeners.Reached.AWAY);
    }
  },

  WHAT_ONE_ACKNOWLEDGES_ALL_HAVE("I9: as ACKNOWLEDGED") {
    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return super.isSoughtIn(scenario) && scenario.has(Beside.ANOTHER_SIDECAR);
    }

    @Override
    public Set<Listener> acknowledges(Listener who, Set<Listener> all) {
      return all;
    }
  },

  WHO_HAS_ACKNOWLEDGED_IS_SAID_TO_BE_SILENT("I9: as SILENT") {
    @Override
    public Map<Listener, Listeners.Reached> reached(Map<Listener, Listeners.Reached> reached) {
      return all(reached, Listeners.Reached.SILENT);
    }
  },

  WHAT_IS_DECIDED_WHILE_ANOTHER_CATALOG_COMES_TO_COUNT_STAYS(
      "I2: is let through", "model: stand in the way") {
    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return scenario.has(Beside.PLANS);
    }

    @Override
    public boolean looksAgain() {
      return false;
    }
  },

  NO_LEASE_IS_SAID_TO_BE_OUT("I9: it is said to be out until null") {
    @Override
    public WrongRules wrongRules() {
      return WrongRules.answering(
          decision ->
              decision instanceof Decision.Unchanged<Object, Object>(Object told)
                      && told instanceof OrgReply.Leased out
                  ? new Decision.Unchanged<>(new OrgReply.Leased(List.of(), out.asOf()))
                  : decision);
    }
  },

  WHAT_IS_TO_BE_ADDED_TO_A_LEASE_DOES_NOT_PROLONG_IT("I9: it is said to be out until 20") {
    @Override
    public WrongRules wrongRules() {
      return WrongRules.answering(
          decision ->
              decision instanceof Decision.Unchanged<Object, Object>(Object told)
                      && told instanceof OrgReply.Leased out
                  ? new Decision.Unchanged<>(Instead.withoutAdditions(out))
                  : decision);
    }

    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return scenario.has(Beside.HOLDERS);
    }
  },

  WHAT_WAS_UNCHECKED_IS_NOT_REPORTED("I9: and is charged null") {
    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return super.isSoughtIn(scenario) && scenario.has(Fault.SIDECAR_CUT_OFF);
    }

    @Override
    public boolean reports(Entry.Stored use) {
      return use.lease() != null;
    }
  },

  WHAT_ONE_ORG_LETS_PASS_PASSES_FOR_ANY("model: could ask nobody whether") {
    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return super.isSoughtIn(scenario) && scenario.has(Fault.SIDECAR_CUT_OFF);
    }

    @Override
    public List<String> toldOf(List<String> orgs) {
      return List.of(SimulatedClient.ORG, SimulatedClient.OTHER_ORG);
    }
  },

  A_SIDECAR_LEAVES_TO_THE_SERVER_WHAT_ITS_LEASE_HAS_ROOM_FOR("I9: for which it has room") {
    @Override
    public boolean looksAtLeases(ReserveRequest request) {
      return request.amount() == null || request.amount().micros() % 2 == 0;
    }
  },

  A_SIDECAR_KNOWS_NO_PLAN("I2: which its org may not") {
    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return super.isSoughtIn(scenario) && scenario.has(Beside.PLANS);
    }

    @Override
    public OrgReply.Entitled entitled(OrgReply.Entitled told) {
      return new OrgReply.Entitled(
          new OrgSettings("acme", ZoneOffset.UTC, null, List.of()),
          Subscription.Status.NONE,
          null,
          List.of());
    }
  },

  ONE_IS_LEFT_OUT_WHERE_AN_ODD_NUMBER_IS_REPORTED_IN_HALVES(
      "I12: does not come to give its leases back", "I3: is not on record") {
    @Override
    public Tampering forOneRun() {
      return new WithoutTheMiddle();
    }
  },

  WHAT_IS_STILL_AHEAD_IS_NOT_SET_ASIDE_AGAIN("I9: and is charged null") {
    @Override
    public boolean isSoughtIn(Scenario scenario) {
      return super.isSoughtIn(scenario) && scenario.has(Fault.SIDECAR_CLOCK_WRONG);
    }

    @Override
    public Tampering forOneRun() {
      return new SetAsideOnce();
    }
  },

  WHAT_HAS_ENDED_IS_SAID_TO_HAVE_EXPIRED("model: is refused with") {
    @Override
    public Answer<WalletReply> ending(Answer<WalletReply> answer) {
      return answer instanceof Answer.Done
          ? new Answer.Refused<>(Refusal.of(Refusal.Code.RESERVATION_EXPIRED, "it has expired"))
          : answer;
    }
  },

  A_REPORT_IS_APPLIED_TWICE("I9: is charged") {
    @Override
    public Tampering forOneRun() {
      return new AnotherNameEachTime();
    }
  },

  CREDITS_FOR_ONE_FEATURE_ARE_LEFT_OUT("I9: for any feature is granted") {
    @Override
    public <C> Request<C> request(EntityId id, Request<C> request) {
      return request.command() instanceof WalletCommand.CheckCredits it
          ? Instead.of(
              request,
              new WalletCommand.CheckCredits(
                  it.creditType(), it.amount(), it.feature(), it.model(), false))
          : request;
    }
  },

  A_CHANGE_IS_ACKNOWLEDGED_BEFORE_IT_IS_TAKEN_IN("I9: at which it has not looked") {
    @Override
    public CompletionStage<Void> takenIn(CompletionStage<Void> taken) {
      return CompletableFuture.completedFuture(null);
    }
  };

  private static final long LATER_NANOS = 70_000_000_000L;

  private static final class WithoutTheMiddle implements Tampering {
    private final Set<String> lost = new HashSet<>();

    @Override
    public void tooLarge(List<Entry.Stored> uses) {
      if (uses.size() % 2 > 0) {
        lost.add(uses.get(uses.size() / 2).id());
      }
    }

    @Override
    public List<Entry.Stored> reported(List<Entry.Stored> uses) {
      return uses.stream().filter(each -> !lost.contains(each.id())).toList();
    }

    @Override
    public List<Entry.Stored> confirmed(List<Entry.Stored> uses) {
      return reported(uses);
    }
  }

  private static final class SetAsideOnce implements Tampering {
    private final Set<String> before = new HashSet<>();

    @Override
    public List<Entry.Stored> setAside(List<Entry.Stored> uses) {
      return uses.stream().filter(each -> before.add(each.id())).toList();
    }
  }

  private static final class AnotherNameEachTime implements Tampering {
    private final Map<String, Integer> sent = new HashMap<>();

    @Override
    public String useName(String id) {
      int times = sent.merge(id, 1, Integer::sum);
      return times == 1 ? id : id + "." + times;
    }
  }

  private static Map<Listener, Listeners.Reached> all(
      Map<Listener, Listeners.Reached> reached, Listeners.Reached how) {
    Map<Listener, Listeners.Reached> all = new HashMap<>();
    reached.keySet().forEach(who -> all.put(who, how));
    return all;
  }

  private static Recovery without(Recovery of) {
    return new Recovery(
        List.of(),
        of.open(),
        of.answered(),
        of.forgotten(),
        of.ended(),
        of.confirmedSegment(),
        of.confirmedOffset(),
        of.unsent(),
        of.unsentBytes(),
        of.lostBytes());
  }

  private final List<String> signs;

  SidecarBug(String... signs) {
    this.signs = List.of(signs);
  }

  @Override
  public List<String> signs() {
    return signs;
  }

  @Override
  public boolean isSoughtIn(Scenario scenario) {
    return scenario.has(Beside.SIDECARS);
  }
}
