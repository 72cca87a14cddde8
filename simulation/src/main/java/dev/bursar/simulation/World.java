package dev.bursar.simulation;

import dev.bursar.domain.budget.WindowKind;
import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.catalog.CreditType;
import dev.bursar.domain.catalog.PriceList;
import dev.bursar.domain.catalog.PricingPlan;
import dev.bursar.domain.entity.Entity;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletReply;
import dev.bursar.entities.EntityMessage;
import dev.bursar.entities.EntityModel;
import dev.bursar.entities.EntityModels;
import dev.bursar.entities.Limits;
import dev.bursar.entities.ReplyTo;
import dev.bursar.simulation.history.OrgShape;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** All that one simulation consists of, and the faults that befall it. */
final class World {

  /**
   * Shortly before something ends, so that windows end while work is on its way: a month; an hour
   * that is skipped, and one that comes twice, by the clocks of {@link OrgShape#BERLIN}; a leap day
   * there.
   */
  private static final List<Instant> BEGINNINGS =
      List.of(
          Instant.parse("2026-01-31T23:59:30Z"),
          Instant.parse("2026-03-29T00:59:30Z"),
          Instant.parse("2026-10-25T00:59:30Z"),
          Instant.parse("2028-02-28T22:59:30Z"));

  static final Duration GRACE = Duration.ofSeconds(60);

  /** How long after its expiry a lease may be reported on, in seconds. */
  static final long LEASE_SETTLE = 20;

  static final Duration CORRECTION = Duration.ofMinutes(2);
  static final Duration AHEAD_MAX = Duration.ofSeconds(5);
  static final Duration REMEMBERED_FOR = Duration.ofHours(24);

  private static final int PUBLISHED_BETWEEN_ONE_IN = 60;
  private static final int PUBLISHED_BETWEEN_MAX = 2;
  private static final int HOURS_MIN = 12;
  private static final long SECOND = 1_000_000;

  /** After so long without faults, in microseconds, everybody has found back to work. */
  static final long CALM_AFTER = 30 * SECOND;

  /** In what their plans give they differ, and in what may be used; the first is there at first. */
  private static final List<Catalog> CATALOGS =
      List.of(
          catalog(
              OrgShape.plan("small", 3, Map.of("chat", true)),
              OrgShape.plan("large", 7, Map.of("chat", true, "search", true))),
          catalog(
              OrgShape.plan("small", 5, Map.of("chat", true, "search", true)),
              OrgShape.plan("large", 4, Map.of("chat", false, "search", true))));

  /** The same, with limits that come with the plans. */
  private static final List<Catalog> LIMITING =
      List.of(
          catalog(
              OrgShape.limiting(
                  OrgShape.plan("small", 3, Map.of("chat", true)),
                  25,
                  12,
                  OrgShape.TYPE,
                  WindowKind.DAY),
              OrgShape.limiting(
                  OrgShape.plan("large", 7, Map.of("chat", true, "search", true)),
                  60,
                  0,
                  "requests",
                  WindowKind.DAY)),
          catalog(
              OrgShape.limiting(
                  OrgShape.plan("small", 5, Map.of("chat", true, "search", true)),
                  40,
                  15,
                  OrgShape.TYPE,
                  WindowKind.HOUR),
              OrgShape.limiting(
                  OrgShape.plan("large", 4, Map.of("chat", false, "search", true)),
                  30,
                  20,
                  "requests",
                  WindowKind.DAY)));

  final Scenario scenario;
  final Tampering tampering;
  final Random random;
  final Timeline time = new Timeline();
  final Instant beginning;

  /** How long the clocks show the same time: at whole seconds, much happens at the very instant. */
  final ChronoUnit tick;

  /**
   * How many days pass in the midst of a history: none in most. Where they do, keys grow too old to
   * be remembered; a clock that has jumped back has not seen them as old as they say they are.
   */
  final int days;

