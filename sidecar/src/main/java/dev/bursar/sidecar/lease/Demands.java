package dev.bursar.sidecar.lease;

import dev.bursar.domain.identity.Subject;
import dev.bursar.sidecar.lease.Demand.Kind;
import dev.bursar.sidecar.lease.Demand.Size;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * All that is wanted of one org, and what limits count of it, as far as there is room. Mutable,
 * owned by one thread at a time.
 */
final class Demands {

  /** What one takes, about, with its lease. */
  private static final long DEMAND_BYTES = 1_200;

  private static final long KIND_BYTES = 400;
  private static final long SUBJECT_BYTES = 300;

  /** So many subjects are remembered. */
  private static final int SUBJECTS_MAX = 64;

  /** So much is expected at a time. */
  private static final int EXPECTED_MAX = 48;

  private static final long EXPECTED_BYTES = 300;

  /**
   * Something that nobody has wanted yet.
   *
   * @param first what was wanted when it began to be likely
   * @param before what an earlier life has wanted, if it is that
   */
  private record Expected(Demand first, Size size, @Nullable Wanted before) {}

  private final Room room;
  private final Map<LeaseKey, Kind> kinds = new HashMap<>();
  private final Map<LeaseKey, Demand> demands = new HashMap<>();

  /** Whom the server has told of, since limits count each of them. */
  private final Set<Subject> subjects = new LinkedHashSet<>();

  /** The likeliest first. */
  private final Map<LeaseKey, Expected> expected = new LinkedHashMap<>();

  Demands(Room room) {
    this.room = room;
  }

  /** What a request comes under; null if nothing like it was wanted before. */
  @Nullable Demand of(LeaseKey request) {
    LeaseKey wide = request.widest();
    Kind kind = kinds.get(wide);
    return kind == null
        ? null
        : demands.get(kind.named.isEmpty() ? wide : request.naming(kind.named));
  }

  /**
   * The same, from now on if there was none.
   *
   * @return null if there is no room for it, or the request does not name what limits count
   */
  @Nullable Demand ofNow(LeaseKey request, long now) {
    Kind kind = kind(request);
    if (kind == null || !request.names(kind.named)) {
      return null;
    }
    LeaseKey of = request.naming(kind.named);
    Demand demand = demands.get(of);
    if (demand == null && !room.isFull()) {
      demand = add(of, kind, now);
      demand.isAwaited = true;
    }
    return demand;
  }

  /**
   * What limits count of such requests; null if there is no room to know. Where features count by
   * themselves for others that are paid alike, they are likely to do so here, too.
   */
  private @Nullable Kind kind(LeaseKey request) {
    LeaseKey wide = request.widest();
    Kind known = kinds.get(wide);
    if (known != null || room.isFull()) {
      return known;
    }
    Kind kind = new Kind();
    kinds.forEach(
        (other, its) -> {
          if (other.isPaidAs(wide) && its.isByFeature()) {
            kind.named.add(LeaseKey.Part.FEATURE);
          }
        });
    kinds.put(wide, kind);
    room.take(KIND_BYTES);
    return kind;
  }

  /**
   * Something is likely to be wanted next, now that somebody wants something for the first time,
   * the likeliest first: this by the others of the team who use any, and by all whom the server has
   * told of; and where each feature is leased for by itself, other features for the same, and for
   * all of them.
   *
   * @param features those that others use; of the org's own, those in use are known
   */
  void expect(Demand first, Collection<String> features) {
    Map<Subject, Size> others = new LinkedHashMap<>();
    Map<@Nullable String, Size> more = new LinkedHashMap<>();
    boolean byFeature = first.kind.isByFeature();
    for (Demand other : demands.values()) {
      if (other.isUsed() && other.key.isPaidAs(first.key)) {
        if (byFeature) {
          more.putIfAbsent(other.key.feature(), other.usual());
        }
        if (other.key.isAkinTo(first.key)) {
          others.putIfAbsent(other.key.subject(), other.usual());
        }
      }
    }
    if (byFeature) {
      features.forEach(feature -> more.putIfAbsent(feature, first.usual()));
    }
    subjects.forEach(subject -> others.putIfAbsent(subject, first.usual()));
    others.forEach((subject, size) -> expect(first.key.of(subject), first, size));
    more.forEach((feature, size) -> expect(first.key.of(feature), first, size));
    for (Subject subject : others.keySet()) {
      more.forEach((feature, size) -> expect(first.key.of(subject).of(feature), first, size));
    }
  }

  /** The same of what an earlier life has wanted. */
  void expectAgain(Demand first, List<Wanted> all) {
    for (Wanted it : all) {
      if (it.key().isPaidAs(first.key)) {
        expect(it.key(), new Expected(first, new Size(it.amount(), it.usage()), it));
      }
    }
  }

