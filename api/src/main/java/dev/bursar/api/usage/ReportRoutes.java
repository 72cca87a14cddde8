package dev.bursar.api.usage;

import dev.bursar.api.access.Access;
import dev.bursar.api.http.Call;
import dev.bursar.api.http.Endpoint;
import dev.bursar.api.http.Intake;
import dev.bursar.api.http.Reply;
import dev.bursar.api.json.Json;
import dev.bursar.api.json.JsonReader;
import dev.bursar.api.json.JsonWriter;
import dev.bursar.api.operation.Outcomes;
import dev.bursar.api.problem.Fault;
import dev.bursar.api.problem.Problem;
import dev.bursar.domain.enforcement.DenialCode;
import dev.bursar.domain.identity.ReservationId;
import dev.bursar.domain.lease.Leases;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.usage.UsageReports;
import dev.bursar.domain.usage.UsageReports.Accepted;
import dev.bursar.domain.usage.UsageReports.Busy;
import dev.bursar.domain.usage.UsageReports.Duplicate;
import dev.bursar.domain.usage.UsageReports.Rejected;
import dev.bursar.domain.usage.UsageReports.Report;
import dev.bursar.domain.usage.UsageReports.Result;
import dev.bursar.domain.usage.UsageReports.Unreachable;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** {@code /v1/events}: usage that was not reserved, told of after it ran. */
public final class ReportRoutes {

  private static final int BODY_BYTES_MAX = 4 * 1_048_576;
  private static final int EVENTS_MAX = 1_000;

  private static final Rejected LEASED =
      new Rejected(
          "invalid",
          "source",
          "is a lease that is known: what was decided from it is reported under /v1/leases");

  private final UsageReports reports;
  private final Leases leases;
  private final InstantSource clock;
  private final ReportMeters meters;

  public ReportRoutes(
      UsageReports reports, Leases leases, InstantSource clock, MeterRegistry registry) {
    this.reports = reports;
    this.leases = leases;
    this.clock = clock;
    this.meters = new ReportMeters(registry);
  }

  /** All of them. */
  public List<Endpoint> endpoints() {
    return List.of(
        Endpoint.post(
            "/v1/events",
            Access.ENFORCE,
            Intake.bytes(BODY_BYTES_MAX, CloudEvents.ONE, CloudEvents.BATCH),
            this::report));
  }

  /** An event of the call. */
  private sealed interface Event {
    @Nullable String source();

    @Nullable String id();
  }

  /** An event that reports something. */
  private record Sound(@Nullable String source, @Nullable String id, Report report)
      implements Event {}

  /** An event that reports nothing, and why it is rejected. */
  private record Faulty(@Nullable String source, @Nullable String id, Rejected fault)
      implements Event {}

  private CompletionStage<Reply> report(Call call) {
    call.query(Set.of());
    List<Event> events = new ArrayList<>();
    Instant now = clock.instant();
    for (JsonReader.Item each : sent(call)) {
      events.add(event(each, now, call));
    }
    return withoutLeased(events)
        .thenCompose(
            all ->
                reports
                    .report(
                        all.stream()
                            .filter(Sound.class::isInstance)
                            .map(event -> ((Sound) event).report())
                            .toList(),
                        call.key().id())
                    .thenApply(results -> reply(all, results)));
  }

  /**
   * What is said to have happened under a lease that is known is its holder's to tell, with the
   * lease: nobody else takes the names of its uses.
   */
  private CompletionStage<List<Event>> withoutLeased(List<Event> events) {
    Set<String> asked = new LinkedHashSet<>();
    for (Event event : events) {
      if (event instanceof Sound sound && isPerhapsLease(sound.report())) {
        asked.add(sound.report().source());
      }
    }
    CompletionStage<Set<String>> known = CompletableFuture.completedFuture(new HashSet<>());
    for (String lease : asked) {
      known =
          known.thenCombine(
              leases.find(lease),
              (found, answer) -> {
                if (!(answer instanceof Answer.Refused<Leases.View>)) {
                  found.add(Outcomes.done(answer).value().lease());
                }
                return found;
              });
    }
    return known.thenApply(
        leased ->
            events.stream()
                .map(
                    event ->
                        event instanceof Sound sound && leased.contains(sound.report().source())
                            ? new Faulty(event.source(), event.id(), LEASED)
                            : event)
                .toList());
  }