  /**
   * How many hours pass instead, 12 to 23, where no days do: keys grow old, and are remembered all
   * the same.
   */
  final int hours;

  /** Those that are published, the first at first. */
  private final List<Catalog> catalogs;

  final Limits limits;
  final EntityModels models;
  final Watch watch;
  final SimulatedJournal journal;
  final SimulatedProjection projection;
  final Cluster cluster;
  final LateCopies copies;
  private final Map<EntityId, Long> behind = new HashMap<>();
  private final Map<String, Long> busy = new HashMap<>();
  private final @Nullable HistoryLines history;
  private final List<OperationName> asked = new ArrayList<>();
  private final List<OperationName> skipped = new ArrayList<>();

  /** Which catalog counts, everywhere. */
  private int published;

  /** How often that changes yet while somebody decides. */
  private int publishesBetween = PUBLISHED_BETWEEN_MAX;

  /** Of its own, so that histories without plans are as they are. */
  private final Random looks;

  /** Which catalog was found to count when that was looked up last, and the first time. */
  private int lookedAt = -1;

  private int lookedFirstAt = -1;

  private Runnable whenPublished = () -> {};
  private boolean faultsEnded = true;
  private long passedAt = Long.MIN_VALUE;
  private long healedAt;

  /**
   * @param history where what happens is told; null where nobody wants to know
   */
  World(Scenario scenario, Tampering tampering, @Nullable HistoryLines history) {
    this.scenario = scenario;
    this.tampering = tampering;
    this.history = history;
    this.random = new Random(new SplittableRandom(scenario.seed()).split().nextLong());
    this.looks = new Random(scenario.seed() + 1);
    this.beginning = BEGINNINGS.get(random.nextInt(BEGINNINGS.size()));
    this.tick = random.nextInt(3) == 0 ? ChronoUnit.SECONDS : ChronoUnit.MICROS;
    boolean daysPass = random.nextInt(4) == 0 && !scenario.has(Fault.CLOCK_JUMPS);
    int passing = daysPass ? 1 + random.nextInt(40) : 0;
    this.days = scenario.has(Beside.DAYS) ? passing : 0;
    boolean hoursPass = days == 0 && scenario.has(Beside.HOURS) && !scenario.has(Fault.CLOCK_JUMPS);
    this.hours = hoursPass ? HOURS_MIN + new Random(scenario.seed() * 41).nextInt(HOURS_MIN) : 0;
    boolean tight = random.nextInt(4) == 0;
    this.limits =
        new Limits(
            tight ? 2 + random.nextInt(5) : 200,
            1 + random.nextInt(8),
            tight ? 1 + random.nextInt(4) : 100,
            tampering.remembered(scenario.remembered()),
            tampering.rememberedFor(),
            tampering.grace(),
            CORRECTION,
            tampering.aheadMax(),
            500L + random.nextInt(8_000),
            1,
            Duration.ofMillis(500),
            Duration.ofMillis(1_500),
            Duration.ofSeconds(2),
            4,
            Duration.ofSeconds(3));
    boolean limiting = scenario.has(Beside.PLANS) && scenario.has(Beside.PLAN_LIMITS);
    this.catalogs = limiting ? LIMITING : CATALOGS;
    List<Catalog> known = catalogs.stream().map(tampering::catalog).toList();
    this.models = new EntityModels(limits, (org, pinned, at) -> known.get(looksAt()));
    this.watch = new Watch(this);
    watch.plans.published(catalogs.getFirst());
    this.journal = new SimulatedJournal(new Rows(this, watch));
    this.projection = new SimulatedProjection(this);
    this.cluster = new Cluster(this);
    this.copies = new LateCopies(this);
    time.after(SECOND, this::wakeWhoIsDue);
  }

  // ---- chance

  long between(long from, long to) {
    return from + (long) (random.nextDouble() * (to - from));
  }

  boolean happens(Fault fault, double probability) {
    boolean really = isTried(fault, probability);
    if (really) {
      watch.injected(fault);
    }
    return really;
  }

