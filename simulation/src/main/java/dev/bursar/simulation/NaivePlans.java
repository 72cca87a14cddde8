package dev.bursar.simulation;

import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.org.PlanGrantChange;
import dev.bursar.domain.wallet.Grant;
import dev.bursar.domain.wallet.WalletEvent;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What plans grant: as the orgs have it on record, and as it comes to their wallets. */
final class NaivePlans {

  private record Named(String org, String grant) {}

  private record Numbered(String org, long number) {}

  private final Watch watch;
  private final Map<Numbered, PlanGrantChange> changes = new HashMap<>();

  /** Whether what was given has come. */
  private final Map<Named, Boolean> come = new HashMap<>();

  NaivePlans(Watch watch) {
    this.watch = watch;
  }

  /** A change that an org has on record; null if there is none. */
  @Nullable PlanGrantChange change(String org, long number) {
    return changes.get(new Numbered(org, number));
  }

  void org(EntityId id, OrgEvent event) {
    if (event instanceof OrgEvent.PlanGrantsSettled settled) {
      for (PlanGrantChange change : settled.changes()) {
        watch.expect(
            changes.put(new Numbered(id.org(), change.number()), change) == null,
            "I4",
            "%s makes change %s twice",
            id,
            change.number());
        switch (change.kind()) {
          case GIVE -> {
            come.put(new Named(id.org(), change.grant().id()), false);
            watch.saw(Rarity.PLAN_GRANT_GIVEN);
          }
          case LEAVE -> watch.saw(Rarity.PLAN_GRANT_LEFT);
          case MOVE_END -> watch.saw(Rarity.PLAN_GRANT_END_MOVED);
          case END -> watch.saw(Rarity.PLAN_GRANT_ENDED);
        }
      }
    } else if (event instanceof OrgEvent.PlanGrantTold told) {
      told(id, told);
    }
  }

  /** What the wallet was told of, and has not been given, was over by then. */
  private void told(EntityId id, OrgEvent.PlanGrantTold event) {
    PlanGrantChange change = change(id.org(), event.number());
    Named name = new Named(id.org(), event.grant());
    if (change != null
        && change.kind() == PlanGrantChange.Kind.GIVE
        && Boolean.FALSE.equals(come.get(name))) {
      Instant until = change.grant().until();
      watch.expect(
          until != null && watch.mayHaveCome(until),
          "I4",
          "%s is told of %s, and has not got it, and it lasts until %s",
          id,
          event.grant(),
          until);
      come.remove(name);
      watch.saw(Rarity.PLAN_GRANT_OVER_BEFORE_IT_CAME);
    }
  }

  /** By a clock that is behind it comes before it begins; how that goes on, the pots know. */
  void wallet(EntityId id, WalletEvent event) {
    switch (event) {
      case WalletEvent.GrantScheduled it -> comes(id, it.grant().id());
      case WalletEvent.Granted it when !watch.wallet(id).isPromised(it.grant().id()) ->
          comes(id, it.grant().id());
      case WalletEvent other -> {}
    }
  }

  private void comes(EntityId id, String grant) {
    if (grant.startsWith(Grant.OF_PLANS)) {
      watch.expect(
          Boolean.FALSE.equals(come.put(new Named(id.org(), grant), true)),
          "I4",
          "%s comes to %s, and is not given, or has come before",
          grant,
          id);
    }
  }

  /** When all has come to rest, what was given has come. */
  void judge() {
    come.forEach(
        (name, there) ->
            watch.expect(there, "I4", "%s was given by %s, and is lost", name.grant, name.org));
  }
}
