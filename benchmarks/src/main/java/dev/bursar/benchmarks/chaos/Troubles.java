package dev.bursar.benchmarks.chaos;

import dev.bursar.benchmarks.history.Findings;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/**
 * Makes one trouble after the other, in rounds of all of them, each round in an order of its own;
 * and knows which took effect. A node that ends by itself is a finding, whatever was done to it.
 */
final class Troubles {

  private static final int MILLIS_MIN = 200;

  /** How long clients may take until they have done something that is not heard of. */
  private static final long UNHEARD_MILLIS_MAX = 30_000;

  /** Who waits for a lock gives up after three seconds. */
  private static final Duration LOCKED_MAX = Duration.ofSeconds(30);

  private static final int ANSWERS_UNHEARD = 5;

  private static final int ANSWERS_BETWEEN = 20;
  private static final long POLL_MILLIS = 50;

  /** A call takes some milliseconds. */
  private static final long CALL_POLL_MICROS = 500;

  /** So rarely one trouble follows on the other whether or not anything goes on again. */
  private static final int AT_ONCE_ONE_IN = 4;

  /** So often it is tried again what was not felt. */
  private static final int ROUNDS_MAX = 3;

  private final Site site;
  private final ChaosOptions options;
  private final Findings findings;
  private final LongSupplier answers;
  private final IntSupplier underWay;
  private final Random random;
  private final Deque<Trouble> round = new ArrayDeque<>();
  private int rounds;
  private volatile String now = "";
  private volatile int felt;
  private final Map<Trouble, Integer> effective = new EnumMap<>(Trouble.class);
  private final Map<Trouble, Integer> withoutEffect = new EnumMap<>(Trouble.class);

  /**
   * @param answers how many calls have been answered so far
   * @param underWay how many are not answered yet
   */
  Troubles(
      Site site,
      ChaosOptions options,
      Findings findings,
      LongSupplier answers,
      IntSupplier underWay) {
    this.site = site;
    this.answers = answers;
    this.underWay = underWay;
    this.options = options;
    this.findings = findings;
    this.random = new Random(options.seed());
  }

  /** What is done just now, for people. */
  String now() {
    return now;
  }

  /** How many of them have been felt by now; may be asked by any thread. */
  int felt() {
    return felt;
  }

  /** How often each took effect. */
  Map<Trouble, Integer> effective() {
    return effective;
  }

  /** How often one was tried, and was not felt: no call was under way, nothing was written. */
  Map<Trouble, Integer> withoutEffect() {
    return withoutEffect;
  }

  /** How often one was tried, felt or not. */
  int tried(Trouble trouble) {
    return effective.getOrDefault(trouble, 0) + withoutEffect.getOrDefault(trouble, 0);
  }

  /** Whether each has taken effect; or some never will, however often they are tried. */
  boolean mayEnd() {
    return effective.size() == Trouble.values().length || isHopeless();
  }

  /** Whether what has not happened by now is not waited for. */
  boolean isHopeless() {
    return rounds > ROUNDS_MAX && round.isEmpty();
  }

  /** Waits a while, then makes the next, and waits until what it takes to go on is there again. */
  void next() throws ChaosFailure, InterruptedException {
    if (round.isEmpty()) {
      List<Trouble> all = new ArrayList<>(List.of(Trouble.values()));
      Collections.shuffle(all, random);
      round.addAll(all);
      rounds++;
    }
    now = "no trouble";
    pause(options.quietMax());
    if (random.nextInt(AT_ONCE_ONE_IN) > 0) {
      awaitAnswers();
    }
    Trouble trouble = round.remove();
    now = trouble.words();
    (make(trouble) ? effective : withoutEffect).merge(trouble, 1, Integer::sum);
    felt = effective.size();
    expectNode(trouble);
  }

  /** Whether it was felt. */
  private boolean make(Trouble trouble) throws ChaosFailure, InterruptedException {
    return switch (trouble) {
      case NODE_KILLED -> {
        boolean felt = awaitCall();
        site.killNode();
        site.restartNode();
        yield felt;
      }
      case NODE_RESTARTED -> {
        boolean felt = awaitCall();
        site.endNode().ifPresent(findings::add);
        site.restartNode();
        yield felt;
      }
      case NODE_PAUSED -> {
        site.stopNode();
        pause(options.troubleMax());
        boolean felt = underWay.getAsInt() > 0;
        site.continueNode();
        yield felt;
      }
      case POSTGRES_KILLED -> {
        site.killPostgres();
        pause(options.troubleMax());
        boolean felt = underWay.getAsInt() > 0;
        site.restartPostgres();
        yield felt;
      }
      case CONNECTIONS_CUT -> awaitCall() && site.toPostgres.cutAll() > 0;
      case JOURNAL_LOCKED -> {
        try (JournalLock lock = site.lockJournal()) {
          yield lock.awaitTimeout(LOCKED_MAX);
        }
      }
      case COMMIT_UNHEARD -> {
        site.unheardCommits.set(1);
        yield site.unheardCommits.await(UNHEARD_MILLIS_MAX) == 0;
      }
      case NETWORK_SILENT -> {
        site.toPostgres.silence();
        pause(options.troubleMax());
        yield site.toPostgres.endSilence() > 0;
      }
      case CALLERS_CUT -> awaitCall() && site.toNode.cutAll() > 0;
      case ANSWERS_UNHEARD -> {
        site.unheardAnswers.set(ANSWERS_UNHEARD);
        yield site.unheardAnswers.await(UNHEARD_MILLIS_MAX) < ANSWERS_UNHEARD;
      }
    };
  }

  /** The calls can go on only with a node. */
  void expectNode(Trouble last) throws ChaosFailure, InterruptedException {
    String ended = site.ended().orElse(null);
    if (ended != null) {
      findings.add(
          "the node has ended by itself, the last trouble was '%s': %s", last.words(), ended);
      site.restartNode();
    }
  }

  /** A trouble that meets a node which is busy with the last one is felt by nobody. */
  private void awaitAnswers() throws InterruptedException {
    long enough = answers.getAsLong() + ANSWERS_BETWEEN;
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(UNHEARD_MILLIS_MAX);
    while (answers.getAsLong() < enough && System.nanoTime() < end) {
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
  }

  /** What nobody is waiting for is felt by nobody. */
  private boolean awaitCall() throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(UNHEARD_MILLIS_MAX);
    while (underWay.getAsInt() == 0 && System.nanoTime() < end) {
      TimeUnit.MICROSECONDS.sleep(CALL_POLL_MICROS);
    }
    return underWay.getAsInt() > 0;
  }

  private void pause(Duration most) throws InterruptedException {
    int more = (int) Math.max(1, most.toMillis() - MILLIS_MIN);
    TimeUnit.MILLISECONDS.sleep(MILLIS_MIN + random.nextInt(more));
  }
}
