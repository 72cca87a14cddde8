package dev.bursar.entities;

import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.entity.Batch;
import dev.bursar.domain.entity.Recorded;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.ledger.Transaction;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.wallet.Transfer;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletEvent;
import dev.bursar.domain.wallet.WalletReply;
import dev.bursar.entities.EntityMessage.TakeClosure;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A wallet's entity at work. When it starts, it asks the org about the reservations it finds open.
 * Once it is in the journal how a reservation ended, it tells the org and the team, and tells them
 * again until they have it in theirs.
 */
public final class WalletEntity extends RunningEntity<WalletCommand, WalletEvent, WalletReply> {

  /** Longer than an org or a team keeps it before it is in its journal. */
  private static final int TICKS_UNTIL_TOLD_AGAIN = 2;

  private record Untaken(EntityId by, Closure closure, int sentAtTick) {}

  private final Questions questions = new Questions(each -> Reopened.barAtOrg(this, each));
  private final Questions questionsAboutTransfers = new Questions(this::sendTransfer);
  private final Map<String, Transfer> transfers = new HashMap<>();

  /** Those that the other wallet could not take, and is to bar before they come back. */
  private final Set<String> refusedTransfers = new HashSet<>();

  private final Map<String, Untaken> untaken = new LinkedHashMap<>();
  private int ticks;

  /**
   * Starts it: it recovers, and looks at what is open from before.
   *
   * @param reply what an event answers to the command that led to it
   */
  public WalletEntity(
      EntityId id,
      Function<WalletEvent, WalletReply> reply,
      Limits limits,
      Host<WalletCommand, WalletEvent> host) {
    super(id, reply, limits, host);
    reopen();
  }

  @Override
  void reopen() {
    inbox.add(
        new Request<>(new WalletCommand.ListOpen(), null),
        new Replying<>(
            inbox,
            answer -> {
              if (answer instanceof Answer.Done<WalletReply> done
                  && done.value() instanceof WalletReply.OpenList open) {
                open.reservations().forEach(questions::add);
                reopenTransfers();
              } else {
                reopenLater();
              }
            }));
  }

  /**
   * Org and team look again all the time. A wallet is woken when something is due; but a transfer
   * that came late into its journal is due never.
   */
  @Override
  void journalStopped() {
    lookAgain();
  }

  /** Right after the journal was looked at. */
  private void reopenTransfers() {
    inbox.add(
        new Request<>(new WalletCommand.ListTransfers(), null),
        new Replying<>(
            inbox,
            answer -> {
              if (answer instanceof Answer.Done<WalletReply> done
                  && done.value() instanceof WalletReply.TransferList list) {
                list.transfers().forEach(this::onItsWay);
              } else {
                reopenLater();
              }
            }));
  }

  /** The other wallet is told until it has the credits, or can't take them. */
  private void onItsWay(Transfer transfer) {
    transfers.put(transfer.id(), transfer);
    questionsAboutTransfers.add(transfer.id());
  }

  private void sendTransfer(String id) {
    Transfer transfer = transfers.get(id);
    if (transfer != null) {
      tell(
          EntityId.wallet(this.id.org(), transfer.to()),
          new EntityMessage.AskFor<>(
              id,
              new Request<WalletCommand>(
                  refusedTransfers.contains(id)
                      ? new WalletCommand.BarTransfer(transfer)
                      : new WalletCommand.TransferIn(transfer),
                  null),
              host.self()));
    }
  }

  private void transferAnswered(EntityMessage.WalletAnswered it) {
    String transfer = it.reservation();
    if (!transfers.containsKey(transfer) || !Reopened.isFinal(it.answer())) {
      return;
    }
    if (!(it.answer() instanceof Answer.Done<WalletReply> done)) {
      refusedTransfers.add(transfer);
      sendTransfer(transfer);
      return;
    }
    WalletCommand end =
        done.value() instanceof WalletReply.TransferTaken
            ? new WalletCommand.SettleTransfer(transfer)
            : new WalletCommand.ReturnTransfer(transfer);
    inbox.add(
        new Request<>(end, null),
        new Replying<>(
            inbox,
            answer -> {
              if (Reopened.isFinal(answer)) {
                questionsAboutTransfers.answered(transfer);
                transfers.remove(transfer);
                refusedTransfers.remove(transfer);
              }
            }));
  }

