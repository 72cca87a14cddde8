package dev.bursar.simulation.history;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.credits.Money;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.wallet.Grant;
import dev.bursar.domain.wallet.Recurrence;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** What a client asks about grants, and to have credits corrected or moved. */
final class CreditCalls {

  /** A wallet that there is not. */
  static final String NOWHERE = "nowhere";

  private static final String SOURCE = "key_sim";

  private final Draws draws;
  private final ReservationCalls reservations;
  private final Known known;
  private final Random random;

  CreditCalls(Draws draws, ReservationCalls reservations) {
    this.draws = draws;
    this.reservations = reservations;
    this.known = draws.known;
    this.random = draws.random;
  }

  Step grant() {
    String org = draws.org();
    EntityId wallet = draws.wallet(org);
    String id = draws.name("g");
    Grant grant = grant(id, Credits.of(1 + random.nextInt(80)), draws.sight.now(org));
    Recurrence.Terms recurrence = random.nextInt(4) == 0 ? recurrence(grant) : null;
    return new Step.New(new Call.AddGrant(wallet, grant, recurrence), draws.key());
  }

  /** Usable now or some time later, for everything or for some, for ever or until it ends. */
  Grant grant(String id, Credits amount, Instant now) {
    Instant effectiveAt =
        random.nextInt(4) == 0 ? now.plusSeconds(draws.seconds()) : now.minusSeconds(1);
    return new Grant(
        id,
        draws.some(OrgShape.TYPES),
        amount,
        Grant.Category.values()[random.nextInt(3)],
        random.nextInt(3) * 25,
        effectiveAt,
        random.nextBoolean() ? null : effectiveAt.plusSeconds(draws.lifeOfGrant()),
        random.nextInt(4) == 0 ? Set.of(draws.some(OrgShape.FEATURES)) : Set.of(),
        random.nextInt(6) == 0 ? Set.copyOf(OrgShape.MODELS.subList(0, 1)) : Set.of(),
        random.nextBoolean() ? new Money(draws.amount(), "USD") : null,
        null,
        SOURCE,
        now);
  }

  /** Another interval begins soon, or a day, a week or a month after the first. */
  private Recurrence.Terms recurrence(Grant grant) {
    Credits least = random.nextInt(3) == 0 ? Credits.of(random.nextInt(30)) : Credits.ZERO;
    return new Recurrence.Terms(
        Recurrence.Interval.values()[random.nextInt(3)],
        random.nextInt(3) == 0 ? null : grant.effectiveAt().plusSeconds(draws.seconds()),
        least,
        random.nextBoolean() ? least : least.plus(draws.amount()));
  }

  Step voidGrant() {
    EntityId main = EntityId.wallet(draws.orgs.busy(), OrgShape.WALLETS.getFirst());
    List<String> ofPlans = draws.sight.planGrants(main);
    if (!ofPlans.isEmpty() && random.nextInt(3) == 0) {
      String grant = ofPlans.get(random.nextInt(ofPlans.size()));
      return new Step.New(new Call.VoidGrant(main, grant), draws.key());
    }
    if (known.grants.isEmpty()) {
      return grant();
    }
    Known.Granted grant = known.grants.get(random.nextInt(known.grants.size()));
    return new Step.New(new Call.VoidGrant(grant.wallet(), grant.id()), draws.key());
  }

  Step adjust() {
    EntityId wallet = draws.wallet(draws.org());
    boolean more = random.nextBoolean();
    Credits amount = more ? draws.amount() : draws.amount().negated();
    String creditType = draws.some(OrgShape.TYPES);
    String key = draws.key();
    String grant = more ? draws.name("a") : null;
    return new Step.New(new Call.Adjust(wallet, creditType, amount, grant), key);
  }

  Step refund() {
    EntityId wallet = draws.wallet(draws.org());
    List<String> charges = draws.sight.charges(wallet);
    if (charges.isEmpty()) {
      return reservations.reserve(true, false);
    }
    String of = charges.get(random.nextInt(charges.size()));
    String key = draws.key();
    Credits amount = random.nextBoolean() ? null : draws.amount();
    return new Step.New(new Call.Refund(wallet, of, amount), key);
  }

  /** To another wallet; or to one that is not there and can't take them, so that they come back. */
  Step transfer() {
    String org = draws.org();
    String from = draws.some(OrgShape.WALLETS);
    String to = random.nextInt(3) == 0 ? NOWHERE : other(from);
    Credits amount = draws.amount();
    String creditType = draws.some(OrgShape.TYPES);
    EntityId wallet = EntityId.wallet(org, from);
    return new Step.New(new Call.Transfer(wallet, to, creditType, amount), draws.key());
  }

  private static String other(String wallet) {
    return OrgShape.WALLETS.get(1 - OrgShape.WALLETS.indexOf(wallet));
  }
}
