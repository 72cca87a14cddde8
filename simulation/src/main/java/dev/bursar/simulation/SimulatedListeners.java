package dev.bursar.simulation;

import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.lease.Lease;
import dev.bursar.domain.lease.Listener;
import dev.bursar.domain.lease.ListenerHub;
import dev.bursar.domain.lease.Listeners.Reached;
import dev.bursar.domain.lease.Listeners.Reader;
import dev.bursar.domain.lease.Notice;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgReply;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who is told of changes, by the one hub that there is: whoever has changed something asks which
 * leases are out, has their holders told, and waits for those that listen, as it is done in
 * production.
 */
final class SimulatedListeners {

  private static final Duration WITHIN = Duration.ofSeconds(4);
  private static final EntityId ORG = EntityId.org(SimulatedClient.ORG);

  private final World world;
  private final ServedCluster served;
  private final ListenerHub hub = new ListenerHub(WITHIN);
  private final Map<Listener, Listening> all = new LinkedHashMap<>();
  private long notices;

  SimulatedListeners(World world) {
    this.world = world;
    this.served = new ServedCluster(world, new Random(world.scenario.seed()));
  }

  private long nanos() {
    return world.time.nowMicros() * 1_000;
  }

  /** Somebody who is told of changes, while it listens. */
  final class Listening {
    private final Listener who;
    private final Set<String> acknowledged = new HashSet<>();

    /** When it was told what is waited for and it has not acknowledged. */
    private final Map<String, Long> told = new HashMap<>();

    private @Nullable Reader reader;

    /** How often it has begun to listen, or has left. */
    private long comings;

    /** When it was last cut off, having been silent for long enough. */
    private long silencedAt = -1;

    private Listening(Listener who) {
      this.who = who;
    }

    /** It listens from now on. */
    void listens(Reader by) {
      reader = by;
      comings++;
      told.clear();
      hub.listen(who, ORG.org(), by);
    }

    /** It is known not to listen any more. */
    void leaves() {
      Reader by = reader;
      if (by != null) {
        reader = null;
        comings++;
        told.clear();
        hub.leave(who, by);
      }
    }

    /** It was cut off, since it did not acknowledge. */
    void ended() {
      reader = null;
      if (told.values().stream().anyMatch(at -> nanos() - at >= WITHIN.toNanos())) {
        silencedAt = nanos();
      }
      told.clear();
    }

    /** It has said that it has taken a notice in. */
    void acknowledges(String notice) {
      acknowledged.add(notice);
      told.remove(notice);
      world.tampering.acknowledges(who, all.keySet()).forEach(by -> hub.acknowledge(by, notice));
    }
  }

  /** A sidecar, by its name, that will listen. */
  Listening of(String sidecar) {
    return all.computeIfAbsent(new Listener(Asker.ACTOR, sidecar), Listening::new);
  }

  /** Something has changed: whoever holds leases is told, and waited for. */
  void changed(Notice.Kind kind, @Nullable String lease) {
    Since since = world.since();
    Set<String> held = held();
    world.heard(
        served.org(ORG.org(), new Request<>(new OrgCommand.ListLeases(), null)),
        answer -> {
          if (answer instanceof Answer.Done<OrgReply>(OrgReply reply, boolean again)
              && reply instanceof OrgReply.Leased out) {
            areAll(out, held, since);
            tell(kind, lease, out);
          }
        });
  }

  /**
   * The leases that wallets hold, and what is to be added to them, of which somebody was told: from
   * others nobody decides.
   */
  private Set<String> held() {
    Set<String> found = new HashSet<>();
    world.watch.wallets.values().forEach(wallet -> found.addAll(wallet.leases()));
    world.watch.org(ORG).leases.additions().forEach(each -> found.add(each.name()));
    found.removeIf(lease -> !world.watch.promises.has(lease));
    return found;
  }

  /** Those that were held all the while, and last, are said to be out, for as long as they last. */
  private void areAll(OrgReply.Leased out, Set<String> before, Since since) {
    if (world.wasBehind(since, ORG)) {
      return;
    }
    Map<String, Instant> until = new HashMap<>();
    out.leases()
        .forEach(each -> until.merge(each.lease(), each.until(), SimulatedListeners::later));
    world.watch.wallets.values().stream()
        .flatMap(wallet -> wallet.leases().stream().map(wallet::open))
        .forEach(
            hold -> {
              Lease terms = hold == null ? null : hold.lease();
              if (hold != null && terms != null && before.contains(hold.reservation())) {
                isOut(hold.reservation(), terms.expiresAt(), out, until.get(hold.reservation()));
              }
            });
    NaiveLeases leases = world.watch.org(ORG).leases;
    for (NaiveLeases.Addition each : leases.additions()) {
      NaiveLeases.Term term = leases.term(each.lease());
      if (before.contains(each.name())) {
        isOut(each.lease(), each.until(), out, until.get(each.lease()));
        if (term != null && term.until().isBefore(each.until())) {
          world.watch.saw(Rarity.LEASE_OUT_AS_LONG_AS_WHAT_IS_TO_BE_ADDED);
        }
      }
    }
  }

