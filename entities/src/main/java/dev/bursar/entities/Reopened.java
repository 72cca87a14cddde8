package dev.bursar.entities;

import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.identity.ReservationId;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Origin;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletReply;
import org.jspecify.annotations.Nullable;

/**
 * What an entity does about reservations that it finds open when it starts. Org and team ask the
 * wallet, which alone decides how a reservation ends; the wallet asks the org, which alone knows
 * whether it ever began. So what a crash kept them from hearing, they hear then.
 */
final class Reopened {

  private Reopened() {}

  /**
   * Asks a reservation's wallet what has become of it.
   *
   * @param origin since when something may have; null if so lately that the wallet remembers it
   */
  static void askWallet(
      RunningEntity<?, ?, ?> asking, String reservation, @Nullable Origin origin) {
    askWallet(asking, reservation, new WalletCommand.Find(reservation, origin), asking.host.self());
  }

  /**
   * The same, for an org, which may ask the wallet for the reservation itself at the same time:
   * what it finds is no answer to that.
   */
  static void findAtWallet(
      RunningEntity<?, ?, ?> asking, String reservation, @Nullable Origin origin) {
    askWallet(
        asking,
        reservation,
        new WalletCommand.Find(reservation, origin),
        new Finder(asking.host.self()));
  }

  /** Where what is found goes. */
  private record Finder(ReplyTo<EntityMessage> org) implements ReplyTo<EntityMessage> {
    @Override
    public void tell(EntityMessage answer) {
      org.tell(
          answer instanceof EntityMessage.WalletAnswered it
              ? new EntityMessage.WalletFound(it.reservation(), it.answer(), it.row())
              : answer);
    }
  }

  /** Has a reservation's wallet tell what has become of it, or bar it. */
  static void barAtWallet(
      RunningEntity<?, ?, ?> asking, String reservation, @Nullable Origin origin) {
    askWallet(asking, reservation, new WalletCommand.Bar(reservation, origin), asking.host.self());
  }

  private static void askWallet(
      RunningEntity<?, ?, ?> asking,
      String reservation,
      WalletCommand command,
      ReplyTo<EntityMessage> replyTo) {
    ReservationId id = ReservationId.parse(reservation);
    if (id != null) {
      asking.tell(
          EntityId.wallet(id.org(), id.wallet()),
          new EntityMessage.AskFor<>(reservation, new Request<>(command, null), replyTo));
    }
  }

  /** Asks the org what it knows of a reservation. */
  static void findAtOrg(RunningEntity<?, ?, ?> asking, String reservation) {
    askOrg(asking, reservation, new OrgCommand.FindReservation(reservation));
  }

  /** Has the org tell what it knows of a reservation that has not ended, or bar it. */
  static void barAtOrg(RunningEntity<?, ?, ?> asking, String reservation) {
    askOrg(asking, reservation, new OrgCommand.Bar(reservation));
  }

  private static void askOrg(
      RunningEntity<?, ?, ?> asking, String reservation, OrgCommand command) {
    asking.tell(
        EntityId.org(asking.id.org()),
        new EntityMessage.AskFor<>(reservation, new Request<>(command, null), asking.host.self()));
  }

  /** Whether it is an answer at all: who is busy or away is asked again. */
  static boolean isFinal(Answer<?> answer) {
    return answer instanceof Answer.Done || answer instanceof Answer.Refused;
  }

  /**
   * Whether the org's answer says that nobody was ever told to spend on this reservation: it was
   * denied, or what the org decided never came into its journal, as it has made sure of there.
   */
  static boolean isUnknown(Answer<OrgReply> answer) {
    return switch (answer) {
      case Answer.Done<OrgReply> done ->
          done.value() instanceof OrgReply.Denied || done.value() instanceof OrgReply.Barred;
      case Answer.Refused<OrgReply> refused -> false;
      case Answer.Busy<OrgReply> busy -> false;
      case Answer.Unreachable<OrgReply> away -> false;
    };
  }

  /** The closure that the wallet's answer amounts to; null while the reservation is open. */
  static @Nullable Closure closure(String reservation, WalletReply answer) {
    return switch (answer) {
      case WalletReply.Ended ended -> {
        Closure.Kind kind =
            switch (ended.status()) {
              case "expired" -> Closure.Kind.EXPIRED;
              case "committed" -> ended.late() ? Closure.Kind.LATE : Closure.Kind.COMMITTED;
              default -> Closure.Kind.ENDED;
            };
        yield new Closure(reservation, ended.amount(), kind, ended.usage())
            .drawnFrom(ended.lease(), ended.covered())
            .costing(ended.cost());
      }
      case WalletReply.LeaseSettled it when reservation.equals(it.added()) ->
          Closure.added(reservation, it.lease());
      case WalletReply.Barred barred -> Closure.givenBack(reservation);
      case WalletReply other -> null;
    };
  }
}
