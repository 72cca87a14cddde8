package dev.bursar.benchmarks.history;

import static dev.bursar.benchmarks.history.Amounts.same;

import com.fasterxml.jackson.databind.JsonNode;
import dev.bursar.domain.enforcement.OveragePolicy;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What one org has used, as the read models show it in the end: every decision and every report is
 * in it once, with what it was charged.
 */
final class UsageChecks {

  private final String org;
  private final List<JsonNode> events;
  private final Memory memory;
  private final Findings findings;
  private final Map<String, List<JsonNode>> byReservation = new HashMap<>();
  private final Map<String, List<JsonNode>> byEvent = new HashMap<>();

  /**
   * @param events all of the org's
   */
  UsageChecks(String org, List<JsonNode> events, Memory memory, Findings findings) {
    this.org = org;
    this.events = events;
    this.memory = memory;
    this.findings = findings;
    for (JsonNode event : events) {
      group(byReservation, event, "reservation");
      if (event.hasNonNull("event_id")) {
        group(byEvent, event, "event_id");
      }
    }
  }

  private static void group(Map<String, List<JsonNode>> groups, JsonNode event, String by) {
    groups.computeIfAbsent(event.path(by).asText(), g -> new ArrayList<>()).add(event);
  }

  // ---- events

  /** Whatever was told is among the events, once. */
  void events() {
    for (Course course : memory.courses()) {
      if (course.asked.org().equals(org)) {
        event(course.reservation(), "allow", course.charged(), course.told);
      }
    }
    memory
        .denied()
        .forEach(
            (reservation, told) -> {
              if (told.call().org().equals(org)) {
                event(reservation, "deny", BigDecimal.ZERO, told);
              }
            });
    for (Work work : memory.work()) {
      if (work.report.org().equals(org)) {
        reported(work);
      }
    }
  }

  private void event(String reservation, String decision, BigDecimal charged, Told told) {
    List<JsonNode> found = byReservation.getOrDefault(reservation, List.of());
    findings.expect(
        found.size() == 1
            && found.getFirst().path("decision").asText().equals(decision)
            && same(Amounts.of(found.getFirst(), "credits"), charged),
        "the events of %s are %s, charged was %s: %s",
        reservation,
        found,
        charged,
        told);
  }

  private void reported(Work work) {
    List<JsonNode> all = byEvent.getOrDefault(work.report.event().id(), List.of());
    List<JsonNode> accepted = accepted(all);
    boolean onRecord = work.latest() != null;
    findings.expect(
        accepted.size() == (onRecord ? 1 : 0)
            && all.size() - accepted.size() >= work.rejected()
            && accepted.stream().allMatch(event -> isAsReported(event, work)),
        "%s: was%s told to be on record, and to be rejected %d times; its events are %s",
        work.report,
        onRecord ? "" : " not",
        work.rejected(),
        all);
  }

  private static List<JsonNode> accepted(List<JsonNode> events) {
    return events.stream()
        .filter(event -> event.path("decision").asText().equals("allow"))
        .toList();
  }

  private static boolean isAsReported(JsonNode event, Work work) {
    BigDecimal credits = Amounts.of(event, "credits");
    boolean whole = work.work().overagePolicy() != OveragePolicy.CAP;
    return same(Amounts.of(event, "amount"), work.amount())
        && (whole ? same(credits, work.amount()) : credits.compareTo(work.amount()) <= 0)
        && event.path("wallet").asText().equals(work.report.wallet().name());
  }

  /** What reported work was charged, by the name of its event. */
  Map<String, BigDecimal> byEvent() {
    Map<String, BigDecimal> charged = new HashMap<>();
    byEvent.forEach(
        (id, all) -> accepted(all).forEach(event -> charged.put(id, Amounts.of(event, "credits"))));
    return charged;
  }

  /** What reported work was charged to a wallet, by reservation. */
  Map<String, BigDecimal> byReservation(String wallet) {
    Map<String, BigDecimal> charged = new HashMap<>();
    for (List<JsonNode> all : byEvent.values()) {
      for (JsonNode event : accepted(all)) {
        if (event.path("wallet").asText().equals(wallet)) {
          charged.put(event.path("reservation").asText(), Amounts.of(event, "credits"));
        }
      }
    }
    return charged;
  }

  // ---- sums

  /** The sums over teams and credit types are those of the events. */
  void sums(JsonNode usage) {
    Map<String, BigDecimal> due = new HashMap<>();
    for (JsonNode event : events) {
      due.merge(
          event.path("subject").path("team").asText("") + " " + event.path("credit_type").asText(),
          Amounts.of(event, "credits"),
          BigDecimal::add);
    }
    for (JsonNode row : usage.path("data")) {
      String of =
          row.path("group").path("team").asText("") + " " + row.path("credit_type").asText();
      BigDecimal sum = due.remove(of);
      findings.expect(
          same(Amounts.of(row, "credits"), sum == null ? BigDecimal.ZERO : sum),
          "%s: usage of team %s is %s, its events have %s",
          org,
          of,
          row,
          sum);
    }
    due.forEach(
        (of, sum) ->
            findings.expect(
                sum.signum() == 0, "%s: usage of team %s is missing: %s", org, of, sum));
  }

  // ---- alerts

  /** Each threshold fires once in a window. */
  void alerts(List<JsonNode> alerts) {
    Set<String> seen = new HashSet<>();
    for (JsonNode alert : alerts) {
      String threshold =
          "%s %s %s %s"
              .formatted(
                  alert.path("budget"),
                  alert.path("user"),
                  alert.path("window_start"),
                  alert.path("threshold"));
      findings.expect(seen.add(threshold), "%s: alerted more than once: %s", org, alert);
    }
  }
}
