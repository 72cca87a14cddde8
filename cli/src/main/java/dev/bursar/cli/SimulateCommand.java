package dev.bursar.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.bursar.benchmarks.console.Progress;
import dev.bursar.simulation.Beside;
import dev.bursar.simulation.Fault;
import dev.bursar.simulation.HistoryLines;
import dev.bursar.simulation.Rarity;
import dev.bursar.simulation.Scenario;
import dev.bursar.simulation.Shrinking;
import dev.bursar.simulation.Simulation;
import dev.bursar.simulation.SkippedOperations;
import dev.bursar.simulation.Tampering;
import dev.bursar.simulation.Trials;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bursar simulate}: thousands of hostile histories, in one process. */
@Command(
    name = "simulate",
    mixinStandardHelpOptions = true,
    description = {
      "Run histories of several nodes, clients, a journal and a network that fail in every way, on virtual"
          + " time, beside a naive model. Every row is checked when it is written, and every answer when it is given;"
          + " that everything ends, settles and adds up, when all has come to rest.",
      "A history that fails is made smaller, and told from its beginning."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:all that must hold has held",
      "1:something did not, or something that should have been tried never happened: in the histories of every build, 1 to"
          + " 2,000, or in 20,000 others",
      "2:wrong usage"
    })
final class SimulateCommand implements Callable<Integer> {

  private static final long SEEDS_MAX = 1_000_000_000L;

  /** So that what is run for hours is another part of all histories each time. */
  private static final long RANDOM_SEED_MAX = 1_000_000_000_000L;

  private static final int MINUTES_MAX = 60 * 24 * 7;

  /** In the first of all histories everything happens. */
  private static final long SEEDS_WITH_EVERYTHING = 2_000;

  /** Of others it takes more: what is rarest happens twice in two thousand. */
  private static final long SEEDS_FOR_EVERYTHING = 20_000;

  private static final String NONE = "none";
  private static final long SHRINKING_TOLD_NANOS = TimeUnit.SECONDS.toNanos(3);

  private final Tampering tampering;
  private long toldNanos;

