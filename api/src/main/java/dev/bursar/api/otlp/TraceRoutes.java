package dev.bursar.api.otlp;

import dev.bursar.api.access.Access;
import dev.bursar.api.http.Call;
import dev.bursar.api.http.Endpoint;
import dev.bursar.api.http.Intake;
import dev.bursar.api.http.Reply;
import dev.bursar.api.org.OrgCatalogs;
import dev.bursar.api.problem.Problem;
import dev.bursar.domain.access.AccessKey;
import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.usage.UsageReports;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** {@code /v1/traces}: OTLP over HTTP. Model calls that spans tell of are charged, each once. */
public final class TraceRoutes {

  /** The largest export, before and after it is taken out of gzip. Exporters send 512 spans. */
  public static final int BYTES_MAX = 4 * 1024 * 1024;

  /** The most spans of an export: each may be a call that is decided on. */
  public static final int SPANS_MAX = 10_000;

  /** As many orgs are asked at once what counts there. */
  private static final int ORGS_AT_ONCE = 16;

  private static final String UNKNOWN_UNIT =
      Refusal.Code.UNKNOWN_UNIT.name().toLowerCase(Locale.ROOT);

  /** What an org may not know without the usage being lost: a name in telemetry is often none. */
  private static final Set<Attribution> LEFT_OUT =
      Set.of(Attribution.TEAM, Attribution.PRODUCT, Attribution.COST_CENTER, Attribution.AGENT);

  private static final Problem BUSY =
      Problem.passing(
          429, "busy", "more is being reported than can wait; send the same spans again");
  private static final Problem UNREACHABLE =
      Problem.passing(
          503,
          "unreachable",
          "not all spans could be taken; send the same spans again, and none counts twice");

  private final UsageReports reports;
  private final SpanReader reader;
  private final OrgCatalogs catalogs;
  private final Set<String> attributes;
  private final SpanMeters meters;

  public TraceRoutes(
      UsageReports reports, SpanMapping mapping, OrgCatalogs catalogs, MeterRegistry registry) {
    this.reports = reports;
    this.reader = new SpanReader(mapping);
    this.catalogs = catalogs;
    this.attributes = mapping.attributes();
    this.meters = new SpanMeters(registry);
  }

  /** All of them. */
  public List<Endpoint> endpoints() {
    Intake intake =
        Intake.bytes(BYTES_MAX, OtlpForm.PROTOBUF.mediaType(), OtlpForm.JSON.mediaType())
            .orGzipped();
    return List.of(
        Endpoint.post("/v1/traces", Access.REPORT, intake, this::export)
            .telling(OtlpForm.PROBLEMS));
  }

  private CompletionStage<Reply> export(Call call) {
    call.query(Set.of());
    OtlpForm form = OtlpForm.of(call.mediaType());
    ExportOutcome outcome = new ExportOutcome();
    List<Spans> resources = form.read(call.bytes(), attributes);
    demandFew(Spans.count(resources));
    List<Read> read = read(resources, call.key());
    List<String> orgs = read.stream().flatMap(each -> each.org().stream()).distinct().toList();
    return catalogs(orgs, 0, new HashMap<>())
        .thenCompose(known -> report(calls(read, known, outcome), call.key().id(), outcome))
        .thenApply(
            done -> {
              meters.count(outcome);
              return form.reply(outcome.rejectedSpans(), outcome.message());
            });
  }

  private static void demandFew(long spans) {
    if (spans > SPANS_MAX) {
      throw Problem.of(
              413,
              "too_many_spans",
              "%d spans were sent; at most %d are accepted in one export"
                  .formatted(spans, SPANS_MAX))
          .fault();
    }
  }

  /** A span, and what has been read of it. */
  private record Read(String span, Reading reading) {

    Optional<String> org() {
      return reading instanceof Reading.OfOrg it ? Optional.of(it.org()) : Optional.empty();
    }

