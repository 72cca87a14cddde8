package dev.bursar.simulation;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.wallet.ChargeTrace;
import dev.bursar.domain.wallet.Grant;
import dev.bursar.domain.wallet.Recurrence;
import dev.bursar.domain.wallet.Taken;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletReply;
import dev.bursar.simulation.history.Call;
import dev.bursar.simulation.history.Known;
import java.math.BigInteger;
import java.util.List;
import java.util.Objects;

/** What a client asks about grants, and to have credits corrected or moved. */
final class ClientCredits {

  private static final int BEHIND_MAX = 6;

  private final Asker asker;
  private final World world;
  private final Known known;
  private final OperationChecks others;

  ClientCredits(Asker asker) {
    this.asker = asker;
    this.world = asker.world;
    this.known = asker.known;
    this.others = asker.others;
  }

  void grant(Call.AddGrant call, String key) {
    EntityId wallet = call.wallet();
    Grant grant = call.grant();
    Recurrence.Terms recurrence = call.recurrence();
    OperationChecks.Asked asked =
        asker.asked(wallet, key, (grant + "" + recurrence).hashCode(), "grant");
    asker.ask(
        "grant %s of %s to %s, %s".formatted(grant.id(), grant.amount(), wallet, recurrence),
        wallet,
        new WalletCommand.AddGrant(
            grant, recurrence, asker.attribution("grant", wallet.org(), key)),
        asked.operation(),
        answer -> {
          others.granted(answer, asked, grant, recurrence);
          asker.used(answer, call, key);
          if (answer instanceof Answer.Done<WalletReply>) {
            known.granted(wallet, grant.id());
          }
        },
        reply -> ((WalletReply.GrantAdded) reply).grant().grant().id());
  }

  void voidGrant(Call.VoidGrant call, String key) {
    EntityId wallet = call.wallet();
    String grant = call.grant();
    String granted = wallet + "|" + grant;
    OperationChecks.Asked asked = asker.asked(wallet, key, 0, "void:" + granted);
    asker.ask(
        "void " + granted,
        wallet,
        new WalletCommand.VoidGrant(grant, asker.attribution("void", wallet.org(), key)),
        asked.operation(),
        answer -> others.voided(answer, asked, grant),
        reply -> reply);
  }

  void adjust(Call.Adjust call, String key) {
    EntityId wallet = call.wallet();
    String creditType = call.creditType();
    Credits amount = call.amount();
    OperationChecks.Asked asked =
        asker.asked(wallet, key, (creditType + amount).hashCode(), "adjust");
    asker.ask(
        "adjust %s by %s %s".formatted(wallet, amount, creditType),
        wallet,
        new WalletCommand.Adjust(
            creditType, amount, call.grant(), asker.attribution("adjust", wallet.org(), key)),
        asked.operation(),
        answer -> {
          others.adjusted(answer, asked, creditType, amount);
          asker.used(answer, call, key);
        },
        reply -> ((WalletReply.Corrected) reply).transaction().id());
  }

  void refund(Call.Refund call, String key) {
    EntityId wallet = call.wallet();
    Credits amount = call.amount();
    Transaction of =
        Objects.requireNonNull(world.watch.wallet(wallet).charges.get(call.transaction()));
    OperationChecks.Asked asked =
        asker.asked(wallet, key, amount == null ? 0 : amount.micros(), "refund:" + of.id());
    BigInteger left = world.watch.wallet(wallet).notRefunded(of.id());
    asker.ask(
        "refund %s of %s".formatted(amount, of.id()),
        wallet,
        () ->
            new WalletCommand.Refund(
                ChargeTrace.of(of, read(wallet, of)),
                amount,
                asker.attribution("refund", wallet.org(), key)),
        asked.operation(),
        answer -> others.refunded(answer, asked, of.id(), amount, left),
        reply -> ((WalletReply.Corrected) reply).transaction().id());
  }

  /** What was taken away by hand, or with a grant that was voided, goes back. */
  void reverse(EntityId wallet, Transaction taking, Credits amount, String key) {
    OperationChecks.Asked asked =
        asker.asked(wallet, key, amount.micros(), "adjust:" + taking.id());
    BigInteger left = world.watch.wallet(wallet).notReturned(taking);
    asker.ask(
        "give back %s of %s".formatted(amount, taking.id()),
        wallet,
        () ->
            new WalletCommand.Reverse(
                taking.creditType(),
                amount,
                Taken.of(taking, read(wallet, taking)),
                asker.attribution("adjust", wallet.org(), key)),
        asked.operation(),
        answer -> others.reversed(answer, asked, taking, amount, left),
        reply -> ((WalletReply.Corrected) reply).transaction().id());
  }

  /** The ledger, up to an entry: whoever reads it may be a little behind. */
  private List<Transaction> read(EntityId wallet, Transaction of) {
    List<Transaction> ledger = world.watch.wallet(wallet).ledger;
    int behind = asker.random.nextBoolean() ? 0 : asker.random.nextInt(BEHIND_MAX);
    return List.copyOf(ledger.subList(0, Math.max(ledger.indexOf(of) + 1, ledger.size() - behind)));
  }

  void transfer(Call.Transfer call, String key) {
    EntityId from = call.wallet();
    String to = call.to();
    Credits amount = call.amount();
    String creditType = call.creditType();
    OperationChecks.Asked asked =
        asker.asked(from, key, (creditType + amount).hashCode(), "transfer");
    asker.ask(
        "transfer %s %s from %s to %s".formatted(amount, creditType, from.name(), to),
        from,
        new WalletCommand.TransferOut(
            to, creditType, amount, asker.attribution("transfer", from.org(), key)),
        asked.operation(),
        answer -> {
          others.transferred(answer, asked, to, creditType, amount);
          asker.used(answer, call, key);
        },
        reply -> ((WalletReply.Transferred) reply).transfer().id());
  }
}
