package dev.bursar.node.entity;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.entity.Batch;
import dev.bursar.domain.entity.Recorded;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletEvent;
import dev.bursar.domain.wallet.WalletReply;
import dev.bursar.node.entity.EntityMessage.TakeClosure;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.jspecify.annotations.Nullable;

/**
 * A wallet's actor. When it starts, it asks the org about the reservations it finds open. Once it
 * is in the journal how a reservation ended, it tells the org and the team, and tells them again
 * until they have it in theirs.
 */
final class WalletEntity extends EntityActor<WalletCommand, WalletEvent, WalletReply> {

  private record Untaken(EntityId by, Closure closure, int sentAtTick) {}

  private final Questions questions = new Questions(each -> Reopened.askOrg(this, each));
  private final Map<String, Untaken> untaken = new LinkedHashMap<>();
  private int ticks;

  private WalletEntity(
      ActorContext<EntityMessage> context, EntityId id, EntityParts parts, Region region) {
    super(context, id, parts.models().wallets, parts, region);
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
              } else {
                reopenLater();
              }
            }));
  }

  static Behavior<EntityMessage> create(EntityId id, EntityParts parts, Region region) {
    return Behaviors.setup(context -> new WalletEntity(context, id, parts, region));
  }

  @Override
  void written(Batch<WalletEvent> batch) {
    for (Recorded<WalletEvent> recorded : batch.recorded()) {
      switch (recorded.event()) {
        case WalletEvent.Committed it ->
            ended(
                new Closure(
                    it.reservation(),
                    it.amount(),
                    it.late() ? Closure.Kind.LATE : Closure.Kind.ENDED),
                it.teamHolds() ? it.transaction().attribution().subject().team() : null);
        case WalletEvent.Charged it ->
            ended(
                new Closure(it.reservation(), it.amount(), Closure.Kind.ENDED),
                it.teamHolds() ? it.transaction().attribution().subject().team() : null);
        case WalletEvent.Released it ->
            ended(
                new Closure(
                    it.reservation(),
                    Credits.ZERO,
                    it.cause() == WalletEvent.Cause.EXPIRED
                        ? Closure.Kind.EXPIRED
                        : Closure.Kind.ENDED),
                it.teamHolds() ? it.transaction().attribution().subject().team() : null);
        case WalletEvent other -> {}
      }
    }
  }

  private void ended(Closure closure, @Nullable String team) {
    tellUntilTaken(new Untaken(EntityId.org(id.org()), closure, ticks));
    if (team != null) {
      tellUntilTaken(new Untaken(EntityId.team(id.org(), team), closure, ticks));
    }
  }

  private void tellUntilTaken(Untaken news) {
    String key = news.by.kind() + ":" + news.closure.kind() + ":" + news.closure.reservation();
    untaken.put(key, news);
    tell(news.by, new TakeClosure(news.closure, key, context.getSelf()));
  }

  @Override
  void onTick() {
    ticks++;
    questions.onTick();
    for (Untaken news : untaken.values().toArray(new Untaken[0])) {
      if (ticks - news.sentAtTick > 1) {
        tellUntilTaken(new Untaken(news.by, news.closure, ticks));
      }
    }
  }

  @Override
  boolean isBusy() {
    return !untaken.isEmpty() || !questions.isEmpty();
  }

  @Override
  void onOther(EntityMessage message) {
    switch (message) {
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

  private void takeBack(String reservation) {
    inbox.add(
        new Request<>(new WalletCommand.Cancel(reservation), null),
        new Replying<>(
            inbox,
            answer -> {
              if (!Reopened.isFinal(answer)) {
                questions.add(reservation);
              }
            }));
  }

  @Override
  EntityMessage answered(String reservation, Answer<WalletReply> answer) {
    return new EntityMessage.WalletAnswered(reservation, answer);
  }

  @Override
  WalletCommand settle(TakeClosure message) {
    throw new IllegalStateException("a wallet is told of no endings: it decides them");
  }
}
