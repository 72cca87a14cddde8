package dev.bursar.simulation;

import static dev.bursar.simulation.NaiveWallet.micros;

import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.catalog.PricingPlan;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Plan;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.org.GivenGrant;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.org.PlanGrantChange;
import dev.bursar.domain.wallet.Grant;
import dev.bursar.domain.wallet.Recurrence;
import dev.bursar.domain.wallet.WalletEvent;
import dev.bursar.simulation.history.OrgShape;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What plans grant: as the orgs have it on record, and as it comes to their wallets. Nothing is
 * begun before the wallet has what the plan grants by then; and all that is to change at once comes
 * in one row.
 */
final class NaivePlans {

  /** In microseconds: so soon the wallet is told, if nothing goes wrong. */
  private static final long TOLD_WITHIN = 5_000_000;

  private record Named(String org, String grant) {}

  private record Numbered(String org, long number) {}

  /** Counts until the next one does. */
  private record Published(Catalog catalog, long sinceMicros) {}

  /** What one org has on record. */
  private static final class Subscribed {
    private @Nullable String plan;

    /** When that ends; from then on it grants nothing more. */
    private @Nullable Instant endsAt;

    /** The plan of which it was looked last what it grants. */
    private @Nullable String looked;

    /** When it subscribed, as it was put; null while it has no plan. */
    private @Nullable Instant began;

    /** Of what subscription it was looked last what that grants; null if of none yet. */
    private @Nullable Instant since;

    /** What was ever given once, by where it comes from. */
    private final Set<String> onceBefore = new TreeSet<>();

    /** What was given once since then, by where it comes from. */
    private final Set<String> once = new TreeSet<>();

    /** What it was given and is not said to have ended or been left, by its name. */
    private final Map<String, GivenGrant> having = new TreeMap<>();

    /** What that plan gives a day. */
    private @Nullable Credits daily;

    /** What is given, and has not come. */
    private final Set<String> missing = new TreeSet<>();

    /** What else is to become of what was given, and is not known to be taken, by its number. */
    private final Map<Long, PlanGrantChange> untaken = new TreeMap<>();

    /** All of which it is not on record that the wallet has it, by its number. */
    private final Map<Long, PlanGrantChange> unsettled = new TreeMap<>();

    /** When something came last. */
    private long cameAtMicros;

    private boolean isSubscribedAt(Instant at) {
      return plan != null && (endsAt == null || at.isBefore(endsAt));
    }
  }

  private final Watch watch;
  private final Map<Numbered, PlanGrantChange> changes = new HashMap<>();

  /** All that was to change together, by each change. */
  private final Map<PlanGrantChange, List<PlanGrantChange>> together = new HashMap<>();

  private final Map<Named, PlanGrantChange> given = new HashMap<>();
  private final Map<String, Subscribed> orgs = new HashMap<>();
  private final List<Published> published = new ArrayList<>();

  /** What has changed in the row that is looked at. */
  private final List<PlanGrantChange> inRow = new ArrayList<>();

  /** When they were made. */
  private Instant inRowAt = Instant.MIN;

  /** When each change came on record. */
  private final Map<PlanGrantChange, Since> decided = new HashMap<>();

  /** The same, by the org's clock. */
  private final Map<PlanGrantChange, Instant> decidedAt = new HashMap<>();

  NaivePlans(Watch watch) {
    this.watch = watch;
  }

  /** A catalog counts from now on. */
  void published(Catalog catalog) {
    published.add(new Published(catalog, watch.nowMicros()));
  }

  /** By which catalogs each reservation was decided; null where that is not known. */
  private final Map<String, Set<@Nullable Catalog>> decidedBy = new HashMap<>();

  /**
   * Somebody has decided a reservation.
   *
   * @param catalog the one that counted when that was looked up last; null if that was for another
   */
  void decides(String reservation, @Nullable Catalog catalog) {
    decidedBy.computeIfAbsent(reservation, r -> new HashSet<>()).add(catalog);
  }

  /** Those by which it may have been decided, the latest first. */
  List<Catalog> catalogs(String reservation, Since since) {
    Set<@Nullable Catalog> by = decidedBy.getOrDefault(reservation, Set.of());
    List<Catalog> all = catalogs(since);
    if (by.isEmpty() || by.contains(null)) {
      return all;
    }
    if (all.size() > 1) {
      watch.saw(Rarity.DECIDED_BY_ONE_OF_SEVERAL_CATALOGS);
    }
    return new ArrayList<>(by);
  }