  /** The same for a fault that may come to nothing, and is counted where it does not. */
  boolean isTried(Fault fault, double probability) {
    return !faultsEnded && scenario.has(fault) && random.nextDouble() < probability;
  }

  /**
   * Whether nothing has gone wrong for so long that everybody is answered soon: always, in a run
   * without faults.
   */
  boolean isCalm() {
    return wasCalm(since());
  }

  /** The same of an earlier time. */
  boolean wasCalm(Since since) {
    return scenario.faults().isEmpty() || (healedAt > 0 && since.micros() - healedAt >= CALM_AFTER);
  }

  private static Catalog catalog(PricingPlan... plans) {
    return new Catalog(
        Map.of(
            "platform", new CreditType("platform", "Platform credits", CreditType.SCALE_MAX),
            "image", new CreditType("image", "Image credits", CreditType.SCALE_MAX)),
        Set.of("tokens"),
        Map.of(),
        new PriceList(List.of()),
        Arrays.stream(plans).collect(Collectors.toMap(PricingPlan::id, plan -> plan)),
        Map.of(),
        Map.of(),
        Map.of());
  }

  /** Something is decided from here on, by whichever catalog it finds. */
  void decidesAnew() {
    lookedAt = -1;
    lookedFirstAt = -1;
  }

  private int looksAt() {
    lookedAt = counting();
    if (lookedFirstAt >= 0 && lookedFirstAt != lookedAt) {
      watch.saw(Rarity.DECIDED_ANEW_BY_ANOTHER_CATALOG);
    }
    if (lookedFirstAt < 0 || tampering.looksAgain()) {
      lookedFirstAt = lookedAt;
    }
    return lookedFirstAt;
  }

  /** The catalog that counted when that was looked up last; null if it was not since then. */
  @Nullable Catalog lookedAt() {
    return lookedAt < 0 ? null : catalogs.get(lookedAt);
  }

  /** What is done whenever another catalog counts. */
  void whenPublished(Runnable what) {
    whenPublished = what;
  }

  /** The catalog that counts; whoever has looked may find another when it looks again. */
  private int counting() {
    int looked = published;
    if (!faultsEnded
        && publishesBetween > 0
        && scenario.has(Beside.PLANS)
        && looks.nextInt(PUBLISHED_BETWEEN_ONE_IN) == 0) {
      publishesBetween--;
      publish();
      watch.saw(Rarity.CATALOG_PUBLISHED_BETWEEN_TWO_LOOKS);
    }
    return looked;
  }

  /** Another catalog counts from now on: it is published, or rolled back to. */
  void publish() {
    published = (published + 1) % catalogs.size();
    watch.plans.published(catalogs.get(published));
    watch.saw(Rarity.CATALOG_PUBLISHED);
    log(() -> "the catalog that counts is number " + published);
    time.after(0, whenPublished);
  }

  /** Whether somebody is not to ask for this; it is asked for, otherwise. */
  boolean skips(OperationName operation) {
    boolean skips = scenario.skipped().has(operation);
    (skips ? skipped : asked).add(operation);
    return skips;
  }

  /** All operations that were asked for, in that order. */
  List<OperationName> asked() {
    return asked;
  }

  /** All that were to come, and were not asked for. */
  List<OperationName> skipped() {
    return skipped;
  }

  /** Now, for whoever asks something. */
  Since since() {
    return new Since(watch.moment(), time.nowMicros());
  }

  /** Some incarnation of an entity decides, on a state that ends with this row. */
  void decides(EntityId id, long sequence) {
    if (sequence < journal.last(id)) {
      behind.put(id, time.nowMicros());
    }
  }

  /**
   * Whether any incarnation of an entity has decided something since then while it was behind its
   * journal. It can allow nothing, since its rows are refused; but what it denies or refuses it may
   * deny by what was true once.
   */
  boolean wasBehind(Since since, EntityId id) {
    return behind.getOrDefault(id, -1L) >= since.micros();
  }

