package dev.bursar.benchmarks.history;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.bursar.benchmarks.load.CallFailure;
import dev.bursar.benchmarks.load.PatientConnection;
import dev.bursar.benchmarks.load.Response;
import java.io.IOException;
import java.time.Instant;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A client: asks for one thing after the other, each with a key, and again with the same key until
 * it is answered. For one thread.
 */
final class Client {

  private static final JsonMapper MAPPER = new JsonMapper();
  private static final int AGAIN_PERCENT = 4;
  private static final int REUSE_PERCENT = 2;

  private final Stage stage;
  private final Memory memory;
  private final Findings findings;
  private final AnswerChecks checks;
  private final int number;
  private final Random random;
  private final CallMix mix;
  private int asked;

  Client(Stage stage, Memory memory, Findings findings, int number, Random random) {
    this.stage = stage;
    this.memory = memory;
    this.findings = findings;
    this.checks = new AnswerChecks(findings);
    this.number = number;
    this.random = random;
    this.mix = new CallMix(stage, memory, "c" + number, random);
  }

  /** Asks for one thing, and checks what it is told. */
  void ask(PatientConnection connection) throws InterruptedException {
    int percent = random.nextInt(100);
    Told before = percent < AGAIN_PERCENT + REUSE_PERCENT ? mix.again() : null;
    if (before == null) {
      first(connection);
    } else if (percent < AGAIN_PERCENT) {
      again(connection, before);
    } else {
      reuse(connection, before);
    }
  }

  private void first(PatientConnection connection) throws InterruptedException {
    Call call = mix.next();
    if (call instanceof Call.ChangeBudget change) {
      memory.limit(change.org(), change.budget().id(), change.limit());
    }
    Told told = ask(connection, call, stage.keyPrefix() + number + "-" + asked++);
    if (told != null) {
      memory.told(told);
      checks.first(told);
    }
  }

  private void again(PatientConnection connection, Told before) throws InterruptedException {
    Told told = ask(connection, before.call(), before.key());
    if (told != null) {
      memory.count(Kind.AGAIN, told);
      checks.again(before, told);
    }
  }

  private void reuse(PatientConnection connection, Told before) throws InterruptedException {
    Call other = mix.other(before.call());
    Told told = other == null ? null : ask(connection, other, before.key());
    if (told != null) {
      memory.count(Kind.KEY_REUSE, told);
      checks.reused(before, told);
    }
  }

  private @Nullable Told ask(PatientConnection connection, Call call, String key)
      throws InterruptedException {
    Instant askedAt = Instant.now();
    try {
      Response response = connection.call(Requests.of(call, key));
      JsonNode body = MAPPER.readTree(response.body());
      return new Told(
          call, key, response.status(), body, response.replayed(), askedAt, Instant.now());
    } catch (CallFailure e) {
      memory.unanswered(call);
      findings.add("%s, key %s, asked %s, is not answered: %s", call, key, askedAt, e.getMessage());
    } catch (IOException e) {
      findings.add("%s, key %s: the answer is no JSON: %s", call, key, e.getMessage());
    }
    return null;
  }
}
