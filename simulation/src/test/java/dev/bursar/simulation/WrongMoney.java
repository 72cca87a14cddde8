package dev.bursar.simulation;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.credits.Money;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.ledger.Posting;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.domain.wallet.Charge;
import dev.bursar.domain.wallet.Draw;
import dev.bursar.domain.wallet.Grant;
import dev.bursar.domain.wallet.Recurrence;
import dev.bursar.domain.wallet.Taken;
import dev.bursar.domain.wallet.Transfer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Grants, transfers and entries with other amounts than they should have. */
final class WrongMoney {

  /** Who has paid what nobody has. */
  private static final String NOBODY = "nobody";

  private WrongMoney() {}

  /** A grant of a millionth more. */
  static Grant more(Grant of) {
    return of(of, of.amount().plus(new Credits(1)), of.category());
  }

  /** A grant that burns last of those that should burn first, and the other way around. */
  static Grant ofTheOtherCategory(Grant of) {
    return of(
        of,
        of.amount(),
        of.category() == Grant.Category.PAID ? Grant.Category.PROMOTIONAL : Grant.Category.PAID);
  }

  /** A grant that pays for whatever there is. */
  static Grant forAll(Grant of) {
    return new Grant(
        of.id(),
        of.creditType(),
        of.amount(),
        of.category(),
        of.priority(),
        of.effectiveAt(),
        of.expiresAt(),
        Set.of(),
        Set.of(),
        of.costBasis(),
        of.recurrence(),
        of.source(),
        of.createdAt());
  }

  /** A grant of whose intervals nothing is carried over, if it comes again. */
  static Grant rollingNothingOver(Grant of) {
    Recurrence r = of.recurrence();
    return r == null
        ? of
        : new Grant(
            of.id(),
            of.creditType(),
            of.amount(),
            of.category(),
            of.priority(),
            of.effectiveAt(),
            of.expiresAt(),
            of.features(),
            of.models(),
            of.costBasis(),
            new Recurrence(
                new Recurrence.Terms(
                    r.terms().interval(), r.terms().anchor(), Credits.ZERO, Credits.ZERO),
                r.anchor(),
                r.until(),
                r.amount(),
                r.costBasis(),
                r.series(),
                r.period()),
            of.source(),
            of.createdAt());
  }

  /** A charge as if it had been drawn the other way around. */
  static Charge reversed(Charge of) {
    return new Charge(
        of.transaction(),
        of.creditType(),
        of.draws().reversed(),
        of.debt(),
        of.paid(),
        of.forgiven(),
        of.refunded(),
        of.through());
  }

  /** A charge as if what was forgiven of its debt had been paid, by who is not there. */
  static Charge paidByNobody(Charge of) {
    if (of.forgiven().isZero()) {
      return of;
    }
    List<Draw> paid = new ArrayList<>();
    paid.add(new Draw(NOBODY, of.forgiven()));
    paid.addAll(of.paid());
    return new Charge(
        of.transaction(),
        of.creditType(),
        of.draws(),
        of.debt(),
        paid,
        Credits.ZERO,
        of.refunded(),
        of.through());
  }

  /** What was taken, as if nothing had gone back since. */
  static Taken nothingReturned(Taken of) {
    return new Taken(
        of.transaction(),
        of.at(),
        of.last(),
        of.creditType(),
        of.voided(),
        of.draws(),
        Credits.ZERO,
        of.through());
  }

  /** A grant of another amount. */
  static Grant of(Grant of, Credits amount) {
    return of(of, amount, of.category());
  }

  /** A grant that nobody has paid for. */
  static Grant free(Grant of) {
    return of(of, of.amount(), of.category(), null);
  }

  private static Grant of(Grant of, Credits amount, Grant.Category category) {
    return of(of, amount, category, of.costBasis());
  }

  private static Grant of(Grant of, Credits amount, Grant.Category category, @Nullable Money cost) {
    return new Grant(
        of.id(),
        of.creditType(),
        amount,
        category,
        of.priority(),
        of.effectiveAt(),
        of.expiresAt(),
        of.features(),
        of.models(),
        cost,
        of.recurrence(),
        of.source(),
        of.createdAt());
  }

  /** A transfer that says that it is of a millionth more than its draws. */
  static Transfer more(Transfer of) {
    return new Transfer(
        of.id(),
        of.from(),
        of.to(),
        of.creditType(),
        of.amount().plus(new Credits(1)),
        of.draws(),
        of.grants(),
        of.attribution());
  }

  /** A transfer of parts for each of which a millionth more was paid. */
  static Transfer dearer(Transfer of) {
    return new Transfer(
        of.id(),
        of.from(),
        of.to(),
        of.creditType(),
        of.amount(),
        of.draws(),
        of.grants().stream().map(WrongMoney::dearer).toList(),
        of.attribution());
  }

  private static Grant dearer(Grant of) {
    Money cost = of.costBasis();
    return cost == null
        ? of
        : of(
            of,
            of.amount(),
            of.category(),
            new Money(cost.amount().plus(new Credits(1)), cost.currency()));
  }

  /** A transfer that has lost a millionth on its way, if its last grant is of more. */
  static Transfer lessOfTheLast(Transfer of) {
    Grant last = of.grants().getLast();
    Credits less = last.amount().minus(new Credits(1));
    if (!less.isPositive()) {
      return of;
    }
    List<Grant> grants = new ArrayList<>(of.grants());
    grants.set(grants.size() - 1, of(last, less, last.category()));
    return new Transfer(
        of.id(),
        of.from(),
        of.to(),
        of.creditType(),
        of.amount().minus(new Credits(1)),
        of.draws(),
        grants,
        of.attribution());
  }

  /** A transaction without any of its entries. */
  static Transaction withoutEntries(Transaction of) {
    return only(each -> false, of);
  }

  /** A transaction without its entries of a type. */
  static Transaction without(EntryType type, Transaction of) {
    return only(each -> each.type() != type, of);
  }

  private static Transaction only(Predicate<Posting> which, Transaction of) {
    return new Transaction(
        of.id(),
        of.postedAt(),
        of.creditType(),
        of.reservation(),
        of.corrects(),
        of.attribution(),
        of.previousHash(),
        of.postings().stream().filter(which).toList());
  }
}