  /** The first moment that an entity may have gone by which was asked then. */
  long from(Since since, EntityId id) {
    return wasBehind(since, id) ? 0 : since.moment();
  }

  /** An entity is answered by another of its org, or by itself. */
  void answered(EntityId to, EntityMessage message) {
    Answer<?> answer =
        switch (message) {
          case EntityMessage.OrgAnswered it -> it.answer();
          case EntityMessage.TeamAnswered it -> it.answer();
          case EntityMessage.WalletAnswered it -> it.answer();
          case EntityMessage.WalletFound it -> it.answer();
          case EntityMessage other -> null;
        };
    if (answer instanceof Answer.Busy) {
      busy.put(to.org(), time.nowMicros());
    }
  }

  /**
   * Whether some entity of an org has had no room since then for what another asked of it: that is
   * asked again seconds later, and whoever waits for it waits for longer.
   */
  boolean wasBusy(Since since, String org) {
    return busy.getOrDefault(org, -1L) >= since.micros();
  }

  void log(Supplier<String> line) {
    if (history != null) {
      history.add(time.nowMicros(), line.get());
    }
  }

  /** What a person reads in place of all that was told so far. */
  void tellInShort(List<String> lines) {
    if (history != null) {
      history.beginsWith(lines);
    }
  }

  /**
   * What is asked is heard once it is answered. Whoever answers with an error has a bug, and so has
   * whoever can't take an answer: neither is a message that was lost.
   */
  <T> void heard(CompletionStage<T> answer, Consumer<T> told) {
    heard(answer, told, this::crashed);
  }

  /**
   * The same, where an error may be right.
   *
   * @param failed told what was thrown
   */
  <T> void heard(CompletionStage<T> answer, Consumer<T> told, Consumer<Throwable> failed) {
    var unused =
        answer.whenComplete(
            (value, error) -> {
              try {
                if (error == null) {
                  told.accept(value);
                } else {
                  Throwable cause = error.getCause();
                  boolean wrapped = error instanceof CompletionException && cause != null;
                  failed.accept(wrapped ? cause : error);
                }
              } catch (RuntimeException | Error fault) {
                crashed(fault);
              }
            });
  }

  /** Something was thrown that nobody is to throw. */
  void crashed(Throwable fault) {
    watch.violated("crash", "%s", trace(fault));
  }

  static String trace(Throwable fault) {
    StringWriter text = new StringWriter();
    fault.printStackTrace(new PrintWriter(text, true));
    return text.toString().lines().limit(12).collect(Collectors.joining("\n  "));
  }

  // ---- entities

  /** The model as it is run: with a planted bug, if there is one. */
  <C, E, R, S> EntityModel<C, E, R, S> tampered(EntityId id, EntityModel<C, E, R, S> real) {
    boolean other = tampering.hasOtherRules();
    Function<EntityId, Entity<C, E, R>> fresh =
        of -> {
          Entity<C, E, R> entity = real.fresh().apply(of);
          return new Entity<>(tampering.rules(id, entity.aggregate()), entity.memory());
        };
    return new EntityModel<>(
        other ? fresh : real.fresh(),
        real.reply(),
        real.batches(),
        real.snapshots(),
        real.capture(),
        (entity, state) -> real.restore().accept(entity, tampering.snapshot(state)),
        other ? entity -> List.of() : real.memories());
  }

