package dev.bursar.simulation;

import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.team.TeamCommand;
import dev.bursar.domain.team.TeamReply;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletReply;
import dev.bursar.entities.EntityMessage;
import java.util.HashSet;
import java.util.Set;

/** Counts how often the protocol takes each of its seldom ways, by the messages that it sends. */
final class Branches {

  private final Watch watch;
  private final Set<String> toBeBarred = new HashSet<>();
  private final Set<String> askedByWallet = new HashSet<>();
  private final Set<String> closuresTold = new HashSet<>();

  /** What was last told that is told until it is known to have come, and when. */
  private String lastTold = "";

  private long lastToldMicros;

  Branches(Watch watch) {
    this.watch = watch;
  }

  /** Whoever had something to tell has told it, and knows that it has come. */
  void expectToldBy(long micros) {
    watch.expect(
        lastToldMicros <= micros,
        "I12",
        "telling does not come to an end: at %d µs again %s",
        lastToldMicros,
        lastTold);
  }

  private static boolean isToldUntilItHasCome(EntityMessage message) {
    return message instanceof EntityMessage.TakeClosure
        || (message instanceof EntityMessage.AskFor<?> ask
            && (ask.request().command() instanceof WalletCommand.TransferIn
                || ask.request().command() instanceof WalletCommand.BarTransfer
                || ask.request().command() instanceof WalletCommand.ChangePlanGrants));
  }

  /** An entity sends another a message. */
  void sent(EntityId from, EntityMessage message) {
    if (isToldUntilItHasCome(message)) {
      lastTold = message.toString();
      lastToldMicros = watch.nowMicros();
    }
    switch (message) {
      case EntityMessage.TakeClosure closure -> {
        if (!closuresTold.add(closure.key())) {
          watch.saw(Rarity.CLOSURE_TOLD_AGAIN);
        }
      }
      case EntityMessage.AskFor<?> ask -> {
        Object command = ask.request().command();
        // Of what somebody was told may be spent, an answer is only told again.
        boolean bars = command instanceof WalletCommand.Bar || command instanceof TeamCommand.Bar;
        if (from.kind() == EntityId.Kind.ORG && bars && !watch.promises.has(ask.reservation())) {
          toBeBarred.add(ask.reservation());
          watch.saw(Rarity.BARRED_BEFORE_A_DENIAL);
        }
        if (command instanceof OrgCommand.Bar) {
          askedByWallet.add(ask.reservation());
          watch.saw(Rarity.WALLET_ASKS_ABOUT_A_HOLD);
        }
      }
      case EntityMessage other -> {}
    }
  }

  /** An entity is answered by another. */
  void answered(EntityMessage message) {
    boolean retracted =
        switch (message) {
          case EntityMessage.TeamAnswered(
                  String reservation,
                  Answer.Done<TeamReply>(TeamReply reply, boolean again),
                  long row) ->
              reply instanceof TeamReply.Held && toBeBarred.remove(reservation);
          case EntityMessage.WalletAnswered(
                  String reservation,
                  Answer.Done<WalletReply>(WalletReply reply, boolean again),
                  long row) ->
              reply instanceof WalletReply.Open && toBeBarred.remove(reservation);
          case EntityMessage other -> false;
        };
    if (retracted) {
      watch.saw(Rarity.DENIAL_RETRACTED);
    }
  }

  /** An org has told itself what it knows of a reservation that it had given up. */
  void toldItself(EntityMessage told) {
    if (told
            instanceof
            EntityMessage.OrgAnswered(
                String reservation,
                Answer.Done<OrgReply>(OrgReply reply, boolean again))
        && !askedByWallet.contains(reservation)) {
      if (reply instanceof OrgReply.Begun) {
        watch.saw(Rarity.BEGUN_AFTER_ALL);
      } else if (reply instanceof OrgReply.Barred) {
        watch.saw(Rarity.ATTEMPT_BARRED_BY_THE_ORG);
      }
    }
  }
}
