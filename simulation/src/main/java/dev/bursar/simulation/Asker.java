package dev.bursar.simulation;

import dev.bursar.domain.enforcement.Caller;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletReply;
import dev.bursar.entities.EntityMessage;
import dev.bursar.entities.ReplyTo;
import dev.bursar.simulation.history.Call;
import dev.bursar.simulation.history.Known;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** How a client asks for something, and what it has been answered. */
final class Asker {

  static final String ACTOR = "key_sim";

  /** A finished operation, to be asked for once more. */
  record Finished<T>(SimulatedCall.Question<T> question, SimulatedCall.Told<T> told) {}

  final World world;
  final Known known;
  final AnswerChecks checks;
  final EndChecks ends;
  final ReportChecks reports;
  final OperationChecks others;
  final Random random;

  /** What was answered, and may be asked again. */
  final List<Finished<?>> finished = new ArrayList<>();

  private final String name;
  private final Runnable next;

  /** How many operations so far. */
  private int asked;

  /**
   * @param next what comes after each answer
   */
  Asker(World world, String name, Known known, Runnable next) {
    this.world = world;
    this.name = name;
    this.known = known;
    this.next = next;
    this.checks = new AnswerChecks(world);
    this.ends = new EndChecks(world);
    this.reports = new ReportChecks(world);
    this.others = new OperationChecks(world);
    this.random = new Random(world.random.nextLong());
  }

  byte[] salt() {
    byte[] salt = new byte[16];
    random.nextBytes(salt);
    return salt;
  }

  Attribution attribution(String trigger, String org, String key) {
    return new Attribution(
        trigger, ACTOR, Subject.ofOrg(org), null, null, null, key, Map.of(), salt());
  }

  <T> void start(
      String what,
      EntityId entity,
      List<EntityId> deciders,
      Function<ReplyTo<Answer<T>>, EntityMessage> message,
      World.Answered<Answer<T>> sent,
      Consumer<Answer<T>> check,
      Function<T, Object> essence) {
    start(
        new SimulatedCall.Question<>(
            what,
            entity,
            deciders,
            message,
            sent,
            check,
            essence,
            () -> false,
            () -> !what.startsWith("dry run"),
            true),
        null);
  }

  <T> void start(SimulatedCall.Question<T> question, SimulatedCall.@Nullable Told<T> first) {
    OperationName operation = new OperationName(name, ++asked);
    if (world.skips(operation)) {
      // What it would have drawn is drawn, so that what follows is asked for as it would have been.
      if (!question.known().getAsBoolean()) {
        var unused = question.message().apply(answer -> {});
      }
      next.run();
      return;
    }
    new SimulatedCall<>(
            world,
            operation.toString(),
            question,
            first,
            told -> {
              if (told != null && first == null && question.remembered().getAsBoolean()) {
                finished.add(new Finished<>(question, told));
              }
              next.run();
            })
        .start();
  }

  OperationChecks.Asked asked(EntityId wallet, String key, long content, String kind) {
    return new OperationChecks.Asked(
        wallet, new Caller(ACTOR, key, key, content).operation(kind), world.since());
  }

  void ask(
      String what,
      EntityId wallet,
      WalletCommand command,
      Operation operation,
      Consumer<Answer<WalletReply>> check,
      Function<WalletReply, Object> essence) {
    ask(what, wallet, () -> command, operation, check, essence);
  }

  /** The same, of a command that is made anew whenever it is sent. */
  void ask(
      String what,
      EntityId wallet,
      Supplier<WalletCommand> command,
      Operation operation,
      Consumer<Answer<WalletReply>> check,
      Function<WalletReply, Object> essence) {
    start(
        what,
        wallet,
        List.of(wallet),
        replyTo -> new EntityMessage.Ask<>(new Request<>(command.get(), operation), replyTo),
        (node, answer) -> {},
        check,
        essence);
  }

  /** Something that was answered is asked for once more. */
  void again(int at) {
    again(finished.get(at));
  }

  private <T> void again(Finished<T> one) {
    start(one.question(), one.told());
  }

  /** The key is used, if it was answered that something was done. */
  void used(Answer<?> answer, Call call, String key) {
    if (answer instanceof Answer.Done) {
      known.used(call, key);
    }
  }
}
