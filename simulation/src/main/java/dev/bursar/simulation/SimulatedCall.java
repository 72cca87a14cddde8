package dev.bursar.simulation;

import dev.bursar.domain.enforcement.Decided;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.wallet.WalletReply;
import dev.bursar.entities.EntityMessage;
import dev.bursar.entities.ReplyTo;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One request of a client, made again with the same key until it is answered. */
final class SimulatedCall<T> {

  private static final int TRIES = 12;
  private static final int TRIES_IN_CALM = 1;
  private static final long TIMEOUT_MICROS = 4_000_000;

  /**
   * What is asked of whom.
   *
   * @param deciders all entities that have a part in it
   * @param sent what has to hold of every answer when it leaves its node
   * @param check what has to hold of the answer that is heard
   * @param essence what of an answer has to be the same however often it is asked for
   * @param known whether the answer is found without asking, which is looked at then
   * @param remembered whether, once it is answered, the answer is one for good
   * @param isNew whether nobody has asked with its key before
   */
  record Question<T>(
      String what,
      EntityId entity,
      List<EntityId> deciders,
      Function<ReplyTo<Answer<T>>, EntityMessage> message,
      World.Answered<Answer<T>> sent,
      Consumer<Answer<T>> check,
      Function<T, Object> essence,
      BooleanSupplier known,
      BooleanSupplier remembered,
      boolean isNew) {}

  /** An answer, the node that gave it, and when it was heard. */
  record Told<T>(Answer<T> answer, String node, long atMicros) {}

  private final World world;
  private final String client;
  private final Question<T> question;
  private final @Nullable Told<T> first;
  private final Consumer<@Nullable Told<T>> end;
  private final Since since;

  /** Whether there are no faults, or no more of them: then the first try is answered. */
  private final boolean begunInCalm;

  private int tries;

  /** How often there was no room, which comes to pass though nothing goes wrong. */
  private int timesBusy;

  private boolean ended;

  /**
   * @param first what was answered before, if that is asked for again
   * @param end hears the answer, or null if it gives up
   */
  SimulatedCall(
      World world,
      String client,
      Question<T> question,
      @Nullable Told<T> first,
      Consumer<@Nullable Told<T>> end) {
    this.world = world;
    this.client = client;
    this.question = question;
    this.first = first;
    this.end = end;
    this.since = world.since();
    this.begunInCalm = world.isCalm();
  }

  void start() {
    ask();
  }

  private void ask() {
    if (ended) {
      return;
    }
    if (question.known.getAsBoolean()) {
      ended = true;
      end.accept(null);
      return;
    }
    world.watch.expect(
        !begunInCalm
            || tries - timesBusy < TRIES_IN_CALM
            || world.wasBusy(since, question.entity.org()),
        "progress",
        "%s is not answered, though nothing goes wrong: %s",
        client,
        question.what);
    if (tries++ - timesBusy == TRIES) {
      ended = true;
      world.watch.saw(Rarity.CLIENT_GAVE_UP);
      world.log(() -> "%s gives up: %s".formatted(client, question.what));
      end.accept(null);
      return;
    }
    int mine = tries;
    world.log(
        () ->
            "%s asks%s: %s"
                .formatted(client, mine == 1 ? "" : " again (%d)".formatted(mine), question.what));
    world.ask(question.entity, question.message, new Hearing());
    askAgainAfter(TIMEOUT_MICROS + world.between(0, 1_000_000));
  }

  private final class Hearing implements World.Answered<Answer<T>> {
    @Override
    public void sent(String node, Answer<T> answer) {
      question.sent.by(node, answer);
    }

    @Override
    public void by(String node, Answer<T> answer) {
      hear(new Told<>(world.tampering.heard(answer), node, world.time.nowMicros()));
    }
  }

  private void askAgainAfter(long micros) {
    int mine = tries;
    world.time.after(
        micros,
        () -> {
          if (tries == mine) {
            ask();
          }
        });
  }