  private void isOut(String lease, Instant lasts, OrgReply.Leased out, @Nullable Instant until) {
    world.watch.expect(
        !lasts.isAfter(out.asOf()) || (until != null && !until.isBefore(lasts)),
        "I9",
        "%s lasts until %s, and at %s it is said to be out until %s",
        lease,
        lasts,
        out.asOf(),
        until);
  }

  private static Instant later(Instant one, Instant other) {
    return one.isAfter(other) ? one : other;
  }

  private void tell(Notice.Kind kind, @Nullable String lease, OrgReply.Leased out) {
    Map<Listener, Long> awaited = new HashMap<>();
    for (OrgReply.OpenLease each : out.leases()) {
      if (lease == null || lease.equals(each.lease())) {
        awaited.merge(
            new Listener(each.holder(), each.sidecar()),
            Duration.between(out.asOf(), each.until()).toNanos(),
            Math::max);
      }
    }
    tell(new Notice("notice" + ++notices, kind, ORG.org(), lease), awaited);
  }

  /** Another catalog counts: whoever listens is told, whatever it holds. */
  void catalogChanged() {
    Map<Listener, Long> awaited = new HashMap<>();
    all.keySet().forEach(who -> awaited.put(who, 2 * WITHIN.toNanos()));
    tell(new Notice("notice" + ++notices, Notice.Kind.CATALOG_CHANGED, null, null), awaited);
  }

  /**
   * @param left how long the last lease of somebody lasted when it was told; null where it is not
   *     waited for
   * @param comings how often it had come or gone by then
   */
  private record Before(Listening who, @Nullable Long left, long comings) {}

  /**
   * @param awaited for how long who is to be waited for, if it listens
   */
  private void tell(Notice notice, Map<Listener, Long> awaited) {
    long toldAt = nanos();
    List<Before> before = new ArrayList<>();
    for (Listening each : all.values()) {
      Long left = each.reader == null ? null : awaited.get(each.who);
      before.add(new Before(each, left, each.comings));
      if (left != null) {
        each.told.put(notice.id(), toldAt);
      }
    }
    if (before.stream().filter(each -> each.left != null).count() > 1) {
      world.watch.saw(Rarity.CHANGE_WAITED_FOR_TWO);
    }
    boolean ofAll = notice.org() == null;
    hub.tell(
        notice,
        ofAll ? Map.of() : world.tampering.waitedFor(awaited),
        toldAt,
        reached -> {
          Map<Listener, Reached> found = world.tampering.reached(reached);
          world.log(() -> "%s is done: %s".formatted(notice, found));
          world.watch.expect(
              all.keySet().containsAll(found.keySet()),
              "I9",
              "%s has come to %s, of whom not all have ever listened",
              notice,
              found);
          before.forEach(each -> isDone(notice, found.get(each.who.who), each, nanos() - toldAt));
        });
    tick();
  }

  /**
   * A change counts as done.
   *
   * @param how far it came to somebody
   */
  private void isDone(Notice notice, @Nullable Reached how, Before before, long after) {
    Listening who = before.who;
    Long left = before.left;
    who.told.remove(notice.id());
    boolean right =
        switch (how) {
          case null -> left == null;
          case ACKNOWLEDGED -> who.acknowledged.contains(notice.id());
          case OVER -> left != null && after >= left;
          // Whoever is silent is told nothing more, and nothing else is waited for either.
          case SILENT -> who.silencedAt >= nanos() - after;
          // It has left since, or listens anew.
          case AWAY -> who.comings > before.comings;
        };
    world.watch.expect(
        right,
        "I9",
        "%s counts as done after %d ns, as %s, and leases of %s are out for %s ns",
        notice,
        after,
        how,
        who.who,
        left);
    if (how != null) {
      world.watch.saw(
          switch (how) {
            case ACKNOWLEDGED -> Rarity.CHANGE_ACKNOWLEDGED;
            case OVER -> Rarity.CHANGE_DONE_AS_LEASES_WERE_OVER;
            case SILENT -> Rarity.CHANGE_NOT_ACKNOWLEDGED;
            case AWAY -> Rarity.CHANGE_TOLD_TO_NOBODY;
          });
    }
  }

  private void tick() {
    long due = hub.dueIn(nanos());
    if (due >= 0) {
      world.time.after(
          due / 1_000 + 1,
          () -> {
            hub.tick(nanos());
            tick();
          });
    }
  }

  /** What it is called where it is read. */
  static String event(Notice.Kind kind) {
    return switch (kind) {
      case REVOKE -> "revoke";
      case ENTITLEMENTS_CHANGED -> "entitlements_changed";
      case CATALOG_CHANGED -> "catalog_changed";
    };
  }
}
