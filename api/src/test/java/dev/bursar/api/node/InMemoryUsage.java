package dev.bursar.api.node;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.BudgetPreview;
import dev.bursar.domain.budget.OpeningCount;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.budget.ThresholdAlert;
import dev.bursar.domain.budget.Window;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.enforcement.Denial;
import dev.bursar.domain.enforcement.Plan;
import dev.bursar.domain.enforcement.Reported;
import dev.bursar.domain.export.Export;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.ledger.LedgerQueries.Freshness;
import dev.bursar.domain.operation.Place;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.usage.AlertKey;
import dev.bursar.domain.usage.Unanswerable;
import dev.bursar.domain.usage.UsageEvent;
import dev.bursar.domain.usage.UsageQueries;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Reads the decisions in the journal of an {@link InMemoryNode}. */
public final class InMemoryUsage implements UsageQueries {

  /** A decision, and how it ended. */
  private record Decided(
      Place place,
      Instant at,
      Plan plan,
      List<Denial> denials,
      @Nullable Closure end,
      @Nullable Instant endedAt) {
    boolean allowed() {
      return denials.isEmpty();
    }
  }

  private static final Comparator<UsageEvent.Key> NEWEST_FIRST =
      Comparator.comparing(UsageEvent.Key::countedAt)
          .thenComparing(key -> key.place().sequence())
          .reversed();

  private final InMemoryNode node;

  public InMemoryUsage(InMemoryNode node) {
    this.node = node;
  }

  private static Collection<Decided> decided(InMemoryNode n, String org) {
    Map<String, Decided> all = new LinkedHashMap<>();
    long sequence = 0;
    for (OrgEvent event : n.orgEvents(org)) {
      Place place = new Place(++sequence, 0);
      switch (event) {
        case OrgEvent.ReservationBegun e when e.plan().request().isLease() -> {}
        case OrgEvent.ReservationDenied e when e.plan().request().isLease() -> {}
        case OrgEvent.ReservationBegun e ->
            all.put(
                e.plan().reservation(),
                new Decided(place, e.at(), e.plan(), List.of(), null, null));
        case OrgEvent.ReservationDenied e ->
            all.put(
                e.plan().reservation(),
                new Decided(place, e.at(), e.plan(), e.denials(), null, e.at()));
        case OrgEvent.ReservationSettled e ->
            all.computeIfPresent(
                e.closure().reservation(),
                (name, was) ->
                    new Decided(was.place(), was.at(), was.plan(), List.of(), e.closure(), e.at()));
        case OrgEvent other -> {}
      }
    }
    return all.values();
  }

  private static Freshness fresh(InMemoryNode n) {
    return new Freshness(n.now(), 0);
  }

  private static @Nullable String of(Dimension dimension, Plan plan) {
    Subject subject = plan.request().subject();
    return switch (dimension) {
      case DEPARTMENT -> plan.departments().isEmpty() ? null : plan.departments().getFirst();
      case TEAM -> subject.team();
      case USER -> subject.user();
      case PRODUCT -> subject.product();
      case COST_CENTER -> subject.costCenter();
      case AGENT -> subject.agent();
      case FEATURE -> plan.request().feature();
      case MODEL -> plan.request().model();
      case SESSION -> plan.request().session();
      case WALLET -> plan.wallet();
    };
  }

  @Override
  public CompletionStage<Usage> usage(String org, Question question, boolean fresh) {
    return node.read(
        n -> {
          Map<String, Row> rows = new TreeMap<>();
          for (Decided each : decided(n, org)) {
            if (asked(each, question.from(), question.to(), question.filter())) {
              Map<Dimension, @Nullable String> group = new LinkedHashMap<>();
              question.groupBy().forEach(d -> group.put(d, of(d, each.plan())));
              Closure end = each.end();
              BigDecimal credits =
                  end == null ? BigDecimal.ZERO : new BigDecimal(end.charged().toString());
              rows.merge(
                  group + each.plan().creditType(),
                  new Row(
                      null,
                      group,
                      each.plan().creditType(),
                      credits,
                      each.allowed() ? 1 : 0,
                      each.allowed() ? 0 : 1,
                      Map.of()),
                  (a, b) ->
                      new Row(
                          null,
                          group,
                          a.creditType(),
                          a.credits().add(b.credits()),
                          a.requests() + b.requests(),
                          a.denied() + b.denied(),
                          Map.of()));
            }
          }
          return new Usage(List.copyOf(rows.values()), fresh(n));
        });
  }