  /**
   * Sends a client's request; the answer comes to the client, if it does.
   *
   * @param message makes the message that carries where the answer goes
   */
  <T> void ask(EntityId id, Function<ReplyTo<T>, EntityMessage> message, Answered<T> answered) {
    SimulatedNode node = cluster.target(id.org());
    if (!node.answers() || happens(Fault.MESSAGE_LOST, 0.05)) {
      return;
    }
    ReplyTo<T> replyTo =
        answer -> {
          answered.sent(node.name, answer);
          cluster.mayCrash(node, 0.002, Rarity.CRASHED_AFTER_AN_ANSWER);
          if (node.answers() && !happens(Fault.MESSAGE_LOST, 0.05)) {
            time.after(between(50, 500), () -> answered.by(node.name, answer));
          }
        };
    EntityMessage carried = message.apply(replyTo);
    long delay = happens(Fault.MESSAGE_LATE, 0.03) ? between(500_000, 8_000_000) : between(50, 500);
    int times = happens(Fault.MESSAGE_REPEATED, 0.05) ? 2 : 1;
    for (int i = 0; i < times; i++) {
      node.run(delay + i * between(0, 2_000_000), () -> node.deliver(id, carried));
    }
  }

  /** Sends a request whose answer nobody waits for. */
  <C> void tell(EntityId id, C command) {
    tell(id, command, answer -> {});
  }

  /** Sends a request, and does something with what is answered. */
  <C> void tell(EntityId id, C command, Consumer<Answer<Object>> answered) {
    this.<Answer<Object>>ask(
        id,
        replyTo -> new EntityMessage.Ask<>(new Request<>(command, null), replyTo),
        (node, answer) -> answered.accept(answer));
  }

  /** Hears an answer, and which node gave it. */
  interface Answered<T> {

    /** It leaves its node; it may never be heard. */
    default void sent(String node, T answer) {}

    /** It is heard. */
    void by(String node, T answer);
  }

  /** What is done with the table of due work in production. */
  private void wakeWhoIsDue() {
    Instant now = cluster.latestClock();
    for (Shadows.Due due : watch.shadows.due(now)) {
      boolean isOrg = due.entity().kind() == EntityId.Kind.ORG;
      Object wake = isOrg ? new OrgCommand.Wake() : new WalletCommand.Wake();
      this.<Answer<Object>>ask(
          due.entity(),
          replyTo -> new EntityMessage.Ask<>(new Request<>(wake, null), replyTo),
          (node, answer) -> woken(due, answer, now));
    }
    time.after(SECOND, this::wakeWhoIsDue);
  }

  /** Whoever has nothing more to do by that time is not woken for it any more. */
  private void woken(Shadows.Due due, Answer<Object> answer, Instant now) {
    Object told = answer instanceof Answer.Done<Object> done ? done.value() : null;
    if (told instanceof WalletReply.Woken || told instanceof OrgReply.Woken) {
      Instant next =
          told instanceof OrgReply.Woken it ? it.nextDue() : ((WalletReply.Woken) told).nextDue();
      if (told instanceof OrgReply.Woken) {
        watch.saw(Rarity.ORG_WOKEN);
      }
      if (next == null || next.isAfter(now)) {
        watch.shadows.move(due, next);
      }
    }
  }

  // ---- when things go wrong

  void beginFaults() {
    faultsEnded = false;
    time.after(between(100_000, 2 * SECOND), this::befall);
  }

  private void befall() {
    if (!faultsEnded) {
      cluster.befall();
      time.after(between(SECOND / 2, 3 * SECOND), this::befall);
    }
  }

  /** From here on nothing goes wrong any more. */
  void heal() {
    faultsEnded = true;
    healedAt = time.nowMicros();
    log(() -> "all faults end");
    cluster.heal();
  }

  /** Whether nothing more goes wrong. */
  boolean hasHealed() {
    return healedAt > 0;
  }

  /** Days or hours pass for everybody. */
  void pass(Duration by) {
    passedAt = this.time.nowMicros();
    cluster.jump(by);
  }

  /** Whether hours, and no days, have passed since then. */
  boolean hoursPassedSince(long micros) {
    return hours > 0 && micros < passedAt;
  }

  /** What is asked from now on may have to be asked twice, until it has been calm again. */
  void calmEnds() {
    healedAt = time.nowMicros();
  }
}