  private static boolean isPerhapsLease(Report report) {
    ReservationId id = ReservationId.parse(report.source());
    return id != null && id.org().equals(report.work().subject().org());
  }

  private static List<JsonReader.Item> sent(Call call) {
    if (call.bytes().length == 0) {
      throw Problem.of(400, "malformed_json", "the body is empty; an event is expected").fault();
    }
    if (call.mediaType().equals(CloudEvents.ONE)) {
      return List.of(new JsonReader.Item(JsonReader.read(call.bytes()), null));
    }
    List<JsonReader.Item> all = JsonReader.readEach(call.bytes());
    if (all.size() > EVENTS_MAX) {
      throw Problem.of(
              400,
              "too_many_events",
              "%d events were sent; at most %d are accepted in one batch"
                  .formatted(all.size(), EVENTS_MAX))
          .fault();
    }
    return all;
  }

  private static Event event(JsonReader.Item item, Instant now, Call call) {
    Json sent = item.json();
    String source = CloudEvents.shown(sent, "source");
    String id = CloudEvents.shown(sent, "id");
    if (item.fault() != null) {
      return faulty(source, id, item.fault());
    }
    try {
      Report report = CloudEvents.report(sent, now, call.traceId());
      String org = report.work().subject().org();
      return call.key().covers(org)
          ? new Sound(source, id, report)
          : new Faulty(source, id, unknown(org));
    } catch (Fault fault) {
      return faulty(source, id, fault.problem());
    }
  }

  private static Event faulty(@Nullable String source, @Nullable String id, Problem problem) {
    return new Faulty(source, id, new Rejected(problem.code(), problem.field(), problem.detail()));
  }

  /** As if there were no such org: a key of one org learns nothing of another. */
  private static Rejected unknown(String org) {
    return new Rejected(
        DenialCode.UNKNOWN_ORG.word(), "data.subject.org", "there is no org named " + org);
  }

  private Reply reply(List<Event> events, List<Result> results) {
    // Nothing is told by halves: sent again, what is on record by then is a duplicate.
    if (results.stream().anyMatch(Busy.class::isInstance)) {
      Outcomes.done(new Answer.Busy<Void>());
    }
    if (results.stream().anyMatch(Unreachable.class::isInstance)) {
      throw Problem.passing(
              503,
              "unreachable",
              "not every event could be put on record; send them all again, those that are will be duplicates")
          .fault();
    }
    List<Result> all = new ArrayList<>(events.size());
    int next = 0;
    for (Event event : events) {
      Result result =
          switch (event) {
            case Sound sound -> ofWork(results.get(next++));
            case Faulty faulty -> faulty.fault();
          };
      meters.count(result);
      all.add(result);
    }
    return Reply.ok(
        json ->
            json.objects(
                "results",
                IntStream.range(0, all.size()).boxed().toList(),
                (row, i) -> view(row, events.get(i), all.get(i))));
  }

  /** What is at fault in the work lies in the event's data; its time is the event's own. */
  private static Result ofWork(Result result) {
    return result instanceof Rejected(String code, String field, String detail)
            && field != null
            && !field.equals("time")
        ? new Rejected(code, "data." + field, detail)
        : result;
  }

  private static void view(JsonWriter json, Event event, Result result) {
    json.field("source", event.source()).field("id", event.id()).field("status", status(result));
    if (result instanceof Rejected rejected) {
      json.object(
          "error",
          error ->
              error
                  .field("code", rejected.code())
                  .field("field", rejected.field())
                  .field("detail", rejected.detail()));
    }
  }

  private static String status(Result result) {
    return switch (result) {
      case Accepted it -> "accepted";
      case Duplicate it -> "duplicate";
      case Rejected it -> "rejected";
      case Busy it -> throw new IllegalStateException("told as a problem");
      case Unreachable it -> throw new IllegalStateException("told as a problem");
    };
  }
}
