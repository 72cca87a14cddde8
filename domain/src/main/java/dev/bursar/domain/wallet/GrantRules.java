package dev.bursar.domain.wallet;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.credits.Money;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.operation.Decision;
import dev.bursar.domain.operation.Decision.Absent;
import dev.bursar.domain.operation.Decision.Accepted;
import dev.bursar.domain.operation.Decision.Refused;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.operation.Refusal.Code;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** How grants come, end, are taken back and come again. */
final class GrantRules {

  /** How many a wallet has, those that have ended among them: all of them are in its memory. */
  static final int GRANTS_MAX = 200_000;

  /** Later ones have no form that a client could read: their years have more than four digits. */
  private static final Instant LAST_TIME = Instant.parse("9999-12-31T23:59:59.999999Z");

  private final Wallet wallet;

  GrantRules(Wallet wallet) {
    this.wallet = wallet;
  }

  boolean isKnown(String grant) {
    return wallet.grants().containsKey(grant) || wallet.scheduled().containsKey(grant);
  }

  static Refusal exists(String grant) {
    return new Refusal(Code.GRANT_EXISTS, "id", "the wallet already has a grant named " + grant);
  }

  /**
   * Why so many more can't be added; null if they can. What recurs, or comes with a plan, is added
   * all the same.
   */
  @Nullable Refusal excess(int more) {
    int known = wallet.grants().size() + wallet.scheduled().size();
    return known + more <= GRANTS_MAX
        ? null
        : Refusal.of(
            Code.LIMIT_REACHED,
            "the wallet has %d grants, ended ones included, of at most %d; another wallet has room"
                .formatted(known, GRANTS_MAX));
  }

  Decision<WalletEvent, WalletReply> add(WalletCommand.AddGrant add, Instant now) {
    Grant asked = add.atOnce() ? from(now, add.grant()) : add.grant();
    if (isKnown(asked.id())) {
      return new Refused<>(exists(asked.id()));
    }
    Refusal excess = excess(1);
    if (excess != null) {
      return new Refused<>(excess);
    }
    Instant end = asked.expiresAt();
    if (end != null && !end.isAfter(now)) {
      return new Refused<>(
          new Refusal(Code.INVALID, "expires_at", "is not after the present, " + now));
    }
    if (end != null && !end.isAfter(asked.effectiveAt())) {
      return new Refused<>(
          new Refusal(
              Code.INVALID, "expires_at", "is not after effective_at, " + asked.effectiveAt()));
    }
    Recurrence.Terms terms = add.recurrence();
    if (terms != null && !terms.isSound()) {
      return new Refused<>(
          new Refusal(
              Code.INVALID,
              "rollover",
              "has a min of %s and a max of %s; 0 or more, and the max not below the min, would do"
                  .formatted(terms.rolloverMin(), terms.rolloverMax())));
    }
    Grant grant = completed(asked, terms, now);
    if (terms != null && !grant.isOverAt(LAST_TIME)) {
      return new Refused<>(
          new Refusal(
              Code.INVALID, "recurrence", "has an interval that ends later than " + LAST_TIME));
    }
    wallet.requireRoom(grant.creditType(), grant.amount());
    return new Accepted<>(
        grant.effectiveAt().isAfter(now)
            ? new WalletEvent.GrantScheduled(now, grant, add.attribution())
            : started(grant, add.attribution(), now));
  }

  private static Grant from(Instant now, Grant g) {
    return like(
        g, g.id(), g.amount(), g.costBasis(), g.recurrence(), now, g.expiresAt(), g.createdAt());
  }

  /**
   * The grant as it is added: of one that recurs, the interval that it falls into, or the first.
   */
  static Grant completed(Grant g, Recurrence.@Nullable Terms terms, Instant now) {
    if (terms == null) {
      return like(g, g.id(), g.amount(), g.costBasis(), null, g.effectiveAt(), g.expiresAt(), now);
    }
    Instant anchor = terms.anchor() == null ? g.effectiveAt() : terms.anchor();
    Recurrence recurrence =
        new Recurrence(terms, anchor, g.expiresAt(), g.amount(), g.costBasis(), g.id(), 1);
    Instant from = g.effectiveAt().isAfter(now) ? g.effectiveAt() : now;
    return like(
        g,
        g.id(),
        g.amount(),
        g.costBasis(),
        recurrence,
        g.effectiveAt(),
        recurrence.endOfIntervalAt(from),
        now);
  }

  /** The same terms for another block of credits. */
  static Grant like(
      Grant g,
      String id,
      Credits amount,
      @Nullable Money costBasis,
      @Nullable Recurrence recurrence,
      Instant effectiveAt,
      @Nullable Instant expiresAt,
      Instant createdAt) {
    return new Grant(
        id,
        g.creditType(),
        amount,
        g.category(),
        g.priority(),
        effectiveAt,
        expiresAt,
        g.features(),
        g.models(),
        costBasis,
        recurrence,
        g.source(),
        createdAt);
  }

  /**
   * A grant takes effect, and pays debt first. One of a plan makes up before that for what was used
   * ahead.
   */
  WalletEvent started(Grant grant, Attribution attribution, Instant at) {
    Purse purse = wallet.purse(grant.creditType());
    Entries entries = new Entries(wallet, purse, at, null, attribution);
    Credits ahead =
        grant.isOfPlan()
            ? wallet.plans().usedAhead(grant.creditType(), at, grant.amount())
            : Credits.ZERO;
    entries.on(grant, EntryType.GRANT, grant.amount());
    entries.on(grant, EntryType.VOID, ahead.negated());
    entries.repay(grant, grant.amount().minus(ahead));
    return new WalletEvent.Granted(at, grant, entries.done(), entries.figures(purse.held));
  }

