package dev.bursar.entities;

import dev.bursar.domain.budget.OpenPart;
import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.entity.Batch;
import dev.bursar.domain.entity.Recorded;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Origin;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.team.TeamCommand;
import dev.bursar.domain.team.TeamEvent;
import dev.bursar.domain.team.TeamReply;
import dev.bursar.domain.wallet.WalletReply;
import dev.bursar.entities.EntityMessage.TakeClosure;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A team's entity at work. When it starts, it asks what has become of the reservations it finds
 * open.
 */
public final class TeamEntity extends RunningEntity<TeamCommand, TeamEvent, TeamReply> {

  private static final int ASKED_A_TICK = 64;

  private final Questions questions =
      new Questions(each -> Reopened.askWallet(this, each, origin(each)));

  /** Those that have expired: all that is asked is whether late usage came. */
  private final Set<String> lapsed = new HashSet<>();

  /** What is counted from the middle on, and is still open: asked about in turn. */
  private final LinkedHashSet<String> midway = new LinkedHashSet<>();

  /** Since when those that are asked about may have ended, as far as that is known. */
  private final Map<String, Instant> since = new LinkedHashMap<>();

  /**
   * Starts it: it recovers, and looks at what is open from before.
   *
   * @param reply what an event answers to the command that led to it
   */
  public TeamEntity(
      EntityId id,
      Function<TeamEvent, TeamReply> reply,
      Limits limits,
      Host<TeamCommand, TeamEvent> host) {
    super(id, reply, limits, host);
    reopen();
  }

  @Override
  void reopen() {
    inbox.add(
        new Request<>(new TeamCommand.ListOpen(), null),
        new Replying<>(
            inbox,
            answer -> {
              if (answer instanceof Answer.Done<TeamReply> done
                  && done.value() instanceof TeamReply.Open open) {
                since.clear();
                since.putAll(open.reservations());
                since.putAll(open.lapsed());
                lapsed.clear();
                lapsed.addAll(open.lapsed().keySet());
                since.keySet().forEach(questions::add);
                lookAgain();
              } else {
                reopenLater();
              }
            }));
  }

  private @Nullable Origin origin(String reservation) {
    Instant from = since.get(reservation);
    return from == null ? null : Origin.knownAt(from);
  }

  @Override
  void onOther(EntityMessage message) {
    switch (message) {
      case EntityMessage.WalletAnswered it
          when it.answer() instanceof Answer.Done<WalletReply> done
              && done.value() instanceof WalletReply.Open open
              && !open.hold().teamHolds() -> {
        // Counted here from the middle on: the wallet will not tell, so it is asked again.
        askLater(it.reservation());
      }
      case EntityMessage.WalletAnswered it
          when it.answer() instanceof Answer.Done<WalletReply> done -> {
        questions.answered(it.reservation());
        Closure closure = Reopened.closure(it.reservation(), done.value());
        if (closure != null && !isKnown(closure)) {
          change(it.reservation(), new TeamCommand.Settle(closure));
        }
      }
      case EntityMessage.WalletAnswered it
          when it.answer() instanceof Answer.Refused<WalletReply>
              && lapsed.contains(it.reservation()) ->
          // It has ended here, so long ago by the wallet's time that that does not know it any
          // more.
          questions.answered(it.reservation());
      case EntityMessage.WalletAnswered it
          when it.answer() instanceof Answer.Refused<WalletReply> ->
          Reopened.findAtOrg(this, it.reservation());
      case EntityMessage.OrgAnswered it when it.answer() instanceof Answer.Refused<OrgReply> ->
          Reopened.barAtWallet(this, it.reservation(), origin(it.reservation()));
      case EntityMessage.OrgAnswered it when Reopened.isFinal(it.answer()) -> {
        if (Reopened.isUnknown(it.answer())) {
          questions.answered(it.reservation());
          change(
              it.reservation(), new TeamCommand.Cancel(it.reservation(), origin(it.reservation())));
        } else {
          // It is on its way to the wallet.
          askLater(it.reservation());
        }
      }
      case EntityMessage other -> {}
    }
  }

  /** No late usage has come, and that it has expired may be forgotten here by now. */
  private boolean isKnown(Closure closure) {
    return closure.kind() == Closure.Kind.EXPIRED && lapsed.contains(closure.reservation());
  }

  /** Does what the answer comes to; where that fails, the question is open again. */
  private void change(String reservation, TeamCommand command) {
    decide(
        new Request<>(command, null),
        answer -> {
          if (!Reopened.isFinal(answer)) {
            questions.add(reservation);
          }
        });
  }

  private void askLater(String reservation) {
    questions.answered(reservation);
    midway.add(reservation);
  }

  /** What is counted from the middle on, nobody will tell the end of: it is asked for. */
  @Override
  void written(Batch<TeamEvent> batch) {
    for (Recorded<TeamEvent> recorded : batch.recorded()) {
      if (recorded.event() instanceof TeamEvent.CountingStarted started) {
        started.open().stream()
            .filter(part -> !part.atTeam())
            .map(OpenPart::reservation)
            .forEach(questions::add);
      }
    }
  }

  /** Nobody here knows of what another incarnation holds: it is asked about. */
  @Override
  void missed(Batch<TeamEvent> batch) {
    written(batch);
    for (Recorded<TeamEvent> recorded : batch.recorded()) {
      if (recorded.event() instanceof TeamEvent.BudgetHeld held) {
        since.put(held.reservation(), held.at());
        questions.add(held.reservation());
      }
    }
  }

  @Override
  boolean isBusy() {
    return !questions.isEmpty() || !midway.isEmpty();
  }

  /** When it starts again, it asks about all that is open. */
  @Override
  boolean mayStop() {
    return questions.isEmpty();
  }

  @Override
  void onTick() {
    questions.onTick();
    List<String> next = midway.stream().limit(ASKED_A_TICK).toList();
    next.forEach(midway::remove);
    next.forEach(questions::add);
  }

  @Override
  EntityMessage answered(String reservation, Answer<TeamReply> answer, long row) {
    return new EntityMessage.TeamAnswered(reservation, answer, row);
  }

  @Override
  @Nullable String remembered(TeamEvent event) {
    return switch (event) {
      case TeamEvent.BudgetHeld held -> held.reservation();
      case TeamEvent.BudgetBarred barred -> barred.reservation();
      case TeamEvent other -> null;
    };
  }

  /** That it was held once is no answer to whoever takes it back: it has ended since. */
  @Override
  TeamReply told(TeamCommand command, TeamEvent found) {
    return command instanceof TeamCommand.Cancel
        ? new TeamReply.Done()
        : super.told(command, found);
  }

  @Override
  Instant at(TeamEvent event) {
    return event.at();
  }

  @Override
  TeamCommand settle(TakeClosure message) {
    return new TeamCommand.Settle(message.closure());
  }
}