  /** The one that counts. */
  Catalog catalog() {
    return published.getLast().catalog;
  }

  /** Whether something is so by every catalog that has ever counted. */
  boolean everyCatalog(Predicate<Catalog> is) {
    return published.stream().map(Published::catalog).allMatch(is);
  }

  /** Those that have counted since then, the latest first. */
  List<Catalog> catalogs(Since since) {
    List<Catalog> found = new ArrayList<>();
    for (Published each : published.reversed()) {
      found.add(each.catalog);
      if (each.sinceMicros < since.micros()) {
        break;
      }
    }
    return found;
  }

  /** A change that an org has on record; null if there is none. */
  @Nullable PlanGrantChange change(String org, long number) {
    return changes.get(new Numbered(org, number));
  }

  private Subscribed subscribed(String org) {
    return orgs.computeIfAbsent(org, o -> new Subscribed());
  }

  void org(EntityId id, OrgEvent event) {
    switch (event) {
      case OrgEvent.OrgPut put -> {
        Subscribed org = subscribed(id.org());
        if (put.settings().plan() == null) {
          org.began = null;
        } else if (!org.isSubscribedAt(put.at())) {
          org.began = put.at();
        }
        org.plan = put.settings().plan();
        org.endsAt = put.settings().endsAt();
        org.looked = org.plan == null ? null : org.looked;
      }
      case OrgEvent.PlanGrantsSettled settled -> settled(id, settled);
      case OrgEvent.PlanGrantTold told -> told(id, told);
      case OrgEvent.ReservationBegun begun -> begins(id, begun.plan(), begun.at());
      case OrgEvent other -> {}
    }
  }

  private void settled(EntityId id, OrgEvent.PlanGrantsSettled event) {
    Subscribed org = subscribed(id.org());
    org.looked = org.plan;
    watch.expect(
        !org.isSubscribedAt(event.at()) || event.subscribedAt().equals(org.began),
        "model",
        "%s looks what is granted since %s, and has subscribed at %s",
        id,
        event.subscribedAt(),
        org.began);
    boolean isNew = !event.subscribedAt().equals(org.since);
    if (isNew && org.isSubscribedAt(event.at())) {
      isGivenAll(id, org, event);
    }
    if (isNew) {
      org.since = event.subscribedAt();
      org.once.clear();
    }
    for (PlanGrantChange change : event.changes()) {
      if (change.kind() == PlanGrantChange.Kind.GIVE) {
        isGivenAsMuch(id, change.grant(), isNew, event);
      }
      watch.expect(
          changes.put(new Numbered(id.org(), change.number()), change) == null,
          "I4",
          "%s makes change %s twice",
          id,
          change.number());
      together.put(change, event.changes());
      decided.put(change, watch.since());
      decidedAt.put(change, event.at());
      switch (change.kind()) {
        case GIVE -> {
          given.put(new Named(id.org(), change.grant().id()), change);
          org.missing.add(change.grant().id());
          if (change.grant().terms().id().equals(OrgShape.DAILY)) {
            org.daily = change.grant().terms().amount();
          }
          watch.saw(Rarity.PLAN_GRANT_GIVEN);
        }
        case LEAVE -> watch.saw(Rarity.PLAN_GRANT_LEFT);
        case MOVE_END -> watch.saw(Rarity.PLAN_GRANT_END_MOVED);
        case END -> watch.saw(Rarity.PLAN_GRANT_ENDED);
      }
      goesAsItShould(id, org, change, isNew, event);
      org.unsettled.put(change.number(), change);
      if (change.kind() != PlanGrantChange.Kind.GIVE) {
        org.untaken.put(change.number(), change);
      }
    }
    for (GivenGrant each : org.having.values()) {
      boolean isOver = each.until() != null && !event.at().isBefore(each.until());
      watch.expect(
          isOver || (org.isSubscribedAt(event.at()) && each.source().equals("plan:" + org.plan)),
          "model",
          "%s keeps %s at %s, and has %s until %s",
          id,
          each,
          event.at(),
          org.plan,
          org.endsAt);
    }
  }

