package dev.bursar.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.simulation.Scenario;
import dev.bursar.simulation.Tampering;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** A history that fails is told so that a person can read it, and run it again. */
final class SimulateCommandTest {

  private static final Tampering A_BUG =
      new Tampering() {
        @Override
        public boolean takesRowsTwice() {
          return true;
        }
      };

  private String out = "";
  private String err = "";

  private int simulate(Tampering tampering, String... options) {
    StringWriter told = new StringWriter();
    StringWriter complained = new StringWriter();
    int exit =
        new CommandLine(new SimulateCommand(tampering))
            .setOut(new PrintWriter(told))
            .setErr(new PrintWriter(complained))
            .execute(options);
    out = told.toString();
    err = complained.toString();
    return exit;
  }

  @Test
  void oneHistoryIsToldFromItsBeginning() {
    assertThat(simulate(Tampering.NONE, "--seed", "3", "--history")).isZero();
    assertThat(out).contains("client1:1 asks: ").contains("all that must hold has held");
    assertThat(out.lines().filter(line -> line.contains("the budgets of acme")).count()).isOne();
    assertThat(out).startsWith("it begins at 20").contains("acme has no plan");
    assertThat(simulate(Tampering.NONE, "--seed", "3")).isZero();
    assertThat(out).doesNotContain("asks: ").contains("all that must hold has held");
  }

  @Test
  void aFailureIsMadeSmallerAndCanBeRunAgain() {
    assertThat(simulate(A_BUG, "--seeds", "40")).isEqualTo(1);
    assertThat(err).contains("is being made smaller", "again    bin/bursar simulate --seed");
    assertThat(out).contains("VIOLATED I8: ").contains("FAILED   seed ").contains("smaller  seed ");
    Matcher again = Pattern.compile("again    bin/bursar simulate (.*)").matcher(out);
    assertThat(again.find()).isTrue();
    List<String> violated = violated();

    assertThat(simulate(A_BUG, again.group(1).trim().split(" "))).isEqualTo(1);
    assertThat(out.lines().filter(line -> line.contains("VIOLATED "))).hasSameSizeAs(violated);
    assertThat(violated()).isEqualTo(violated).doesNotHaveDuplicates();
  }

  private List<String> violated() {
    return out.lines().filter(line -> line.startsWith("VIOLATED ")).toList();
  }

  /** Where nothing has to be forgotten for it to fail, nothing is, when it is run again either. */
  @Test
  void theSmallerHistoryOfOneThatForgetsIsRunAgainAsItIs() {
    Tampering bug =
        new Tampering() {
          @Override
          public boolean projectsTwice() {
            return true;
          }
        };
    LongStream.iterate(1, seed -> seed + 1)
        .filter(seed -> Scenario.of(seed).remembered() < Scenario.REMEMBERED_ALL)
        .limit(40)
        .filter(seed -> simulate(bug, "--seed", "" + seed) == 1)
        .findFirst()
        .orElseThrow();
    Matcher smaller = Pattern.compile("smaller  (.*)").matcher(out);
    Matcher again = Pattern.compile("again    bin/bursar simulate (.*)").matcher(out);
    assertThat(smaller.find() && again.find()).isTrue();

    simulate(bug, again.group(1).trim().split(" "));
    assertThat(out).contains("FAILED   " + smaller.group(1).trim() + System.lineSeparator());
  }

  @Test
  void whatIsRunForSomeTimeBeginsAnywhereAndTellsWhere() {
    assertThat(simulate(A_BUG, "--minutes", "1")).isEqualTo(1);
    Matcher first = Pattern.compile("the first seed is (\\d+)").matcher(out);
    assertThat(first.find()).isTrue();
  }

  @Test
  void whatNeverHappenedIsToldAndNoFaultInFewHistories() {
    assertThat(simulate(Tampering.NONE, "--seeds", "2")).isZero();
    assertThat(out).contains("never happened: ").contains("with fewer than 2,000 histories");
  }

  @Test
  void whatCanNotBeRunIsNoSuccess() {
    Tampering broken =
        new Tampering() {
          @Override
          public Tampering forOneRun() {
            throw new IllegalStateException("can't be run");
          }
        };
    assertThat(simulate(broken, "--seeds", "2")).isEqualTo(1);
    assertThat(out).contains("VIOLATED crash: ").contains("can't be run");
  }

  @Test
  void seedsDoNotBeginAnewAfterTheLast() {
    assertThat(simulate(Tampering.NONE, "--seed", "" + (Long.MAX_VALUE - 3), "--seeds", "5"))
        .isEqualTo(2);
    assertThat(err).contains("--seed: from 9223372036854775804 on there are no 5 seeds");
    assertThat(simulate(Tampering.NONE, "--seed", "" + Long.MAX_VALUE, "--seeds", "1")).isZero();
  }

  @Test
  void whatIsSkippedIsNotAskedFor() {
    assertThat(simulate(Tampering.NONE, "--seed", "3", "--history", "--skip", "client1:1-2"))
        .isZero();
    assertThat(out).contains("client1:3 asks: ").doesNotContain("client1:2 asks");
    assertThat(err).isEmpty();
    assertThat(simulate(Tampering.NONE, "--seed", "3", "--skip", "client1:2,client77:3-5"))
        .isZero();
    assertThat(err).contains("--skip: there was no client77:3-5 to be skipped");
    assertThat(simulate(Tampering.NONE, "--seed", "3", "--skip", "3")).isEqualTo(2);
    assertThat(err).contains("--skip: '3' names no operations");
  }

  @Test
  void seedsAndMinutesDoNotGoTogether() {
    assertThat(simulate(Tampering.NONE, "--seeds", "2", "--minutes", "1")).isEqualTo(2);
    assertThat(err).contains("--minutes: takes the place of --seeds");
  }

  @Test
  void aChangedHistoryNeedsItsSeed() {
    assertThat(simulate(Tampering.NONE, "--clients", "2")).isEqualTo(2);
    assertThat(err).contains("they need --seed");
  }

  @Test
  void aFaultThatIsNotKnownIsRefusedWithThoseThatAre() {
    assertThat(simulate(Tampering.NONE, "--seed", "3", "--faults", "EARTHQUAKE")).isEqualTo(2);
    assertThat(err).contains("EARTHQUAKE").contains("MESSAGE_LOST");
  }

  @Test
  void whatIsLeftOutIsThereToBeLeftOut() {
    assertThat(simulate(Tampering.NONE, "--seed", "3", "--without", "BUDGETERS,DAYS")).isZero();
    assertThat(out).contains("without [BUDGETERS, DAYS]");
    assertThat(simulate(Tampering.NONE, "--seed", "3", "--without", "CLIENTS")).isEqualTo(2);
    assertThat(err).contains("'CLIENTS' is none of [SIDECARS, HOLDERS, BUDGETERS, ");
  }

  @Test
  void whoStopsItIsToldHowManyHaveHeld() {
    try (BursarProcess process = BursarProcess.start("simulate", "--minutes", "5")) {
      process.await(line -> line.startsWith("the first seed is "));
      assertThat(process.stopped())
          .containsPattern(
              "stopped (after [1-9][0-9,]* histories: all that must hold has held"
                  + "|before the first history had ended: nothing is known)");
    }
  }

  @Test
  void noFaultsAreAListWithoutAny() {
    assertThat(simulate(Tampering.NONE, "--seed", "5", "--faults=none")).isZero();
    assertThat(out).contains("no faults");
  }
}
