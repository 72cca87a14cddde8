package dev.bursar.simulation;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.credits.Money;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.ledger.Posting;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.wallet.Charge;
import dev.bursar.domain.wallet.Draw;
import dev.bursar.domain.wallet.Grant;
import dev.bursar.domain.wallet.Recurrence;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletReply;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;

/** What a client asks about grants, and to have credits corrected or moved. */
final class ClientCredits {

  private final Asker asker;
  private final ClientReservations reservations;
  private final World world;
  private final Asker.Shared shared;
  private final OperationChecks others;
  private final Random random;

  ClientCredits(Asker asker, ClientReservations reservations) {
    this.asker = asker;
    this.reservations = reservations;
    this.world = asker.world;
    this.shared = asker.shared;
    this.others = asker.others;
    this.random = asker.random;
  }

  void grant() {
    String org = asker.org();
    EntityId wallet = asker.wallet(org);
    String id = "g" + shared.names++;
    Credits amount = Credits.of(1 + random.nextInt(80));
    Grant grant = grant(id, amount, world.cluster.owner(org).now());
    Recurrence.Terms recurrence = random.nextInt(4) == 0 ? recurrence(grant) : null;
    String key = asker.key();
    OperationChecks.Asked asked =
        asker.asked(wallet, key, (grant + "" + recurrence).hashCode(), "grant");
    asker.ask(
        "grant %s of %s to %s, %s".formatted(id, amount, wallet, recurrence),
        wallet,
        new WalletCommand.AddGrant(grant, recurrence, asker.attribution("grant", org, key)),
        asked.operation(),
        answer -> {
          others.granted(answer, asked, grant, recurrence);
          asker.used(answer, "grant", wallet, key);
          if (answer instanceof Answer.Done<WalletReply>) {
            shared.grants.add(wallet + "|" + id);
          }
        },
        reply -> ((WalletReply.GrantAdded) reply).grant().grant().id());
  }

  /** Usable now or some time later, for everything or for some, for ever or until it ends. */
  Grant grant(String id, Credits amount, Instant now) {
    Instant effectiveAt =
        random.nextInt(4) == 0 ? now.plusSeconds(1 + random.nextInt(60)) : now.minusSeconds(1);
    return new Grant(
        id,
        asker.some(SimulatedClient.TYPES),
        amount,
        Grant.Category.values()[random.nextInt(3)],
        random.nextInt(3) * 25,
        effectiveAt,
        random.nextBoolean() ? null : effectiveAt.plusSeconds(2 + random.nextInt(90)),
        random.nextInt(4) == 0 ? Set.of(asker.some(SimulatedClient.FEATURES)) : Set.of(),
        random.nextInt(6) == 0 ? Set.copyOf(SimulatedClient.MODELS.subList(0, 1)) : Set.of(),
        random.nextBoolean() ? new Money(asker.amount(), "USD") : null,
        null,
        Asker.ACTOR,
        now);
  }

  /** Another interval begins soon, or a day, a week or a month after the first. */
  private Recurrence.Terms recurrence(Grant grant) {
    Credits least = random.nextInt(3) == 0 ? Credits.of(random.nextInt(30)) : Credits.ZERO;
    return new Recurrence.Terms(
        Recurrence.Interval.values()[random.nextInt(3)],
        random.nextInt(3) == 0 ? null : grant.effectiveAt().plusSeconds(1 + random.nextInt(60)),
        least,
        random.nextBoolean() ? least : least.plus(asker.amount()));
  }

  void voidGrant() {
    if (shared.grants.isEmpty()) {
      grant();
      return;
    }
    String granted = shared.grants.get(random.nextInt(shared.grants.size()));
    int at = granted.lastIndexOf('|');
    EntityId wallet = EntityId.parse(granted.substring(0, at));
    String key = asker.key();
    String grant = granted.substring(at + 1);
    OperationChecks.Asked asked = asker.asked(wallet, key, 0, "void:" + granted);
    asker.ask(
        "void " + granted,
        wallet,
        new WalletCommand.VoidGrant(grant, asker.attribution("void", wallet.org(), key)),
        asked.operation(),
        answer -> others.voided(answer, asked, grant),
        reply -> reply);
  }

  void adjust() {
    String org = asker.org();
    EntityId wallet = asker.wallet(org);
    boolean more = random.nextBoolean();
    Credits amount = more ? asker.amount() : asker.amount().negated();
    String creditType = asker.some(SimulatedClient.TYPES);
    String key = asker.key();
    OperationChecks.Asked asked =
        asker.asked(wallet, key, (creditType + amount).hashCode(), "adjust");
    asker.ask(
        "adjust %s by %s %s".formatted(wallet, amount, creditType),
        wallet,
        new WalletCommand.Adjust(
            creditType,
            amount,
            more ? "a" + shared.names++ : null,
            asker.attribution("adjust", org, key)),
        asked.operation(),
        answer -> {
          others.adjusted(answer, asked, creditType, amount);
          asker.used(answer, "adjust", wallet, key);
        },
        reply -> ((WalletReply.Corrected) reply).transaction().id());
  }

  void refund() {
    String org = asker.org();
    EntityId wallet = asker.wallet(org);
    List<Transaction> charges = List.copyOf(world.watch.wallet(wallet).charges.values());
    if (charges.isEmpty()) {
      reservations.reserve(true, false);
      return;
    }
    Transaction of = charges.get(random.nextInt(charges.size()));
    List<Draw> draws = new ArrayList<>();
    Credits debt = Credits.ZERO;
    for (Posting posting : of.postings()) {
      String grant = posting.grant();
      if (posting.type() == EntryType.DEBT) {
        debt = debt.plus(posting.amount());
      } else if (grant != null
          && (posting.type() == EntryType.CONSUME || posting.type() == EntryType.LATE_USAGE)) {
        draws.add(new Draw(grant, posting.amount().negated()));
      }
    }
    Charge charge = new Charge(of.id(), of.creditType(), List.copyOf(draws), debt);
    String key = asker.key();
    Credits amount = random.nextBoolean() ? null : asker.amount();
    OperationChecks.Asked asked =
        asker.asked(wallet, key, amount == null ? 0 : amount.micros(), "refund:" + of.id());
    asker.ask(
        "refund %s of %s".formatted(amount, of.id()),
        wallet,
        new WalletCommand.Refund(charge, amount, asker.attribution("refund", org, key)),
        asked.operation(),
        answer -> others.refunded(answer, asked, of.id(), amount),
        reply -> ((WalletReply.Corrected) reply).transaction().id());
  }

  void transfer() {
    String org = asker.org();
    String from = asker.some(SimulatedClient.WALLETS);
    // One that is not there can't take them: they come back.
    String to =
        random.nextInt(3) == 0
            ? "nowhere"
            : SimulatedClient.WALLETS.stream()
                .filter(each -> !each.equals(from))
                .findFirst()
                .orElseThrow();
    Credits amount = asker.amount();
    String creditType = asker.some(SimulatedClient.TYPES);
    String key = asker.key();
    OperationChecks.Asked asked =
        asker.asked(EntityId.wallet(org, from), key, (creditType + amount).hashCode(), "transfer");
    asker.ask(
        "transfer %s %s from %s to %s".formatted(amount, creditType, from, to),
        EntityId.wallet(org, from),
        new WalletCommand.TransferOut(
            to, creditType, amount, asker.attribution("transfer", org, key)),
        asked.operation(),
        answer -> {
          others.transferred(answer, asked, to, creditType, amount);
          asker.used(answer, "transfer", asked.entity(), key);
        },
        reply -> ((WalletReply.Transferred) reply).transfer().id());
  }
}