  /**
   * Of what had begun, whoever changes the plan is left what is theirs by then; what had not begun,
   * and all that there was before a subscription or after it, ends at once.
   */
  private void goesAsItShould(
      EntityId id,
      Subscribed org,
      PlanGrantChange change,
      boolean isNew,
      OrgEvent.PlanGrantsSettled event) {
    GivenGrant grant = change.grant();
    boolean leaves = !isNew && org.isSubscribedAt(event.at()) && !grant.from().isAfter(event.at());
    switch (change.kind()) {
      case GIVE -> org.having.put(grant.id(), grant);
      case MOVE_END -> org.having.replace(grant.id(), grant);
      case LEAVE, END -> {
        org.having.remove(grant.id());
        watch.expect(
            leaves == (change.kind() == PlanGrantChange.Kind.LEAVE),
            "model",
            "%s has %s at %s, and not the other: it has %s, since %s",
            id,
            change,
            event.at(),
            org.plan,
            event.subscribedAt());
      }
    }
  }

  /** Whoever subscribes is given all that the plan grants, but for what was given once before. */
  private void isGivenAll(EntityId id, Subscribed org, OrgEvent.PlanGrantsSettled event) {
    Set<String> given = new HashSet<>();
    for (PlanGrantChange each : event.changes()) {
      if (each.kind() == PlanGrantChange.Kind.GIVE) {
        given.add(named(each.grant()));
      }
    }
    boolean isAll =
        published.stream()
            .anyMatch(
                each ->
                    Objects.requireNonNull(each.catalog.plans().get(org.plan))
                        .grants()
                        .values()
                        .stream()
                        .map(it -> "plan:%s %s".formatted(org.plan, it.id()))
                        .allMatch(it -> given.contains(it) || org.onceBefore.contains(it)));
    watch.expect(isAll, "model", "%s subscribes to %s, and is given %s alone", id, org.plan, given);
  }

  private static String named(GivenGrant grant) {
    return grant.source() + " " + grant.terms().id();
  }

  /** Whether a catalog says that the org's plan grants just this. */
  private boolean isOfItsPlan(Subscribed org, GivenGrant grant) {
    return published.stream()
        .map(each -> each.catalog.plans().get(org.plan))
        .anyMatch(
            plan ->
                plan != null
                    && grant.source().equals("plan:" + org.plan)
                    && grant.terms().equals(plan.grants().get(grant.terms().id())));
  }

  /**
   * Whoever subscribes is given whole intervals, from then on; whose plan changes later, what is
   * left of the interval, and whole ones after it. What does not come again is given once.
   */
  private void isGivenAsMuch(
      EntityId id, GivenGrant grant, boolean isNew, OrgEvent.PlanGrantsSettled event) {
    Recurrence recurrence = recurrence(grant);
    BigInteger amount = micros(grant.terms().amount());
    Instant from = isNew ? event.subscribedAt() : event.at();
    BigInteger rest = recurrence == null ? amount : NaiveRecurrence.rest(recurrence, from, from);
    boolean nextOnly = rest.signum() == 0;
    watch.expect(
        grant.anchor().equals(event.subscribedAt())
            && micros(grant.first()).equals(nextOnly ? amount : rest)
            && grant.from().equals(nextOnly ? intervalEnd(grant, from) : from),
        "model",
        "%s gives %s at %s, where %s from %s on are for the rest",
        id,
        grant,
        event.at(),
        rest,
        from);
    Subscribed org = subscribed(id.org());
    watch.expect(
        isOfItsPlan(org, grant), "model", "%s gives %s, which %s does not", id, grant, org.plan);
    if (recurrence == null) {
      org.onceBefore.add(named(grant));
    }
    watch.expect(
        recurrence != null || org.once.add(named(grant)),
        "model",
        "%s gives %s, and has given it since it subscribed at %s",
        id,
        grant,
        event.subscribedAt());
    if (recurrence != null && rest.compareTo(amount) < 0) {
      watch.saw(Rarity.PLAN_GRANT_IN_PROPORTION);
    }
  }

  private static @Nullable Recurrence recurrence(GivenGrant grant) {
    Recurrence.Terms terms = grant.terms().recurrence();
    return terms == null
        ? null
        : new Recurrence(
            terms, grant.anchor(), grant.until(), grant.terms().amount(), null, grant.id(), 1);
  }

  private static Instant intervalEnd(GivenGrant grant, Instant at) {
    Recurrence.Terms terms = Objects.requireNonNull(grant.terms().recurrence());
    return NaiveRecurrence.end(terms.interval(), grant.anchor(), null, at);
  }