  @Spec private CommandSpec spec;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description =
          "The first seed. Alone, only its history is run. Default: 1;"
              + " with --minutes a random one, which is told")
  private @Nullable Long seed;

  @Option(
      names = "--seeds",
      paramLabel = "N",
      description = "How many histories, from 1. Default: 2000, or 1 with --seed alone")
  private @Nullable Long seeds;

  @Option(
      names = "--minutes",
      paramLabel = "M",
      description = "Instead of --seeds: run for so long, however many histories that makes")
  private @Nullable Integer minutes;

  @Option(
      names = "--clients",
      paramLabel = "C",
      description = "With --seed alone: so many clients instead of those that follow from the seed")
  private @Nullable Integer clients;

  @Option(
      names = "--operations",
      paramLabel = "O",
      description =
          "With --seed alone: so many operations of each client while things go wrong; a few more follow when those have"
              + " ended. An operation is a call, asked again until it is answered")
  private @Nullable Integer operations;

  @Option(
      names = "--faults",
      paramLabel = "F",
      description =
          "With --seed alone: these faults, with commas between them, or none. Another word is answered with those that"
              + " there are")
  private @Nullable String faults;

  @Option(
      names = "--remembered",
      paramLabel = "K",
      description = "With --seed alone: an entity remembers so many keys")
  private @Nullable Integer remembered;

  @Option(
      names = "--without",
      paramLabel = "W",
      description =
          "With --seed alone: without these, with commas between them, though the seed has them. Another word is answered"
              + " with those that there are")
  private @Nullable String without;

  @Option(
      names = "--skip",
      paramLabel = "P",
      description =
          "With --seed alone: these operations are not asked for, by the names that the history tells, such as"
              + " client1:3,client2:7-9; all others are")
  private @Nullable String skip;

  @Option(
      names = "--history",
      description =
          "With --seed alone: all that happens is told from the beginning, as it is of a history that fails")
  private boolean history;

  SimulateCommand() {
    this(Tampering.NONE);
  }

  /**
   * @param tampering a bug, planted by a test
   */
  SimulateCommand(Tampering tampering) {
    this.tampering = tampering;
  }

  @Override
  public Integer call() throws InterruptedException {
    // What fails here, fails on purpose: a log of that is as long as the run.
    Logger all = (Logger) LoggerFactory.getLogger("dev.bursar");
    Level level = all.getLevel();
    all.setLevel(Level.OFF);
    try {
      return run();
    } finally {
      all.setLevel(level);
    }
  }

  private int run() throws InterruptedException {
    demand("--seeds", seeds, SEEDS_MAX);
    demand("--minutes", asLong(minutes), MINUTES_MAX);
    demand("--clients", asLong(clients), Scenario.CLIENTS_MAX);
    demand("--operations", asLong(operations), Scenario.OPERATIONS_MAX);
    demand("--remembered", asLong(remembered), Scenario.REMEMBERED_MIN, Scenario.REMEMBERED_ALL);
    if (seeds != null && minutes != null) {
      throw WrongUsage.of(spec, "--minutes: takes the place of --seeds; only one says when to end");
    }
    if (seed != null && seeds == null && minutes == null) {
      return one(changed(Scenario.of(seed)));
    }
    if (clients != null
        || operations != null
        || faults != null
        || remembered != null
        || without != null
        || skip != null
        || history) {
      throw WrongUsage.of(
          spec,
          "--clients, --operations, --faults, --remembered, --without, --skip and --history are for the"
              + " history of one seed: they need --seed, without --seeds and --minutes");
    }
    boolean anywhere = seed == null && minutes != null;
    long first = anywhere ? 1 + new Random().nextLong(RANDOM_SEED_MAX) : seed == null ? 1 : seed;
    long count = seeds != null ? seeds : minutes != null ? SEEDS_MAX : 2_000;
    if (first > Long.MAX_VALUE - (count - 1)) {
      throw WrongUsage.of(
          spec, "--seed: from %d on there are no %,d seeds".formatted(first, count));
    }
    Duration most = minutes == null ? Duration.ofDays(365) : Duration.ofMinutes(minutes);
    Trials trials = new Trials(first, count, most, tampering);
    Thread stopped = new Thread(() -> stopped(trials), "stop");
    Runtime.getRuntime().addShutdownHook(stopped);
    if (anywhere) {
      PrintWriter out = spec.commandLine().getOut();
      out.printf("the first seed is %d%n", first);
      out.flush();
    }
    try {
      return many(trials, count, first == 1 ? SEEDS_WITH_EVERYTHING : SEEDS_FOR_EVERYTHING);
    } finally {
      try {
        Runtime.getRuntime().removeShutdownHook(stopped);
      } catch (IllegalStateException e) {
        // It is being run.
      }
    }
  }

  /** Ctrl-C: what was tried until then has been tried. */
  private void stopped(Trials trials) {
    PrintWriter err = spec.commandLine().getErr();
    err.println();
    if (trials.failure() == null && trials.done() == 0) {
      err.println("stopped before the first history had ended: nothing is known");
    } else if (trials.failure() == null) {
      err.printf("stopped after %,d histories: all that must hold has held%n", trials.done());
    } else {
      err.printf(
          "stopped after %,d histories, while the one that failed was made smaller%n",
          trials.done());
    }
    err.flush();
  }

  private static @Nullable Long asLong(@Nullable Integer value) {
    return value == null ? null : Long.valueOf(value);
  }

  private Scenario changed(Scenario from) {
    return new Scenario(
        from.seed(),
        faults == null ? from.faults() : these("--faults", faults, Fault.class),
        clients == null ? from.clients() : clients,
        operations == null ? from.operations() : operations,
        remembered == null ? from.remembered() : remembered,
        without == null ? from.without() : these("--without", without, Beside.class),
        skip == null ? from.skipped() : skipped(skip));
  }

  private SkippedOperations skipped(String words) {
    try {
      return SkippedOperations.parse(words);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--skip: " + e.getMessage(), e);
    }
  }

  private <E extends Enum<E>> Set<E> these(String option, String words, Class<E> known) {
    Set<E> found = EnumSet.noneOf(known);
    for (String word : words.equals(NONE) ? new String[0] : words.split(",", -1)) {
      try {
        found.add(Enum.valueOf(known, word));
      } catch (IllegalArgumentException e) {
        throw new ParameterException(
            spec.commandLine(),
            "%s: '%s' is none of %s, and not %s"
                .formatted(option, word, EnumSet.allOf(known), NONE),
            e);
      }
    }
    return found;
  }

  private void demand(String option, @Nullable Long value, long most) {
    demand(option, value, 1, most);
  }

  private void demand(String option, @Nullable Long value, long least, long most) {
    if (value != null && (value < least || value > most)) {
      throw WrongUsage.of(
          spec, "%s: %d is not between %d and %d".formatted(option, value, least, most));
    }
  }

  private int many(Trials trials, long count, long forEverything) throws InterruptedException {
    CountDownLatch done = new CountDownLatch(1);
    AtomicReference<@Nullable Throwable> broken = new AtomicReference<>();
    Thread runner =
        Thread.ofPlatform()
            .daemon()
            .name("simulation")
            .start(
                () -> {
                  try {
                    trials.run();
                  } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                  } catch (RuntimeException | Error fault) {
                    broken.set(fault);
                  } finally {
                    done.countDown();
                  }
                });
    if (minutes == null) {
      Progress.follow(
          "histories", count, done, trials::done, () -> "%,d steps".formatted(trials.steps()));
    } else {
      long began = System.nanoTime();
      long seconds = TimeUnit.MINUTES.toSeconds(minutes);
      Progress.follow(
          "seconds",
          seconds,
          done,
          () -> Math.min(seconds, TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began)),
          () -> "%,d histories, %,d steps".formatted(trials.done(), trials.steps()));
    }
    runner.join();
    Simulation.Outcome failure = trials.failure();
    if (failure != null) {
      return failed(failure);
    }
    if (broken.get() != null || (minutes == null && trials.done() != count)) {
      throw new IllegalStateException(
          "%d of %d histories came to an end".formatted(trials.done(), count), broken.get());
    }
    PrintWriter out = spec.commandLine().getOut();
    trials.seen().forEach((rarity, times) -> out.printf("%,12d  %s%n", times, words(rarity)));
    out.printf(
        "%,d histories, %,d steps: all that must hold has held%n", trials.done(), trials.steps());
    Set<Enum<?>> never = trials.neverSeen();
    never.forEach(each -> out.println("never happened: " + words(each)));
    boolean enough = trials.done() >= forEverything;
    if (!never.isEmpty() && !enough) {
      out.printf("with fewer than %,d histories, that is no fault%n", forEverything);
    }
    out.flush();
    return never.isEmpty() || !enough ? 0 : 1;
  }

  private static String words(Enum<?> each) {
    return each.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  private int one(Scenario scenario) {
    HistoryLines told = new HistoryLines();
    Simulation.Outcome outcome = Simulation.run(scenario, tampering, history ? told : null);
    SkippedOperations never = scenario.skipped().without(outcome.skipped());
    if (!never.isEmpty()) {
      PrintWriter err = spec.commandLine().getErr();
      err.printf("--skip: there was no %s to be skipped%n", never);
      err.flush();
    }
    if (outcome.failed()) {
      return failed(outcome);
    }
    tell(told);
    PrintWriter out = spec.commandLine().getOut();
    for (Map.Entry<Rarity, Integer> each : outcome.seen().entrySet()) {
      out.printf("%,12d  %s%n", each.getValue(), words(each.getKey()));
    }
    out.printf("%s: all that must hold has held%n", scenario);
    out.flush();
    return 0;
  }

  private int failed(Simulation.Outcome outcome) {
    PrintWriter err = spec.commandLine().getErr();
    // Whoever stops it meanwhile knows at least this.
    outcome
        .violations()
        .forEach(each -> err.printf("violated %s: %s%n", each.invariant(), each.detail()));
    err.printf("again    bin/bursar simulate %s%n", options(outcome.scenario()));
    err.printf("seed %d fails; it is being made smaller%n", outcome.scenario().seed());
    err.flush();
    Scenario smallest = Shrinking.smallest(outcome, tampering, this::shrinks);
    HistoryLines told = new HistoryLines();
    Simulation.Outcome again = Simulation.run(smallest, tampering, told);
    tell(told);
    PrintWriter out = spec.commandLine().getOut();
    if (!again.failed()) {
      out.printf("FAILED   %s%n", outcome.scenario());
      out.printf("run once more, it does not fail: %s%n", smallest);
      out.flush();
      return 1;
    }
    again
        .violations()
        .forEach(each -> out.printf("VIOLATED %s: %s%n", each.invariant(), each.detail()));
    out.printf("FAILED   %s%n", outcome.scenario());
    out.printf("smaller  %s%n", smallest);
    out.printf("again    bin/bursar simulate %s%n", options(smallest));
    out.flush();
    return 1;
  }

  /** Now and then: what is found is seldom small at once. */
  private void shrinks(int runs, Simulation.Outcome smallest) {
    if (System.nanoTime() - toldNanos > SHRINKING_TOLD_NANOS) {
      toldNanos = System.nanoTime();
      PrintWriter err = spec.commandLine().getErr();
      err.printf(
          "%,d smaller histories tried: %d operations, %s%n",
          runs, smallest.asked().size(), smallest.scenario());
      err.flush();
    }
  }

  private static String options(Scenario scenario) {
    String same =
        "--seed %d --clients %d --operations %d --faults=%s --remembered %d"
            .formatted(
                scenario.seed(),
                scenario.clients(),
                scenario.operations(),
                scenario.faults().isEmpty() ? NONE : names(scenario.faults()),
                scenario.remembered());
    return same
        + (scenario.without().isEmpty() ? "" : " --without=" + names(scenario.without()))
        + (scenario.skipped().isEmpty() ? "" : " --skip=" + scenario.skipped());
  }

  private static String names(Set<? extends Enum<?>> all) {
    return all.stream().map(Enum::name).sorted().collect(Collectors.joining(","));
  }

  private void tell(HistoryLines history) {
    PrintWriter out = spec.commandLine().getOut();
    history.inWords().forEach(out::println);
  }
}
