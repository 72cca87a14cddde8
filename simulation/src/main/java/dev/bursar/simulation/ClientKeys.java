package dev.bursar.simulation;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Decided;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.entities.EntityMessage;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** What a client asks with a key that it has used before, for the same or for something else. */
final class ClientKeys {

  private final Asker asker;
  private final ClientReservations reservations;
  private final ClientCredits credits;
  private final World world;
  private final Asker.Shared shared;
  private final AnswerChecks checks;
  private final OperationChecks others;
  private final Random random;

  ClientKeys(Asker asker, ClientReservations reservations, ClientCredits credits) {
    this.asker = asker;
    this.reservations = reservations;
    this.credits = credits;
    this.world = asker.world;
    this.shared = asker.shared;
    this.checks = asker.checks;
    this.others = asker.others;
    this.random = asker.random;
  }

  void again() {
    if (asker.finished.isEmpty()) {
      reservations.reserve(true, false);
      return;
    }
    again(asker.finished.get(random.nextInt(asker.finished.size())));
  }

  <T> void again(Asker.Finished<T> one) {
    asker.start(one.question(), one.told());
  }

  /** The same key for something else is refused, whatever it was for. */
  void reuse(Asker.UsedKey used) {
    String org = used.entity().org();
    Credits amount = new Credits(1 + random.nextInt(5));
    // Unlike whatever the key was used for.
    OperationChecks.Asked asked =
        asker.asked(used.entity(), used.key(), Long.MIN_VALUE, used.kind());
    Attribution attribution = asker.attribution(used.kind(), org, used.key());
    if (used.kind().equals("reserve")) {
      reserveAgain(used, amount, asked);
      return;
    }
    WalletCommand command =
        switch (used.kind()) {
          case "grant" ->
              new WalletCommand.AddGrant(
                  credits.grant("again" + shared.names++, amount, world.cluster.owner(org).now()),
                  null,
                  attribution);
          case "adjust" ->
              new WalletCommand.Adjust(SimulatedClient.TYPE, amount.negated(), null, attribution);
          default ->
              new WalletCommand.TransferOut("nowhere", SimulatedClient.TYPE, amount, attribution);
        };
    asker.ask(
        "%s of %s with the key %s that was used".formatted(used.kind(), used.entity(), used.key()),
        used.entity(),
        command,
        asked.operation(),
        answer -> others.keyReused(answer, asked, Rarity.KEY_REUSED),
        reply -> reply);
  }

  void reserveAgain(Asker.UsedKey used, Credits amount, OperationChecks.Asked asked) {
    ReserveRequest request =
        new ReserveRequest(
            Subject.ofOrg(used.entity().org()),
            null,
            null,
            null,
            SimulatedClient.WALLETS.getFirst(),
            null,
            amount,
            SimulatedClient.TYPE,
            10,
            OveragePolicy.RECORD,
            false,
            false,
            Map.of());
    asker.<Decided>start(
        "reserve %s with the key %s that was used".formatted(amount, used.key()),
        used.entity(),
        List.of(used.entity()),
        replyTo ->
            new EntityMessage.Reserve(
                new OrgCommand.Reserve(request, used.key(), Asker.ACTOR, used.key(), asker.salt()),
                asked.operation(),
                replyTo),
        (node, answer) -> {},
        answer -> others.keyReused(answer, asked, Rarity.RESERVE_KEY_REUSED),
        decided -> decided);
  }

  /** The same key for something else is refused. */
  void reuse() {
    if (!shared.keys.isEmpty() && random.nextBoolean()) {
      reuse(shared.keys.get(random.nextInt(shared.keys.size())));
      return;
    }
    SimulatedClient.Reserved reserved = reservations.reserved();
    if (reserved == null) {
      reservations.reserve(false, false);
      return;
    }
    Credits amount = Credits.of(1 + random.nextInt(3));
    reservations.commit(
        "commit %s of %s with a key that may have been used".formatted(amount, reserved.id()),
        reserved,
        reserved.withKey(),
        amount,
        shared.reused.computeIfAbsent(reserved.id(), id -> asker.key()));
  }
}
