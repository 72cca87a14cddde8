package dev.bursar.simulation.history;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.identity.Subject;
import java.util.Map;
import java.util.Random;

/** What a client asks with a key that it has used before, for the same or for something else. */
final class KeyCalls {

  private final Draws draws;
  private final ReservationCalls reservations;
  private final CreditCalls credits;
  private final Known known;
  private final Random random;

  KeyCalls(Draws draws, ReservationCalls reservations, CreditCalls credits) {
    this.draws = draws;
    this.reservations = reservations;
    this.credits = credits;
    this.known = draws.known;
    this.random = draws.random;
  }

  Step again() {
    int finished = draws.sight.finished();
    return finished == 0
        ? reservations.reserve(true, false)
        : new Step.Again(random.nextInt(finished));
  }

  /** The same key for something else, whatever it was for; or for another end of a reservation. */
  Step reuse() {
    if (!known.used.isEmpty() && random.nextBoolean()) {
      return reuse(known.used.get(random.nextInt(known.used.size())));
    }
    return reservations.contest();
  }

  private Step reuse(Known.Used used) {
    Credits amount = new Credits(1 + random.nextInt(5));
    Call call =
        switch (used.call()) {
          case Call.Reserve reserve ->
              new Call.Reserve(
                  unlike(reserve, amount),
                  EntityId.wallet(reserve.org(), OrgShape.WALLETS.getFirst()));
          case Call.AddGrant grant ->
              new Call.AddGrant(
                  grant.wallet(),
                  credits.grant(draws.name("again"), amount, draws.sight.now(grant.org())),
                  null);
          case Call.Adjust adjust ->
              new Call.Adjust(adjust.wallet(), OrgShape.TYPE, amount.negated(), null);
          case Call.Transfer transfer ->
              new Call.Transfer(transfer.wallet(), CreditCalls.NOWHERE, OrgShape.TYPE, amount);
          case Call other -> throw new IllegalArgumentException("not to be reused: " + other);
        };
    return new Step.Reuse(call, used.key());
  }

  private static ReserveRequest unlike(Call.Reserve used, Credits amount) {
    return new ReserveRequest(
        Subject.ofOrg(used.org()),
        null,
        null,
        null,
        OrgShape.WALLETS.getFirst(),
        null,
        amount,
        OrgShape.TYPE,
        10,
        OveragePolicy.RECORD,
        false,
        false,
        Map.of());
  }
}