  private static boolean asked(
      Decided each, Instant from, Instant to, Map<Dimension, String> filter) {
    return !each.at().isBefore(from)
        && each.at().isBefore(to)
        && filter.entrySet().stream()
            .allMatch(f -> f.getValue().equals(of(f.getKey(), each.plan())));
  }

  /** Events of before the year 2000 are not kept. */
  @Override
  public CompletionStage<?> demandEvents(@Nullable String org, Instant from, Instant to) {
    return from.isBefore(Instant.parse("2000-01-01T00:00:00Z"))
        ? CompletableFuture.failedFuture(
            new Unanswerable(Unanswerable.Reason.NOT_KEPT, "It is kept since the year 2000."))
        : CompletableFuture.completedFuture(to);
  }

  @Override
  public CompletionStage<EventPage> events(
      String org, EventFilter filter, UsageEvent.@Nullable Key after, int limit, boolean fresh) {
    return node.read(
        n -> {
          List<UsageEvent> events =
              events(n, org, filter).stream()
                  .filter(each -> after == null || NEWEST_FIRST.compare(each.key(), after) > 0)
                  .toList();
          return new EventPage(
              List.copyOf(events.subList(0, Math.min(limit, events.size()))),
              events.size() > limit ? events.get(limit - 1).key() : null,
              fresh(n));
        });
  }

  private static List<UsageEvent> events(InMemoryNode n, String org, EventFilter filter) {
    return decided(n, org).stream()
        .filter(each -> asked(each, filter.from(), filter.to(), filter.filter()))
        .map(InMemoryUsage::event)
        .filter(each -> filter.decision() == null || filter.decision() == each.decision())
        .filter(each -> filter.outcome() == null || filter.outcome() == each.outcome())
        .sorted(Comparator.comparing(UsageEvent::key, NEWEST_FIRST))
        .toList();
  }

  @Override
  public CompletionStage<Export<UsageEvent>> export(String org, EventFilter filter, boolean fresh) {
    return node.read(n -> n.exports.of(events(n, org, filter), fresh(n)));
  }

  private static UsageEvent event(Decided each) {
    Plan plan = each.plan();
    Closure end = each.end();
    Map<String, Long> asked = plan.quantities().usage();
    return new UsageEvent(
        new UsageEvent.Key(each.at(), each.place()),
        each.at(),
        plan.reservation(),
        each.allowed() ? UsageEvent.Decision.ALLOW : UsageEvent.Decision.DENY,
        each.denials().stream().map(Denial::code).distinct().toList(),
        outcome(each),
        each.endedAt(),
        new UsageEvent.Attribution(
            plan.request().subject(),
            plan.departments(),
            plan.request().feature(),
            plan.request().model(),
            plan.request().session(),
            plan.wallet(),
            plan.actor()),
        plan.creditType(),
        plan.amount(),
        end == null ? null : end.charged(),
        asked,
        end == null || !end.kind().hasRun()
            ? Map.of()
            : end.usage().isEmpty() ? asked : end.usage(),
        plan.request().metadata(),
        plan.request().traceId(),
        report(plan, end));
  }

  private static UsageEvent.@Nullable Report report(Plan plan, @Nullable Closure end) {
    Reported reported = plan.request().reported();
    return reported == null
        ? null
        : new UsageEvent.Report(
            reported.source(),
            reported.id(),
            reported.happenedAt(),
            end != null && end.kind() == Closure.Kind.LATE);
  }

  private static UsageEvent.Outcome outcome(Decided each) {
    Closure end = each.end();
    if (!each.allowed()) {
      return UsageEvent.Outcome.DENIED;
    }
    if (end == null) {
      return UsageEvent.Outcome.OPEN;
    }
    return switch (end.kind()) {
      case ENDED, ADDED, SHRUNK -> UsageEvent.Outcome.RELEASED;
      case COMMITTED -> UsageEvent.Outcome.COMMITTED;
      case EXPIRED -> UsageEvent.Outcome.EXPIRED;
      case LATE -> UsageEvent.Outcome.LATE;
    };
  }