  /** Takes a grant out by hand. */
  Decision<WalletEvent, WalletReply> voided(WalletCommand.VoidGrant it, Instant now) {
    String id = it.grant();
    GrantState grant = wallet.grants().get(id);
    Wallet.Scheduled later = wallet.scheduled().get(id);
    if (grant == null && later == null) {
      return new Absent<>(
          new Refusal(Code.GRANT_NOT_FOUND, "grant", "the wallet has no grant named " + id));
    }
    if (grant != null && grant.isEnded()) {
      boolean twice = grant.isVoided();
      Recurrence recurrence = grant.grant.recurrence();
      String goesOn =
          recurrence == null
              ? ""
              : "; if its series goes on, the interval that runs is %s#N in the list of grants"
                  .formatted(recurrence.series());
      return new Refused<>(
          new Refusal(
              twice ? Code.GRANT_VOIDED : Code.GRANT_EXPIRED,
              "grant",
              "the grant has already " + (twice ? "been voided" : "expired" + goesOn)));
    }
    return new Accepted<>(voided(id, null, null, it.attribution(), now));
  }

  /**
   * A grant that has not ended is taken out.
   *
   * @param change the number of the change by which its plan takes it back; null if it is voided by
   *     hand
   * @param rest how much of it is for the time after that, if it recurs
   */
  WalletEvent voided(
      String id,
      @Nullable Long change,
      @Nullable Credits rest,
      Attribution attribution,
      Instant now) {
    GrantState grant = wallet.grants().get(id);
    Purse purse =
        wallet.purse(
            (grant != null ? grant.grant : wallet.scheduledGrant(id).grant()).creditType());
    Entries entries = new Entries(wallet, purse, now, null, attribution);
    if (grant != null) {
      entries.onGrant(EntryType.VOID, id, grant.available().negated());
    }
    return new WalletEvent.GrantVoided(
        now, id, change, rest, entries.done(), entries.figures(purse.held));
  }

  /**
   * A grant has reached its end: it expires, or its next interval begins. Nobody is there to be
   * refused: what can't be counted together with the next interval does not roll over, and where
   * that can't be counted by itself, the series ends.
   */
  WalletEvent ended(GrantState grant, Instant at) {
    Recurrence recurrence = grant.grant.recurrence();
    Instant end = grant.grant.expiresAt();
    if (recurrence != null && end != null && recurrence.goesOnAt(end)) {
      Credits over = recurrence.terms().rolledOver(grant.available());
      try {
        return renewed(grant, recurrence, over, end, at);
      } catch (ArithmeticException overflow) {
        return renewedAlone(grant, recurrence, end, at);
      }
    }
    return expired(grant, at);
  }

  private WalletEvent renewedAlone(
      GrantState grant, Recurrence recurrence, Instant end, Instant at) {
    try {
      return renewed(grant, recurrence, Credits.ZERO, end, at);
    } catch (ArithmeticException overflow) {
      return expired(grant, at);
    }
  }

  private WalletEvent expired(GrantState grant, Instant at) {
    Purse purse = wallet.purse(grant.grant.creditType());
    Entries entries =
        new Entries(
            wallet, purse, at, null, grant.attribution.endedBy("expiry", Attribution.SELF, null));
    entries.onGrant(EntryType.EXPIRE, grant.grant.id(), grant.available().negated());
    return new WalletEvent.GrantExpired(
        at, grant.grant.id(), entries.done(), entries.figures(purse.held));
  }

  private WalletEvent renewed(
      GrantState old, Recurrence recurrence, Credits over, Instant start, Instant at) {
    Credits remainder = old.available();
    Credits carried = over.min(remainder);
    Purse purse = wallet.purse(old.grant.creditType());
    Entries entries =
        new Entries(
            wallet, purse, at, null, old.attribution.endedBy("recurrence", Attribution.SELF, null));
    entries.on(old.grant, EntryType.EXPIRE, remainder.minus(carried).negated());
    Credits left = entries.on(old.grant, EntryType.TRANSFER_OUT, carried.negated());
    Credits worth = left == null ? null : left.negated();
    Grant next =
        like(
            old.grant,
            freeName(recurrence),
            recurrence.amount().plus(over),
            cost(recurrence.costBasis(), worth),
            recurrence.next(),
            start,
            recurrence.endOfIntervalAt(start),
            at);
    Money cost = recurrence.costBasis();
    entries.on(
        next,
        EntryType.GRANT,
        recurrence.amount().plus(over.minus(carried)),
        cost == null ? null : cost.amount());
    entries.on(next, EntryType.TRANSFER_IN, carried, worth);
    entries.repay(next, next.amount());
    wallet.requireRoom(next.creditType(), next.amount().minus(remainder));
    return new WalletEvent.GrantRenewed(
        at, old.grant.id(), next, entries.done(), entries.figures(purse.held));
  }

  private static @Nullable Money cost(@Nullable Money interval, @Nullable Credits carried) {
    return interval == null || carried == null
        ? interval
        : new Money(interval.amount().plus(carried), interval.currency());
  }

  /** The series and the number of the interval; marked further where a client took that name. */
  private String freeName(Recurrence recurrence) {
    StringBuilder name =
        new StringBuilder(recurrence.series()).append('#').append(recurrence.period() + 1);
    while (isKnown(name.toString())) {
      name.append('#');
    }
    return name.toString();
  }
}