  /**
   * What the wallet was told of, and has not been given, was over by then; and so was what it has
   * not changed.
   */
  private void told(EntityId id, OrgEvent.PlanGrantTold event) {
    PlanGrantChange change = change(id.org(), event.number());
    PlanGrantChange untaken = subscribed(id.org()).untaken.remove(event.number());
    subscribed(id.org()).unsettled.remove(event.number());
    if (event.over()) {
      subscribed(id.org()).having.remove(event.grant());
    }
    watch.expect(
        untaken == null || !goesOn(id, untaken),
        "I4",
        "%s is told of %s, which its wallet has not done",
        id,
        untaken);
    if (change != null) {
      isSaidToBeOver(id, change, untaken != null, event.over());
    }
    if (change != null
        && change.kind() == PlanGrantChange.Kind.GIVE
        && subscribed(id.org()).missing.remove(event.grant())) {
      watch.expect(
          mayBeOver(id, change),
          "I4",
          "%s is told of %s, and has not got it, and it lasts until %s",
          id,
          event.grant(),
          change.grant().until());
      watch.saw(Rarity.PLAN_GRANT_OVER_BEFORE_IT_CAME);
    }
  }

  /**
   * An org is told that a grant is over where its end can't be moved any more, and only there; but
   * not if somebody has voided it, which may be taken back.
   *
   * @param untaken whether the wallet has not done it
   */
  private void isSaidToBeOver(EntityId id, PlanGrantChange change, boolean untaken, boolean said) {
    boolean over =
        untaken
            && change.kind() == PlanGrantChange.Kind.MOVE_END
            && !main(id).wasVoided(change.grant().id());
    watch.expect(
        said == over, "model", "%s is told of %s, over: %s, and it is: %s", id, change, said, over);
  }

  private NaiveWallet main(EntityId id) {
    return watch.wallet(EntityId.wallet(id.org(), ReserveRequest.MAIN_WALLET));
  }

  /** Whether the wallet has some of this grant that has not ended: it can be changed then. */
  private boolean goesOn(EntityId id, PlanGrantChange change) {
    String grant = change.grant().id();
    return main(id).planGrants().stream()
        .anyMatch(each -> each.equals(grant) || each.startsWith(grant + "#"));
  }

  /** Whether it may have been over when it came to the wallet. */
  private boolean mayBeOver(EntityId id, PlanGrantChange given) {
    Instant end = given.grant().until();
    Since since = decided.get(given);
    return end != null
        && since != null
        && watch.mayHaveCome(end, EntityId.wallet(id.org(), ReserveRequest.MAIN_WALLET), since);
  }

  /** By what the plan grants by then, or has since somebody asked for it first. */
  private void begins(EntityId id, Plan reservation, Instant at) {
    Subscribed org = subscribed(id.org());
    String plan = org.plan;
    if (plan == null || !reservation.wallet().equals(ReserveRequest.MAIN_WALLET)) {
      return;
    }
    Since asked = watch.attempted(reservation.reservation());
    watch.expect(
        (org.endsAt != null && !at.isBefore(org.endsAt))
            || (plan.equals(org.looked) && hasGiven(plan, org.daily, asked.micros())),
        "model",
        "%s begins %s, and has not looked what %s grants",
        id,
        reservation.reservation(),
        plan);
    watch.expect(
        org.missing.isEmpty(),
        "model",
        "%s begins %s, and its wallet lacks %s",
        id,
        reservation.reservation(),
        org.missing);
    for (PlanGrantChange untaken : org.untaken.values()) {
      watch.expect(
          !goesOn(id, untaken),
          "model",
          "%s begins %s, and its wallet has not done %s",
          id,
          reservation.reservation(),
          untaken);
    }
    if (asked.micros() > 0 && org.cameAtMicros >= asked.micros()) {
      watch.saw(Rarity.WAITED_FOR_PLAN_GRANTS);
    }
  }

  private boolean hasGiven(String plan, @Nullable Credits daily, long sinceMicros) {
    for (Published each : published.reversed()) {
      PricingPlan of = Objects.requireNonNull(each.catalog.plans().get(plan));
      if (Objects.requireNonNull(of.grants().get(OrgShape.DAILY)).amount().equals(daily)) {
        return true;
      }
      if (each.sinceMicros < sinceMicros) {
        return false;
      }
    }
    return false;
  }

