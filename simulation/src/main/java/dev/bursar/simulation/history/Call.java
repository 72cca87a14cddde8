package dev.bursar.simulation.history;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Freeze;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Reported;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.org.Unit;
import dev.bursar.domain.wallet.Grant;
import dev.bursar.domain.wallet.Recurrence;
import org.jspecify.annotations.Nullable;

/** Something that a client asks for. */
public sealed interface Call {

  /** The org that it is about. */
  String org();

  /** Something that is asked of one wallet. */
  sealed interface OfWallet extends Call {

    EntityId wallet();

    @Override
    default String org() {
      return wallet().org();
    }
  }

  /**
   * Credits are to be set aside, or charged at once; or it is only tried whether they could be.
   *
   * @param wallet the one that is drawn on, whether or not the request names it
   */
  record Reserve(ReserveRequest request, EntityId wallet) implements OfWallet {}

  /**
   * Work has run, and is told of.
   *
   * @param work as if it were asked for, without the event
   * @param wallet the one that is drawn on
   */
  record Report(ReserveRequest work, Reported event, EntityId wallet) implements OfWallet {}

  /**
   * Credits that some client was allowed to have set aside.
   *
   * @param id the reservation
   * @param amount how much was asked for
   */
  record Reserved(String id, EntityId wallet, Credits amount) {}

  /** Something that is asked of what was set aside. */
  sealed interface OfReserved extends OfWallet {

    Reserved of();

    @Override
    default EntityId wallet() {
      return of().wallet();
    }
  }

  record Commit(Reserved of, Credits amount) implements OfReserved {}

  record Release(Reserved of) implements OfReserved {}

  record Extend(Reserved of, int seconds) implements OfReserved {}

  /**
   * @param recurrence null for one that is given once
   */
  record AddGrant(EntityId wallet, Grant grant, Recurrence.@Nullable Terms recurrence)
      implements OfWallet {}

  record VoidGrant(EntityId wallet, String grant) implements OfWallet {}

  /**
   * @param amount signed
   * @param grant what a grant is named that holds what is added, for those who can name it; null if
   *     something is taken away
   */
  record Adjust(EntityId wallet, String creditType, Credits amount, @Nullable String grant)
      implements OfWallet {}

  /**
   * @param transaction the charge
   * @param amount null for all that is left of it
   */
  record Refund(EntityId wallet, String transaction, @Nullable Credits amount)
      implements OfWallet {}

  /**
   * @param wallet where it comes from
   * @param to a wallet of the same org; there may be none of this name
   */
  record Transfer(EntityId wallet, String to, String creditType, Credits amount)
      implements OfWallet {}

  /** A limit or a mode is changed of a budget that is there. */
  record PutBudget(String org, Budget budget) implements Call {}

  record FreezeScope(String org, Freeze freeze) implements Call {}

  /** A team comes to lie in another department, or in none. */
  record PutUnit(String org, Unit unit) implements Call {}
}
