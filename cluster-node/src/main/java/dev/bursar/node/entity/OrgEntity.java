package dev.bursar.node.entity;

import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.enforcement.Decided;
import dev.bursar.domain.enforcement.Plan;
import dev.bursar.domain.entity.Outcome;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.protocol.Effect;
import dev.bursar.domain.protocol.ReservationProtocol;
import dev.bursar.domain.wallet.WalletReply;
import dev.bursar.node.entity.EntityMessage.AskFor;
import dev.bursar.node.entity.EntityMessage.Reserve;
import dev.bursar.node.entity.EntityMessage.TakeClosure;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An org's actor. It drives the protocol by which a reservation is decided together with team and
 * wallet; when it starts, it drives on or settles what it finds open.
 */
final class OrgEntity extends EntityActor<OrgCommand, OrgEvent, OrgReply> {

  private static final Logger LOG = LoggerFactory.getLogger(OrgEntity.class);

  private final ReservationProtocol<Reserve> protocol = new ReservationProtocol<>();
  private final Map<String, Plan> reopened = new HashMap<>();

  private OrgEntity(
      ActorContext<EntityMessage> context, EntityId id, EntityParts parts, Region region) {
    super(context, id, parts.models().orgs, parts, region);
    reopen();
  }

  @Override
  void reopen() {
    inbox.add(
        new Request<>(new OrgCommand.ListOpen(), null),
        new Replying<>(
            inbox,
            answer -> {
              if (answer instanceof Answer.Done<OrgReply> done
                  && done.value() instanceof OrgReply.Open open) {
                open.plans().forEach(this::reopen);
              } else {
                reopenLater();
              }
            }));
  }

  static Behavior<EntityMessage> create(EntityId id, EntityParts parts, Region region) {
    return Behaviors.setup(context -> new OrgEntity(context, id, parts, region));
  }

  private void reopen(Plan plan) {
    if (!protocol.drives(plan.reservation())) {
      reopened.put(plan.reservation(), plan);
      Reopened.askWallet(this, plan.reservation());
    }
  }