  /** By a clock that is behind it comes before it begins; how that goes on, the pots know. */
  void wallet(EntityId id, WalletEvent event) {
    switch (event) {
      case WalletEvent.GrantScheduled it -> comes(id, it.grant(), it.at());
      case WalletEvent.Granted it when !watch.wallet(id).isPromised(it.grant().id()) ->
          comes(id, it.grant(), it.at());
      case WalletEvent.GrantVoided it when it.change() != null -> taken(id, it.change(), it.at());
      case WalletEvent.GrantTermsChanged it -> taken(id, it.number(), it.at());
      case WalletEvent other -> {}
    }
  }

  private void taken(EntityId id, long number, Instant at) {
    subscribed(id.org()).untaken.remove(number);
    PlanGrantChange change = change(id.org(), number);
    if (change != null && change.kind() == PlanGrantChange.Kind.MOVE_END) {
      movesInTime(id, change, at);
    }
    changes(change, at);
  }

  /**
   * An end that lay ahead when it was moved is not moved after that has passed: nothing is held up.
   */
  private void movesInTime(EntityId id, PlanGrantChange change, Instant at) {
    Instant until = change.grant().until();
    Instant from = decidedAt.get(change);
    Since since = decided.get(change);
    watch.expect(
        until == null
            || from == null
            || since == null
            || !until.isAfter(from)
            || !at.isAfter(until)
            || watch.nowMicros() - since.micros() < TOLD_WITHIN
            || watch.mayHaveWaited(since, id.org()),
        "model",
        "%s moves an end at %s to %s, which lay ahead when that was decided, at %s",
        id,
        at,
        until,
        from);
  }

  private void changes(@Nullable PlanGrantChange change, Instant at) {
    if (change != null) {
      inRow.add(change);
      inRowAt = at;
    }
  }

  private void comes(EntityId id, Grant comes, Instant at) {
    String grant = comes.id();
    if (grant.startsWith(Grant.OF_PLANS)) {
      Subscribed org = subscribed(id.org());
      watch.expect(
          org.missing.remove(grant),
          "I4",
          "%s comes to %s, and is not given, or has come before",
          grant,
          id);
      org.cameAtMicros = watch.nowMicros();
      PlanGrantChange change = given.get(new Named(id.org(), grant));
      comesWhole(id, comes, change, at);
      changes(change, at);
    }
  }

  /** As much as is given for the interval in which it begins; a later one gives all. */
  private void comesWhole(EntityId id, Grant grant, @Nullable PlanGrantChange change, Instant at) {
    if (change == null) {
      return;
    }
    GivenGrant given = change.grant();
    boolean isFirst =
        given.terms().recurrence() == null || at.isBefore(intervalEnd(given, given.from()));
    watch.expect(
        grant.amount().equals(isFirst ? given.first() : given.terms().amount()),
        "model",
        "%s comes to %s at %s, and given is %s",
        grant,
        id,
        at,
        given);
  }

  /** What changes together comes together. */
  void rowWritten(EntityId id) {
    Set<String> missing = subscribed(id.org()).missing;
    Map<Long, PlanGrantChange> untaken = subscribed(id.org()).untaken;
    for (PlanGrantChange change : inRow) {
      for (PlanGrantChange each : together.getOrDefault(change, List.of())) {
        watch.expect(
            !missing.contains(each.grant().id())
                || each.kind() != PlanGrantChange.Kind.GIVE
                || (each.grant().until() != null && !inRowAt.isBefore(each.grant().until())),
            "model",
            "%s has %s, and not %s, which was to come with it",
            id,
            change,
            each);
        watch.expect(
            !untaken.containsKey(each.number()) || !goesOn(id, each),
            "model",
            "%s has %s, and has not done %s with it",
            id,
            change,
            each);
      }
    }
    inRow.clear();
  }

  /** When all has come to rest, what was given has come, and what was to go has gone. */
  void judge() {
    orgs.forEach(
        (name, org) -> {
          watch.expect(
              org.missing.isEmpty(), "I4", "%s was given by %s, and is lost", org.missing, name);
          watch.expect(
              org.untaken.isEmpty(),
              "I4",
              "%s is to happen to %s, and never does",
              org.untaken,
              name);
          watch.expect(
              org.unsettled.isEmpty(),
              "I4",
              "%s has happened, and %s has not got that on record",
              org.unsettled,
              name);
        });
  }
}