  private void expect(LeaseKey key, Demand first, Size size) {
    expect(key, new Expected(first, size, null));
  }

  private void expect(LeaseKey key, Expected it) {
    if (expected.size() < EXPECTED_MAX
        && !room.isShort()
        && !demands.containsKey(key)
        && expected.putIfAbsent(key, it) == null) {
      room.take(EXPECTED_BYTES);
    }
  }

  /** What an earlier life has wanted is wanted from now on; null if there is no room for it. */
  @Nullable Demand again(Wanted it, long now) {
    Kind kind = kindOf(it);
    if (kind == null || room.isShort() || demands.containsKey(it.key())) {
      return null;
    }
    Demand demand = add(it.key(), kind, now);
    demand.expecting(new Size(it.amount(), it.usage()), now);
    demand.isAwaited = true;
    return demand;
  }

  /** What limits have counted is likely to be counted still. */
  private @Nullable Kind kindOf(Wanted it) {
    return kind(it.key(), it.key().named(), it.meters());
  }

  /** What was wanted since, what was wanted last first. */
  List<Wanted> wanted(long since) {
    return demands.values().stream()
        .filter(demand -> demand.isUsed() && demand.usedAt - since >= 0)
        .sorted(Comparator.comparingLong((Demand demand) -> since - demand.usedAt))
        .limit(EXPECTED_MAX)
        .map(Demand::wantedAgain)
        .toList();
  }

  /** The likeliest of what is expected, which is wanted from now on; null if there is none. */
  @Nullable Demand nextExpected(long now) {
    while (!expected.isEmpty()) {
      LeaseKey key = expected.keySet().iterator().next();
      Expected it = Objects.requireNonNull(expected.remove(key));
      room.give(EXPECTED_BYTES);
      Kind kind =
          room.isShort()
              ? null
              : it.before != null
                  ? kindOf(it.before)
                  : subjects.contains(key.subject()) ? kindLike(it.first, key) : kind(key);
      if (kind != null && kind.isOf(key) && !demands.containsKey(key)) {
        Demand demand = add(key, kind, now);
        demand.beside(it.first);
        demand.expecting(it.size, now);
        return demand;
      }
    }
    return null;
  }

  /** Nothing is expected any more. */
  void expectNothing() {
    room.give(EXPECTED_BYTES * expected.size());
    expected.clear();
  }

  /** Limits that count one of those whom the server has told of count the others so, too. */
  private @Nullable Kind kindLike(Demand first, LeaseKey key) {
    return kind(key, first.kind.named, first.kind.meters);
  }

  /** The same; if it is new, limits are taken to count these parts and meters. */
  private @Nullable Kind kind(LeaseKey key, Set<LeaseKey.Part> named, Set<String> meters) {
    boolean isNew = !kinds.containsKey(key.widest());
    Kind kind = kind(key);
    if (kind != null && isNew) {
      kind.named.addAll(named);
      kind.meters.addAll(meters);
    }
    return kind;
  }

  /** Limits count each of these. */
  void told(List<Subject> all) {
    for (Subject subject : all) {
      if (subjects.size() < SUBJECTS_MAX && !room.isFull() && subjects.add(subject)) {
        room.take(SUBJECT_BYTES);
      }
    }
  }

  private Demand add(LeaseKey key, Kind kind, long now) {
    Demand demand = new Demand(key, kind, now);
    for (Demand other : demands.values()) {
      if (other.isUsed() && other.key.isPaidAs(key)) {
        demand.beside(other);
      }
    }
    demands.put(key, demand);
    room.take(DEMAND_BYTES);
    return demand;
  }

  /** What is leased under a key; null if nothing is wanted any more. */
  @Nullable Demand get(@Nullable LeaseKey key) {
    return key == null ? null : demands.get(key);
  }

  Collection<Demand> all() {
    return demands.values();
  }

  /** Forgets those that are over. */
  void forget(Predicate<Demand> isOver) {
    for (Iterator<Demand> all = demands.values().iterator(); all.hasNext(); ) {
      Demand demand = all.next();
      if (isOver.test(demand)) {
        all.remove();
        room.give(DEMAND_BYTES);
        if (demand.kind.isEmpty() && kinds.remove(demand.key) != null) {
          room.give(KIND_BYTES);
        }
      }
    }
    if (demands.isEmpty()) {
      end();
    }
  }

  /** Nothing is wanted any more: they take no room. */
  void end() {
    expectNothing();
    room.give(
        DEMAND_BYTES * demands.size()
            + KIND_BYTES * kinds.size()
            + SUBJECT_BYTES * subjects.size());
    subjects.clear();
    demands.clear();
    kinds.clear();
  }
}
