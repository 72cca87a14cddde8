package dev.bursar.benchmarks.history;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.bursar.benchmarks.load.CallFailure;
import dev.bursar.benchmarks.load.PatientConnection;
import dev.bursar.benchmarks.load.Response;
import dev.bursar.domain.credits.Credits;
import dev.bursar.simulation.history.Call;
import dev.bursar.simulation.history.Calls;
import dev.bursar.simulation.history.Step;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A client of a history: asks for one thing after the other, each with a key, and again with the
 * same key until it is answered. For one thread; what it has in common with the others it takes the
 * history's lock for.
 */
final class Client {

  /** How long anything lasts, in seconds: not for long, since all of it has to end in the end. */
  private static final int SECONDS_MAX = 15;

  private static final JsonMapper MAPPER = new JsonMapper();

  private final History history;
  private final AnswerChecks checks;
  private final Random random;
  private final List<Told> finished = new ArrayList<>();
  private final Calls calls;

  Client(History history, Random random) {
    this.history = history;
    this.checks = new AnswerChecks(history.memory, history.findings);
    this.random = random;
    this.calls =
        new Calls(
            history.orgs,
            SECONDS_MAX,
            history.known,
            history.mix,
            new ClientSight(history.figures, finished),
            false,
            random);
  }

  /** How many microseconds pass until it asks for something. */
  long pauseMicros() {
    return (long) (random.nextDouble() * calls.pauseMicrosMax());
  }

  /** Asks for one thing, and checks what it is told. */
  void ask(PatientConnection connection) throws InterruptedException {
    Step step;
    synchronized (history) {
      step = calls.next();
    }
    switch (step) {
      case Step.New(Call call, String key) ->
          ask(connection, call, Kind.of(call), key, checks::first);
      case Step.ReportAgain(Call.Report report) ->
          ask(connection, report, Kind.REPORT_AGAIN, report.event().id(), checks::first);
      case Step.Contested(Call.Commit commit, String key) ->
          ask(connection, commit, Kind.CONTESTED_END, key, checks::first);
      case Step.Again(int at) -> {
        Told before = finished.get(at);
        ask(
            connection,
            before.call(),
            Kind.AGAIN,
            before.key(),
            told -> checks.again(before, told));
      }
      case Step.Reuse(Call call, String key) ->
          ask(connection, call, Kind.KEY_REUSE, key, checks::reused);
    }
  }

  private void ask(
      PatientConnection connection, Call call, Kind kind, String key, Consumer<Told> check)
      throws InterruptedException {
    Instant askedAt = Instant.now();
    Told told = answer(connection, call, kind, key, askedAt);
    synchronized (history) {
      if (told == null) {
        history.memory.unanswered(call, askedAt);
      } else {
        history.counts.told(told);
        history.memory.told(told);
        history.figures.told(told);
        check.accept(told);
        goOn(told);
      }
    }
  }

  /** What may be done with what was carried out. */
  private void goOn(Told told) {
    boolean first = told.kind() != Kind.AGAIN && told.kind() != Kind.KEY_REUSE;
    if (!first || !told.isDone() || isForgotten(told.call())) {
      return;
    }
    finished.add(told);
    switch (told.call()) {
      case Call.Reserve reserve -> {
        history.known.used(reserve, told.key());
        if (told.isAllowed() && !reserve.request().commit()) {
          history.known.reserved(
              new Call.Reserved(
                  told.text("reservation_id"),
                  reserve.wallet(),
                  Credits.ofExact(told.amount("amount"))));
        }
      }
      case Call.AddGrant add -> {
        history.known.used(add, told.key());
        history.known.granted(add.wallet(), add.grant().id());
      }
      case Call.Adjust adjust -> history.known.used(adjust, told.key());
      case Call.Transfer transfer -> history.known.used(transfer, told.key());
      case Call other -> {}
    }
  }

  /** What has no key, or changes nothing, may be answered otherwise the next time. */
  private static boolean isForgotten(Call call) {
    return call instanceof Call.Report
        || (call instanceof Call.Reserve reserve && reserve.request().dryRun());
  }

  /** The answer; null if there is none, or none that can be read, which is a finding. */
  private @Nullable Told answer(
      PatientConnection connection, Call call, Kind kind, String key, Instant askedAt)
      throws InterruptedException {
    try {
      Response response = connection.call(Requests.of(call, key));
      JsonNode body = MAPPER.readTree(response.body());
      boolean reported = call instanceof Call.Report && body.has("results");
      return new Told(
          call,
          kind,
          key,
          response.status(),
          reported ? body.path("results").path(0) : body,
          response.replayed(),
          askedAt,
          Instant.now());
    } catch (CallFailure e) {
      history.findings.add(
          "%s, key %s, asked %s, is not answered: %s", call, key, askedAt, e.getMessage());
    } catch (IOException e) {
      history.findings.add("%s, key %s: the answer is no JSON: %s", call, key, e.getMessage());
    }
    return null;
  }
}