  private void hear(Told<T> told) {
    if (ended) {
      return;
    }
    Answer<T> answer = told.answer;
    boolean undecided =
        answer instanceof Answer.Refused<T>(Refusal refusal)
            && refusal.code() == Refusal.Code.REPORT_UNDECIDED;
    boolean readAgain =
        answer instanceof Answer.Done<T> done && done.value() instanceof WalletReply.ReadFurther;
    if (answer instanceof Answer.Busy<T> || undecided || readAgain) {
      world.watch.saw(
          undecided ? Rarity.REPORT_UNDECIDED : readAgain ? Rarity.LEDGER_READ_AGAIN : Rarity.BUSY);
      timesBusy++;
    }
    if (undecided
        || readAgain
        || answer instanceof Answer.Busy<T>
        || answer instanceof Answer.Unreachable<T>) {
      askAgainAfter(world.between(50_000, 500_000));
      return;
    }
    ended = true;
    world.log(
        () ->
            "%s is told by %s: %s: %s".formatted(client, told.node, question.what, shown(answer)));
    question.check.accept(answer);
    world.watch.expect(
        !isAskedOnce() || !(answer instanceof Answer.Done<T> done) || !done.replayed(),
        "I4",
        "%s: is asked for once, and is told as an answer that was given before: %s",
        question.what,
        answer);
    if (first != null) {
      compare(first, told);
    }
    end.accept(told);
  }

  private Object shown(Answer<T> answer) {
    return answer instanceof Answer.Done<T>(T value, boolean replayed)
        ? question.essence.apply(value) + (replayed ? " (replayed)" : "")
        : answer;
  }

  /**
   * Whether nobody has asked for it before, and nothing has made two of one: neither on the way,
   * nor an entity that decides once more what it was told not to be written, and that was.
   */
  private boolean isAskedOnce() {
    return question.isNew
        && first == null
        && tries == 1
        && !world.scenario.has(Fault.MESSAGE_REPEATED)
        && !world.scenario.has(Fault.WRITE_ACKNOWLEDGEMENT_LOST)
        && !world.scenario.has(Fault.WRITE_COMMITS_LATE);
  }

  /** Whether something was set aside or charged by it, which happens once. */
  private static <T> boolean isForGood(Answer<T> answer) {
    return answer instanceof Answer.Done<T> done
        && switch (done.value()) {
          case Decided.Allowed allowed -> !allowed.plan().request().dryRun();
          case WalletReply.Ended ended -> true;
          case Object other -> false;
        };
  }

  /** Whoever asks again with the same key is told the same. */
  private void compare(Told<T> before, Told<T> now) {
    boolean stale =
        now.answer instanceof Answer.Refused<T>
            && question.deciders.stream().anyMatch(each -> world.wasBehind(since, each));
    if (!(before.answer instanceof Answer.Done<T> done) || stale) {
      return;
    }
    if (now.answer instanceof Answer.Refused<T>(Refusal refusal)
        && refusal.code() == Refusal.Code.IDEMPOTENCY_KEY_EXPIRED) {
      // Whether that may be said has been looked at.
      world.watch.saw(Rarity.ANSWER_FORGOTTEN);
      return;
    }
    boolean same =
        now.answer instanceof Answer.Done<T>(T value, boolean replayed)
            && question.essence.apply(value).equals(question.essence.apply(done.value()));
    if (!same) {
      world.watch.violated("I4", "%s: first %s, then %s", question.what, done.value(), now.answer);
    }
    world.watch.expect(
        !isForGood(now.answer) || (now.answer instanceof Answer.Done<T> said && said.replayed()),
        "I4",
        "%s: is told again, and not as an answer that was given before: %s",
        question.what,
        now.answer);
    world.watch.saw(Rarity.ANSWER_REPEATED);
    if (world.hoursPassedSince(before.atMicros)) {
      world.watch.saw(Rarity.ANSWER_REPEATED_HOURS_LATER);
    }
    if (!now.node.equals(before.node)) {
      world.watch.saw(Rarity.ANSWER_REPEATED_AFTER_FAILOVER);
    }
  }
}
