package dev.bursar.sidecar.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.api.http.Reply;
import dev.bursar.api.problem.Problem;
import dev.bursar.sidecar.usage.CallKey;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

final class KnownAnswersTest {

  private final KnownAnswers known =
      new KnownAnswers(
          key -> CompletableFuture.completedFuture(null), InstantSource.system(), Instant.MIN);

  private static Reply reply(String text) {
    return Reply.ok(json -> json.field("text", text));
  }

  private static String text(CompletionStage<Reply> answer) {
    return new String(answer.toCompletableFuture().join().body(), StandardCharsets.UTF_8);
  }

  @Test
  void theOldestAreForgottenWhereThereIsNoRoom() {
    String kilobyte = "x".repeat(1_000);
    for (int i = 0; i < 20_000; i++) {
      known.recovered(new CallKey("reserve " + i, i), reply(kilobyte));
    }
    assertThat(known.size()).isBetween(3_000, 5_300);
    assertThat(text(known.instead("reserve", "19999", key -> new CompletableFuture<>())))
        .contains(kilobyte);
    assertThat(text(known.instead("reserve", "0", key -> done(reply("new"))))).contains("new");
  }

  private static CompletionStage<Reply> done(Reply reply) {
    return CompletableFuture.completedFuture(reply);
  }

  @Test
  void whatWasPassedOnIsAnsweredOnceWhereNobodyCanBeAsked() {
    known.recovered(new CallKey("reserve a", 7), null);
    CompletableFuture<Reply> failing =
        CompletableFuture.failedFuture(new CompletionException(new IllegalStateException()));
    assertThat(known.instead("reserve", "a", key -> failing).toCompletableFuture())
        .isCompletedExceptionally();
    assertThat(
            text(
                known.instead(
                    "reserve",
                    "a",
                    key -> {
                      assertThat(key).isEqualTo(new CallKey("reserve a", 7));
                      return done(reply("first"));
                    })))
        .contains("first");
    assertThat(text(known.instead("reserve", "a", key -> done(reply("second"))))).contains("first");
    assertThat(
            known
                .instead("reserve", "a", key -> done(reply("third")))
                .toCompletableFuture()
                .join()
                .replayed())
        .isTrue();
  }

  @Test
  void whatIsDeniedWhileNobodyCanBeAskedIsNotTheAnswerToItsKey() {
    known.recovered(new CallKey("reserve a", 7), null);
    assertThat(
            text(
                known.instead(
                    "reserve",
                    "a",
                    key -> {
                      known.passing(key);
                      return done(reply("away"));
                    })))
        .contains("away");
    assertThat(known.size()).as("it was passed on, still").isEqualTo(1);
    assertThat(text(known.instead("reserve", "a", key -> done(reply("back"))))).contains("back");
    assertThat(text(known.instead("reserve", "a", key -> done(reply("later"))))).contains("back");
  }

  /** What an earlier life tells may be by a clock that was ahead. */
  @Test
  void whatIsForgottenIsNotOfTheFuture() {
    Instant noon = Instant.parse("2026-03-02T12:00:00Z");
    KnownAnswers after =
        new KnownAnswers(
            key -> CompletableFuture.completedFuture(null),
            () -> noon,
            Instant.parse("9999-01-01T00:00:00Z"));
    assertThat(after.refusal(key(noon.plusSeconds(9)))).isNotNull();
    assertThat(after.refusal(key(noon.plusMillis(9_999)))).isNotNull();
    // A later one is ahead of the clock until that has come so far.
    assertThat(after.refusal(key(noon.plusSeconds(11))))
        .isNotNull()
        .extracting(Problem::status)
        .isEqualTo(400);
    Instant[] now = {noon};
    KnownAnswers going =
        new KnownAnswers(key -> CompletableFuture.completedFuture(null), () -> now[0], Instant.MAX);
    now[0] = noon.plusSeconds(11);
    assertThat(going.refusal(key(now[0]))).isNull();
  }

  /** As at the server, where it tells no time. */
  @Test
  void aKeyWithABlankInItIsNoneThatTellsWhenItWasMade() {
    Instant ahead = Instant.now().plusSeconds(60);
    assertThat(known.refusal(key(ahead))).isNotNull();
    String timed = key(ahead).name().substring("reserve acme ".length());
    assertThat(known.refusal(new CallKey("reserve acme order " + timed, 1))).isNull();
  }

  private static CallKey key(Instant madeAt) {
    long millis = madeAt.toEpochMilli();
    return new CallKey(
        "reserve acme %08x-%04x-7000-8000-000000000001".formatted(millis >> 16, millis & 0xffff),
        1);
  }

  @Test
  void whatTheServerMayHaveHeardOfItMayHaveDone() {
    known.recovered(new CallKey("reserve a", 7), null);
    assertThat(known.isSent("reserve", "a")).as("in an earlier life").isTrue();
    known.recovered(new CallKey("reserve b", 7), reply("kept"));
    assertThat(known.isSent("reserve", "b")).isFalse();
    known.sending("reserve", "b");
    known.sending("reserve", "b");
    known.unsent("reserve", "b");
    assertThat(known.isSent("reserve", "b")).as("the other call may be there").isTrue();
    known.unsent("reserve", "b");
    assertThat(known.isSent("reserve", "b")).isFalse();
    known.sending("reserve", null);
    assertThat(known.isSent("reserve", null)).as("without a key each is its own").isFalse();
  }

  @Test
  void whatDoesNotEvenBeginHereIsAskedAnew() {
    known.recovered(new CallKey("reserve a", 7), null);
    assertThat(
            known
                .instead(
                    "reserve",
                    "a",
                    key -> {
                      throw new IllegalStateException("it does not");
                    })
                .toCompletableFuture())
        .isCompletedExceptionally();
    assertThat(text(known.instead("reserve", "a", key -> done(reply("later"))))).contains("later");
  }
}
