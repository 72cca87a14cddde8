package dev.bursar.simulation;

import dev.bursar.domain.enforcement.Decided;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.entities.EntityMessage;
import dev.bursar.simulation.history.Call;
import java.util.List;

/** What a client asks with a key that was used for something else. */
final class ClientKeys {

  private final Asker asker;
  private final OperationChecks others;

  ClientKeys(Asker asker) {
    this.asker = asker;
    this.others = asker.others;
  }

  /** The same key for something else is refused, whatever it was for. */
  void reuse(Call call, String key) {
    String kind = kind(call);
    Attribution attribution = asker.attribution(kind, call.org(), key);
    switch (call) {
      case Call.Reserve reserve -> reserve(reserve, key);
      case Call.AddGrant it ->
          reuse(kind, it, new WalletCommand.AddGrant(it.grant(), null, attribution), key);
      case Call.Adjust it ->
          reuse(
              kind,
              it,
              new WalletCommand.Adjust(it.creditType(), it.amount(), null, attribution),
              key);
      case Call.Transfer it ->
          reuse(
              kind,
              it,
              new WalletCommand.TransferOut(it.to(), it.creditType(), it.amount(), attribution),
              key);
      case Call other -> throw new IllegalArgumentException("not with a used key: " + other);
    }
  }

  private static String kind(Call call) {
    return switch (call) {
      case Call.Reserve it -> "reserve";
      case Call.AddGrant it -> "grant";
      case Call.Adjust it -> "adjust";
      case Call.Transfer it -> "transfer";
      case Call other -> throw new IllegalArgumentException("not with a used key: " + other);
    };
  }

  /** Unlike whatever the key was used for. */
  private OperationChecks.Asked asked(EntityId entity, String key, String kind) {
    return asker.asked(entity, key, Long.MIN_VALUE, kind);
  }

  private void reuse(String kind, Call.OfWallet call, WalletCommand command, String key) {
    OperationChecks.Asked asked = asked(call.wallet(), key, kind);
    asker.ask(
        "%s of %s with the key %s that was used".formatted(kind, call.wallet(), key),
        call.wallet(),
        command,
        asked.operation(),
        answer -> others.keyReused(answer, asked, Rarity.KEY_REUSED),
        reply -> reply);
  }

  private void reserve(Call.Reserve call, String key) {
    EntityId org = EntityId.org(call.org());
    ReserveRequest request = call.request();
    OperationChecks.Asked asked = asked(org, key, "reserve");
    asker.<Decided>start(
        "reserve %s with the key %s that was used".formatted(request.amount(), key),
        org,
        List.of(org),
        replyTo ->
            new EntityMessage.Reserve(
                new OrgCommand.Reserve(request, key, Asker.ACTOR, key, asker.salt()),
                asked.operation(),
                replyTo),
        (node, answer) -> {},
        answer -> others.keyReused(answer, asked, Rarity.RESERVE_KEY_REUSED),
        decided -> decided);
  }
}