  private static long nowMs() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }

  @Override
  void onOther(EntityMessage message) {
    switch (message) {
      case Reserve reserve -> {
        if (protocol.size() >= parts.limits().reservationsMax()) {
          reserve.replyTo().tell(new Answer.Busy<>());
        } else {
          inbox.add(new Request<>(reserve.command(), reserve.operation()), new Reserving(reserve));
        }
      }
      case EntityMessage.Recalled it -> recalled(it);
      case EntityMessage.TeamAnswered it ->
          run(protocol.teamAnswered(it.reservation(), it.answer()));
      case EntityMessage.OrgAnswered it ->
          run(protocol.denialRecorded(it.reservation(), it.answer()));
      case EntityMessage.WalletAnswered it -> walletAnswered(it);
      case EntityMessage other -> {}
    }
  }

  /** What was begun may have been denied since, by a course that knew no key: that counts then. */
  private void recalled(EntityMessage.Recalled it) {
    if (!(it.reply() instanceof OrgReply.Begun begun)) {
      decided(it.reply(), it.asked());
      return;
    }
    String reservation = begun.plan().reservation();
    inbox.add(
        new Request<>(new OrgCommand.FindReservation(reservation), null),
        new Replying<>(
            inbox,
            answer -> {
              switch (answer) {
                case Answer.Done<OrgReply> done
                    when done.value() instanceof OrgReply.Denied denied ->
                    it.asked()
                        .replyTo()
                        .tell(
                            new Answer.Done<>(
                                new Decided.Denied(denied.plan(), denied.denials()), true));
                case Answer.Busy<OrgReply> busy -> it.asked().replyTo().tell(new Answer.Busy<>());
                case Answer.Unreachable<OrgReply> away ->
                    it.asked().replyTo().tell(new Answer.Unreachable<>());
                case Answer<OrgReply> notDenied -> decided(begun, it.asked());
              }
            }));
  }

  private void decided(OrgReply reply, Reserve asked) {
    run(protocol.decided(reply, true, true, asked.operation(), asked, nowMs()));
  }

  private void walletAnswered(EntityMessage.WalletAnswered it) {
    Plan plan = reopened.remove(it.reservation());
    if (plan == null) {
      run(protocol.walletAnswered(it.reservation(), it.answer()));
      return;
    }
    if (protocol.drives(it.reservation())) {
      // A retry was faster: this tells how it stood, and is no answer to what the retry asked.
      return;
    }
    switch (it.answer()) {
      case Answer.Done<WalletReply> done -> {
        Closure closure = Reopened.closure(it.reservation(), done.value());
        if (closure != null) {
          inbox.add(
              new Request<>(new OrgCommand.Settle(closure), null),
              new Replying<>(
                  inbox,
                  answer -> {
                    if (!(answer instanceof Answer.Done<OrgReply>)) {
                      reopened.put(it.reservation(), plan);
                    }
                  }));
        }
      }
      case Answer.Refused<WalletReply> unknown -> run(protocol.driveOn(plan, nowMs()));
      case Answer.Busy<WalletReply> busy -> reopened.put(it.reservation(), plan);
      case Answer.Unreachable<WalletReply> away -> reopened.put(it.reservation(), plan);
    }
  }

  @Override
  void onTick() {
    run(protocol.tick(nowMs()));
    List.copyOf(reopened.keySet()).forEach(each -> Reopened.askWallet(this, each));
  }

  @Override
  boolean isBusy() {
    return protocol.size() > 0 || !reopened.isEmpty();
  }

  private void run(List<Effect<Reserve>> effects) {
    for (Effect<Reserve> effect : effects) {
      switch (effect) {
        case Effect.AskWallet<Reserve> ask ->
            tell(
                EntityId.wallet(id.org(), ask.wallet()),
                new AskFor<>(ask.reservation(), ask.request(), context.getSelf()));
        case Effect.AskTeam<Reserve> ask ->
            tell(
                EntityId.team(id.org(), ask.team()),
                new AskFor<>(ask.reservation(), ask.request(), context.getSelf()));
        case Effect.AskOrg<Reserve> ask ->
            inbox.add(
                ask.request(),
                new Replying<>(
                    inbox,
                    answer ->
                        context
                            .getSelf()
                            .tell(new EntityMessage.OrgAnswered(ask.reservation(), answer))));
        case Effect.Reply<Reserve> reply -> reply.waiting().replyTo().tell(reply.answer());
      }
    }
  }

  /** Follows a request to reserve through the org's own deciding and writing. */
  private final class Reserving implements Inbox.Caller<OrgReply> {
    private final Reserve asked;
    private @Nullable String begun;

    Reserving(Reserve asked) {
      this.asked = asked;
    }

    @Override
    public void decided(Outcome<OrgReply> outcome) {
      if (outcome instanceof Outcome.Replied<OrgReply> replied
          && replied.reply() instanceof OrgReply.Begun reply
          && begun == null) {
        begun = reply.plan().reservation();
        run(protocol.decided(reply, replied.replayed(), false, asked.operation(), asked, nowMs()));
      }
    }

    @Override
    public void done(Outcome<OrgReply> outcome) {
      if (begun != null) {
        doneAfterBegun(begun, outcome);
        return;
      }
      switch (outcome) {
        case Outcome.Replied<OrgReply> replied ->
            run(
                protocol.decided(
                    replied.reply(), replied.replayed(), true, asked.operation(), asked, nowMs()));
        case Outcome.Stored<OrgReply> stored -> recall(stored);
        case Outcome.Refused<OrgReply> refused ->
            asked.replyTo().tell(new Answer.Refused<>(refused.refusal()));
        case Outcome.Failed<OrgReply> failed -> {
          LOG.error("a rule failed", failed.fault());
          asked.replyTo().tell(new Answer.Unreachable<>());
        }
      }
    }

    /**
     * A failed write may have been decided anew, and otherwise: the first decision is void then.
     */
    private void doneAfterBegun(String reservation, Outcome<OrgReply> outcome) {
      boolean stillBegun =
          switch (outcome) {
            case Outcome.Replied<OrgReply> replied -> replied.reply() instanceof OrgReply.Begun;
            case Outcome.Stored<OrgReply> stored -> true;
            case Outcome.Refused<OrgReply> refused -> false;
            case Outcome.Failed<OrgReply> failed -> false;
          };
      run(stillBegun ? protocol.durable(reservation) : protocol.withdrawn(reservation));
    }

    private void recall(Outcome.Stored<OrgReply> stored) {
      inbox
          .stored(stored)
          .whenComplete(
              (reply, fault) -> {
                if (fault != null) {
                  LOG.warn("a decision could not be read back from the journal", fault);
                  asked.replyTo().tell(new Answer.Unreachable<>());
                } else {
                  context.getSelf().tell(new EntityMessage.Recalled(reply, asked));
                }
              });
    }

    @Override
    public void failed(Answer<OrgReply> why) {
      if (begun != null) {
        run(protocol.withdrawn(begun));
      } else {
        asked
            .replyTo()
            .tell(
                why.map(
                    reply -> {
                      throw new IllegalStateException();
                    }));
      }
    }
  }

  @Override
  EntityMessage answered(String reservation, Answer<OrgReply> answer) {
    return new EntityMessage.OrgAnswered(reservation, answer);
  }

  @Override
  OrgCommand settle(TakeClosure message) {
    return new OrgCommand.Settle(message.closure());
  }
}