  @Override
  void written(Batch<WalletEvent> batch) {
    for (Recorded<WalletEvent> recorded : batch.recorded()) {
      switch (recorded.event()) {
        case WalletEvent.Opened it when it.wallet().equals(ReserveRequest.MAIN_WALLET) ->
            tell(EntityId.org(id.org()), new EntityMessage.MainWalletOpened());
        case WalletEvent.TransferredOut it -> onItsWay(it.transfer());
        // A team may have counted it from the middle on: it asks for the end, and not for more.
        case WalletEvent.Committed it -> ended(it, it.teamHolds() || it.late(), it.transaction());
        case WalletEvent.Charged it -> ended(it, it.teamHolds(), it.transaction());
        case WalletEvent.UsageCharged it -> ended(it, it.teamHolds(), it.transaction());
        case WalletEvent.Released it -> ended(it, it.teamHolds(), it.transaction());
        case WalletEvent.LeaseSettled it -> ended(it, it.teamHolds(), it.transaction());
        case WalletEvent other -> {}
      }
    }
  }

  /** Nobody here knows of what another incarnation holds: it is asked about. */
  @Override
  void missed(Batch<WalletEvent> batch) {
    written(batch);
    for (Recorded<WalletEvent> recorded : batch.recorded()) {
      if (recorded.event() instanceof WalletEvent.CreditsHeld held) {
        questions.add(held.hold().reservation());
      }
    }
  }

  private void ended(WalletEvent event, boolean teamHolds, Transaction transaction) {
    Closure closure = event.closure();
    if (closure == null) {
      return;
    }
    tellUntilTaken(new Untaken(EntityId.org(id.org()), closure, ticks));
    String team = transaction.attribution().subject().team();
    if (teamHolds && team != null) {
      tellUntilTaken(new Untaken(EntityId.team(id.org(), team), closure, ticks));
    }
  }

  private void tellUntilTaken(Untaken news) {
    Closure closure = news.closure;
    String key = news.by.kind() + ":" + closure.kind() + ":" + closure.reservation();
    if (closure.kind() == Closure.Kind.SHRUNK) {
      // A lease may shrink more than once.
      key += ":" + closure.charged();
    }
    untaken.put(key, news);
    tell(news.by, new TakeClosure(closure, key, host.self()));
  }

  @Override
  void onTick() {
    ticks++;
    questions.onTick();
    questionsAboutTransfers.onTick();
    for (Untaken news : untaken.values().toArray(new Untaken[0])) {
      if (ticks - news.sentAtTick > TICKS_UNTIL_TOLD_AGAIN) {
        tellUntilTaken(new Untaken(news.by, news.closure, ticks));
      }
    }
  }

  @Override
  boolean isBusy() {
    return !untaken.isEmpty() || !questions.isEmpty() || !questionsAboutTransfers.isEmpty();
  }

  @Override
  void onOther(EntityMessage message) {
    switch (message) {
      case EntityMessage.WalletAnswered it -> transferAnswered(it);
      case EntityMessage.ClosureTaken taken -> untaken.remove(taken.key());
      case EntityMessage.OrgAnswered it when Reopened.isFinal(it.answer()) -> {
        questions.answered(it.reservation());
        if (Reopened.isUnknown(it.answer())) {
          takeBack(it.reservation());
        }
      }
      case EntityMessage other -> {}
    }
  }

  /** It was open when the org was asked; if it has ended since, that stands. */
  private void takeBack(String reservation) {
    inbox.add(
        new Request<>(new WalletCommand.Cancel(reservation, null), null),
        new Replying<>(
            inbox,
            answer -> {
              if (!Reopened.isFinal(answer)) {
                questions.add(reservation);
              }
            }));
  }

  @Override
  EntityMessage answered(String reservation, Answer<WalletReply> answer, long row) {
    return new EntityMessage.WalletAnswered(reservation, answer, row);
  }

  @Override
  @Nullable String remembered(WalletEvent event) {
    Closure closure = event.closure();
    return closure != null && closure.kind() != Closure.Kind.SHRUNK
        ? closure.reservation()
        : event instanceof WalletEvent.HoldBarred barred ? barred.reservation() : null;
  }

  @Override
  Instant at(WalletEvent event) {
    return event.at();
  }

  @Override
  WalletCommand settle(TakeClosure message) {
    throw new IllegalStateException("a wallet is told of no endings: it decides them");
  }
}
