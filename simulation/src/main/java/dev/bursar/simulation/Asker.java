package dev.bursar.simulation;

import dev.bursar.domain.credits.Credits;
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
import dev.bursar.simulation.NaivePots.Use;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a client has for whatever it asks: keys, names and amounts to choose from, and a way to be
 * answered.
 */
final class Asker {

  static final String ACTOR = "key_sim";

  /** A key that was answered, and what it was for. */
  record UsedKey(String kind, EntityId entity, String key) {}

  /** What all clients of a run know of each other's doings. */
  static final class Shared {
    final List<SimulatedClient.Reserved> reserved = new ArrayList<>();
    final List<String> grants = new ArrayList<>();
    final List<SimulatedClient.Report> reports = new ArrayList<>();
    final List<UsedKey> keys = new ArrayList<>();

    /** With which key a reservation is ended by several, each of whom says something else. */
    final Map<String, String> reused = new HashMap<>();

    int names;
  }

  /** A finished operation, to be asked for once more. */
  record Finished<T>(SimulatedCall.Question<T> question, SimulatedCall.Told<T> told) {}

  final World world;
  final Shared shared;
  final AnswerChecks checks;
  final EndChecks ends;
  final ReportChecks reports;
  final OperationChecks others;
  final Random random;

  /** What was answered, and may be asked again. */
  final List<Finished<?>> finished = new ArrayList<>();

  private final String name;
  private final Runnable next;

  /**
   * @param next what comes after each answer
   */
  Asker(World world, String name, Shared shared, Runnable next) {
    this.world = world;
    this.name = name;
    this.shared = shared;
    this.next = next;
    this.checks = new AnswerChecks(world);
    this.ends = new EndChecks(world);
    this.reports = new ReportChecks(world);
    this.others = new OperationChecks(world);
    this.random = new Random(world.random.nextLong());
  }

  /**
   * A key that carries its time, as a UUID of version 7 does: no clock by which it may be looked at
   * is behind that.
   */
  String key() {
    long millis = world.cluster.earliestNow().toEpochMilli();
    return "%08x-%04x-7000-8000-%012x".formatted(millis >>> 16, millis & 0xffff, shared.names++);
  }

  /**
   * What a wallet or a limit has left now, or a millionth more or less: what is met exactly, or
   * missed by the least there is.
   */
  Credits nearTheLimit(EntityId wallet, Subject subject, String creditType, Use use) {
    long moment = world.watch.moment();
    String team = subject.team();
    BigInteger left = null;
    if (random.nextBoolean()) {
      left =
          world
              .watch
              .org(EntityId.org(wallet.org()))
              .room(
                  subject,
                  creditType,
                  world.cluster.owner(wallet.org()).now(),
                  moment,
                  team == null ? null : world.watch.limits(EntityId.team(wallet.org(), team)));
    }
    if (left == null) {
      left = world.watch.wallet(wallet).figures(creditType).available(use);
    }
    long amount = left.longValueExact() + random.nextInt(3) - 1;
    return amount > 0 ? new Credits(amount) : amount();
  }

  Credits amount() {
    return switch (random.nextInt(6)) {
      case 0 -> new Credits(1 + random.nextInt(3));
      case 1 -> Credits.of(1 + random.nextInt(10));
      case 2 -> Credits.of(25);
      case 3 -> new Credits(Credits.of(10).micros() + random.nextInt(3) - 1);
      case 4 -> Credits.of(1 + random.nextInt(60));
      default -> new Credits(1 + random.nextInt(20_000_000));
    };
  }

  /** The first of a list is asked for most. */
  <T> T some(List<T> list) {
    int at = 0;
    while (at < list.size() - 1 && random.nextInt(3) == 0) {
      at++;
    }
    return list.get(at);
  }

  /** Something else than nothing only now and then. */
  @Nullable String seldom(List<String> list) {
    return random.nextInt(3) == 0 ? list.get(random.nextInt(list.size())) : null;
  }

  String org() {
    return random.nextInt(8) == 0 ? SimulatedClient.OTHER_ORG : SimulatedClient.ORG;
  }

  EntityId wallet(String org) {
    return EntityId.wallet(org, some(SimulatedClient.ALL_WALLETS));
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
            () -> !what.startsWith("dry run")),
        null);
  }

  <T> void start(SimulatedCall.Question<T> question, SimulatedCall.@Nullable Told<T> first) {
    new SimulatedCall<>(
            world,
            name,
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
    start(
        what,
        wallet,
        List.of(wallet),
        replyTo -> new EntityMessage.Ask<>(new Request<>(command, operation), replyTo),
        (node, answer) -> {},
        check,
        essence);
  }

  void used(Answer<?> answer, String kind, EntityId entity, String key) {
    if (answer instanceof Answer.Done) {
      shared.keys.add(new UsedKey(kind, entity, key));
    }
  }
}