    Reading.Done by(Map<String, Catalog> catalogs) {
      return switch (reading) {
        case Reading.Done it -> it;
        case Reading.OfOrg it -> it.by().apply(catalogs.get(it.org()));
      };
    }
  }

  private List<Read> read(List<Spans> resources, AccessKey key) {
    List<Read> read = new ArrayList<>();
    for (Spans resource : resources) {
      for (Spans.Scope scope : resource.scopes()) {
        for (Spans.Span span : scope.spans()) {
          read.add(new Read(span.spanId(), reader.read(resource, scope, span, key)));
        }
      }
    }
    return read;
  }

  /**
   * What counts for these orgs, some at a time; nothing for those that there are not. If that can't
   * be told of one, the whole export has to come again.
   */
  private CompletionStage<Map<String, Catalog>> catalogs(
      List<String> orgs, int from, Map<String, Catalog> known) {
    if (from >= orgs.size()) {
      return CompletableFuture.completedStage(known);
    }
    int to = Math.min(orgs.size(), from + ORGS_AT_ONCE);
    List<CompletableFuture<Answer<Catalog>>> some =
        orgs.subList(from, to).stream()
            .map(org -> catalogs.asked(org).toCompletableFuture())
            .toList();
    return CompletableFuture.allOf(some.toArray(new CompletableFuture<?>[0]))
        .thenCompose(
            all -> {
              for (int i = from; i < to; i++) {
                switch (some.get(i - from).join()) {
                  case Answer.Done<Catalog> it -> known.put(orgs.get(i), it.value());
                  case Answer.Refused<Catalog> none -> {}
                  case Answer.Busy<Catalog> it -> throw BUSY.fault();
                  case Answer.Unreachable<Catalog> it -> throw UNREACHABLE.fault();
                }
              }
              return catalogs(orgs, to, known);
            });
  }

  private static List<ModelCall> calls(
      List<Read> read, Map<String, Catalog> catalogs, ExportOutcome outcome) {
    List<ModelCall> calls = new ArrayList<>();
    for (Read each : read) {
      switch (each.by(catalogs)) {
        case Reading.Nothing it -> outcome.ignored();
        case Reading.Refused it -> outcome.rejected(each.span(), it.field(), it.detail());
        case Reading.Counted it -> calls.add(it.call());
      }
    }
    return calls;
  }

  /**
   * Reports the calls; again, with less to say, those with a unit that their org does not know. If
   * one can't be taken now, the whole export has to come again: the protocol can't ask for a part
   * of it, and what is on record counts once.
   */
  private CompletionStage<@Nullable Void> report(
      List<ModelCall> calls, String actor, ExportOutcome outcome) {
    if (calls.isEmpty()) {
      return CompletableFuture.completedStage(null);
    }
    return reports
        .report(calls.stream().map(ModelCall::report).toList(), actor)
        .thenCompose(
            results -> {
              List<ModelCall> again = new ArrayList<>();
              for (int i = 0; i < calls.size(); i++) {
                ModelCall call = calls.get(i);
                switch (results.get(i)) {
                  case UsageReports.Accepted it -> outcome.accepted(call);
                  case UsageReports.Duplicate it -> outcome.duplicate();
                  case UsageReports.Rejected it -> {
                    Attribution unknown = unknown(it, call);
                    if (unknown != null) {
                      again.add(call.without(unknown, it.detail()));
                    } else {
                      outcome.rejected(
                          call.spanId(), it.field() == null ? it.code() : it.field(), it.detail());
                    }
                  }
                  case UsageReports.Busy it -> throw BUSY.fault();
                  case UsageReports.Unreachable it -> throw UNREACHABLE.fault();
                }
              }
              return report(again, actor, outcome);
            });
  }

  private static @Nullable Attribution unknown(UsageReports.Rejected rejected, ModelCall call) {
    if (!rejected.code().equals(UNKNOWN_UNIT)) {
      return null;
    }
    for (Attribution part : LEFT_OUT) {
      if (part.field().equals(rejected.field()) && call.who().containsKey(part)) {
        return part;
      }
    }
    return null;
  }
}