  @Override
  public CompletionStage<Optional<Place>> decision(String org, String reservation) {
    return node.read(
        n -> {
          long sequence = 0;
          for (OrgEvent event : n.orgEvents(org)) {
            sequence++;
            if (event instanceof OrgEvent.ReservationBegun begun
                && begun.plan().reservation().equals(reservation)) {
              return Optional.of(new Place(sequence, 0));
            }
          }
          return Optional.empty();
        });
  }

  private static boolean covers(Budget budget, Plan plan) {
    Subject subject = plan.request().subject();
    Scope scope = budget.scope();
    boolean inScope =
        switch (scope.type()) {
          case ORG -> true;
          case TEAM -> subject.team() != null && subject.team().equals(scope.id());
          case DEPARTMENT -> plan.departments().contains(scope.id());
          case USER -> subject.user() != null && subject.user().equals(scope.id());
          case EACH_USER, EACH_MEMBER -> subject.user() != null;
          case PRODUCT -> subject.product() != null && subject.product().equals(scope.id());
          case COST_CENTER ->
              subject.costCenter() != null && subject.costCenter().equals(scope.id());
          case AGENT -> subject.agent() != null && subject.agent().equals(scope.id());
        };
    return inScope
        && (scope.team() == null || scope.team().equals(subject.team()))
        && budget.counts(
            plan.creditType(), plan.quantities(), plan.request().feature(), plan.request().model());
  }

  private static Credits used(Budget budget, Decided of, Closure end) {
    String measure = budget.measure();
    return end.used(
        of.plan().quantities().has(measure) ? measure : null, of.plan().quantities().usage());
  }

  @Override
  public CompletionStage<List<OpeningCount>> usedBefore(
      String org, Budget budget, Window window, Place before) {
    return node.read(
        n -> {
          List<OpeningCount> counts = new ArrayList<>();
          for (Decided each : decided(n, org)) {
            Closure end = each.end();
            String user = each.plan().request().subject().user();
            if (end != null && covers(budget, each.plan()) && window.contains(each.at())) {
              counts.add(
                  new OpeningCount(
                      budget.scope().isDefault() && user != null ? user : "",
                      window.start(),
                      used(budget, each, end)));
            }
          }
          return counts;
        });
  }

  @Override
  public CompletionStage<Map<String, Credits>> used(
      String org, Budget budget, Collection<String> reservations) {
    return node.read(
        n -> {
          Map<String, Credits> used = new HashMap<>();
          for (Decided each : decided(n, org)) {
            Closure end = each.end();
            if (end != null && reservations.contains(each.plan().reservation())) {
              used.put(each.plan().reservation(), used(budget, each, end));
            }
          }
          return used;
        });
  }

  @Override
  public CompletionStage<Previewed> preview(String org, Budget budget, Instant from, Instant to) {
    return node.read(
        n -> {
          BudgetPreview preview = new BudgetPreview(budget);
          for (Decided each : decided(n, org)) {
            Closure end = each.end();
            if (each.allowed() && covers(budget, each.plan())) {
              preview.take(
                  new BudgetPreview.Past(
                      each.at(),
                      end == null ? null : each.at(),
                      each.plan().request().subject().user(),
                      each.plan().creditType(),
                      end == null ? Credits.ZERO : end.charged(),
                      each.plan().quantities().in(budget.measure()),
                      end == null ? Credits.ZERO : used(budget, each, end)));
            }
          }
          return new Previewed(preview.result(), fresh(n));
        });
  }

  @Override
  public CompletionStage<AlertPage> alerts(String org, @Nullable AlertKey before, int limit) {
    return node.read(
        n -> {
          List<Alert> alerts = new ArrayList<>();
          long sequence = 0;
          for (OrgEvent event : n.orgEvents(org)) {
            sequence++;
            if (event instanceof OrgEvent.ReservationSettled settled) {
              int number = 0;
              for (ThresholdAlert each : settled.alerts()) {
                alerts.addFirst(
                    new Alert(new AlertKey(settled.at(), "", sequence, 0, number++), each));
              }
            }
          }
          List<Alert> rest =
              before == null
                  ? alerts
                  : alerts.stream().dropWhile(each -> !each.key().equals(before)).skip(1).toList();
          return new AlertPage(
              List.copyOf(rest.subList(0, Math.min(limit, rest.size()))),
              rest.size() > limit,
              fresh(n));
        });
  }
}
