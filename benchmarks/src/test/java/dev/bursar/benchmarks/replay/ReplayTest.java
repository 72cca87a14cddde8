package dev.bursar.benchmarks.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.bursar.benchmarks.load.Endpoint;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class ReplayTest {

  private static final int ROWS = 400;

  private final FakeNode node = new FakeNode();
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();

  @AfterEach
  void stop() {
    node.close();
  }

  @Test
  void everyCreditIsWhereItShouldBe() throws Exception {
    assertThat(replay(ROWS, new Pace.AtOnce())).isTrue();
    assertThat(printed())
        .containsPattern("requests +400")
        .containsPattern("failed +0")
        .contains("difference 0\n");
    assertThat(node.wallets()).hasSize(3).containsKey("replay-1-01");
  }

  @Test
  void lostAnswersAndOverloadLoseNothingAndChargeNothingTwice() throws Exception {
    node.loseEvery = 7;
    node.refuseEvery = 11;
    assertThat(replay(ROWS, new Pace.AtOnce())).isTrue();
    assertThat(printed())
        .containsPattern("requests +400")
        .containsPattern("failed +0")
        .containsPattern("sent again +\\d+")
        .contains("difference 0\n");
  }

  @Test
  void aSecondRunContinuesOnTheSameOrgsAndIsAnsweredTheSame() throws Exception {
    replay(ROWS, new Pace.AtOnce());
    long entries = entries();
    assertThat(replay(ROWS, new Pace.AtOnce())).isTrue();
    assertThat(entries()).isEqualTo(entries);
    assertThat(printed()).contains("answered before");
  }

  @Test
  void aShorterRunToleratesWhatALongerOneLeft() throws Exception {
    replay(ROWS, new Pace.AtOnce());
    assertThat(replay(ROWS / 4, new Pace.AtOnce())).isTrue();
    assertThat(printed()).containsPattern("entries of earlier runs");
  }

  @Test
  void aLedgerThatLagsIsWaitedFor() throws Exception {
    node.lag = 5;
    assertThat(replay(ROWS, new Pace.AtOnce())).isTrue();
  }

  @Test
  void rowsArriveAtAFixedRate() throws Exception {
    assertThat(replay(100, new Pace.Rate(500))).isTrue();
    assertThat(printed()).containsPattern("requests +100");
  }

  @Test
  void rowsArriveAsTheTraceWent() throws Exception {
    assertThat(replay(50, new Pace.Speed(100))).isTrue();
    assertThat(printed()).containsPattern("requests +50");
  }

  @Test
  void aLedgerThatSaysSomethingElseIsADifference() throws Exception {
    node.tampering =
        entry -> entry.path("sequence").asInt() == 10 ? entry.put("amount", "-0.000001") : entry;
    assertThat(replay(ROWS, new Pace.AtOnce())).isFalse();
    assertThat(printed()).containsPattern("difference [0-9.]+ credits, in \\d+ discrepancies:");
  }

  @Test
  void nobodyThereIsOneClearLine() {
    Endpoint endpoint = node.endpoint();
    node.close();
    assertThatExceptionOfType(ReplayFailure.class)
        .isThrownBy(() -> run(options(ROWS, new Pace.AtOnce(), endpoint)))
        .withMessage(
            "no node answers at " + endpoint + " (no connection); start one with: bin/bursar up");
  }

  @Test
  void aWrongKeyIsOneClearLine() {
    Endpoint endpoint = node.endpoint().withBearer("wrong");
    assertThatExceptionOfType(ReplayFailure.class)
        .isThrownBy(() -> run(options(ROWS, new Pace.AtOnce(), endpoint)))
        .withMessageStartingWith("PUT /v1/orgs/replay-1-0")
        .withMessageContaining("status 401")
        .withMessageNotContaining("\n");
  }

  private boolean replay(int rows, Pace pace) throws Exception {
    return run(options(rows, pace, node.endpoint()));
  }

  private boolean run(ReplayOptions options) throws Exception {
    try (PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8)) {
      return new Replay(options, out).run();
    }
  }

  private static ReplayOptions options(int rows, Pace pace, Endpoint endpoint) {
    return new ReplayOptions(null, endpoint, 3, 1, pace, 8, false, rows);
  }

  private String printed() {
    return printed.toString(StandardCharsets.UTF_8);
  }

  private long entries() {
    return node.wallets().values().stream().mapToLong(wallet -> wallet.entries().size()).sum();
  }
}
