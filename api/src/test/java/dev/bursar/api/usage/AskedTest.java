package dev.bursar.api.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.api.problem.Fault;
import dev.bursar.api.problem.Problem;
import dev.bursar.domain.usage.Unanswerable;
import dev.bursar.domain.usage.Unanswerable.Reason;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Questions that can't be answered are the client's to ask otherwise. */
class AskedTest {

  @ParameterizedTest
  @CsvSource({"NOT_KEPT, not_kept, from", "TOO_MANY_ROWS, too_many_rows,"})
  void whatCanNotBeAnsweredIsAProblemOfTheQuestion(
      Reason reason, String code, @Nullable String field) {
    CompletionStage<String> answer =
        CompletableFuture.supplyAsync(
            () -> {
              throw new Unanswerable(reason, "Ask otherwise.");
            });
    assertThatThrownBy(() -> Asked.orRefused(answer).toCompletableFuture().join())
        .cause()
        .isInstanceOfSatisfying(
            Fault.class,
            fault -> {
              Problem problem = fault.problem();
              assertThat(problem.status()).isEqualTo(400);
              assertThat(problem.code()).isEqualTo(code);
              assertThat(problem.field()).isEqualTo(field);
              assertThat(problem.detail()).isEqualTo("Ask otherwise.");
            });
  }

  @Test
  void otherFailuresStayWhatTheyAre() {
    CompletionStage<String> answer =
        CompletableFuture.failedFuture(new IllegalStateException("broken"));
    assertThatThrownBy(() -> Asked.orRefused(answer).toCompletableFuture().join())
        .hasCauseInstanceOf(IllegalStateException.class);
  }
}
