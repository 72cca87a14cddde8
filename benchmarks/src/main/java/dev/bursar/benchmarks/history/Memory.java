package dev.bursar.benchmarks.history;

import dev.bursar.domain.budget.Budget;
import dev.bursar.simulation.history.Call;
import dev.bursar.simulation.history.OrgShape;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Everything that the clients of one history were told, and what follows from it. For one thread at
 * a time.
 */
final class Memory {

  private final List<Told> all = new ArrayList<>();
  private final Map<String, Course> courses = new LinkedHashMap<>();
  private final Map<String, Told> denied = new LinkedHashMap<>();
  private final Map<String, Work> work = new LinkedHashMap<>();
  private final Set<String> keys = new HashSet<>();
  private final Map<String, Changes<Budget>> budgets = new LinkedHashMap<>();
  private final Hierarchy hierarchy = new Hierarchy();

  Memory() {
    OrgShape.budgets().forEach(budget -> budgets.put(budget.id(), new Changes<>(budget)));
  }

  /** Takes in an answer. */
  void told(Told told) {
    govern(told);
    if (told.kind() == Kind.AGAIN || told.kind() == Kind.KEY_REUSE) {
      return;
    }
    all.add(told);
    if (told.call() instanceof Call.Report) {
      work.computeIfAbsent(told.key(), event -> new Work(told)).told(told);
    }
    if (!told.isDone()) {
      return;
    }
    keys.add(told.key());
    switch (told.call()) {
      case Call.Reserve reserve when !reserve.request().dryRun() -> decided(reserve, told);
      case Call.Commit commit -> ended(commit, told);
      case Call.Release release -> ended(release, told);
      case Call other -> {}
    }
  }

  private void decided(Call.Reserve reserve, Told told) {
    if (told.isDenied()) {
      denied.put(told.text("reservation_id"), told);
      return;
    }
    Course course = new Course(reserve, told);
    courses.put(course.reservation(), course);
    if (reserve.request().commit()) {
      course.ended(told);
    }
  }

  private void ended(Call.OfReserved call, Told told) {
    Course course = courses.get(call.of().id());
    if (course != null) {
      course.ended(told);
    }
  }

  /** What was so already is not remembered, and so asked for again it may change something. */
  private void govern(Told told) {
    if (told.kind() == Kind.AGAIN && told.replayed()) {
      return;
    }
    if (!told.isDone()) {
      unanswered(told.call(), told.askedAt());
    } else if (told.call() instanceof Call.PutBudget put) {
      budget(put.budget().id()).changed(put.budget(), told.askedAt(), told.toldAt());
    } else if (told.call() instanceof Call.PutUnit put) {
      hierarchy.of(put.unit().id()).changed(parent(put), told.askedAt(), told.toldAt());
    }
  }

  /** Takes in that nobody knows what came of a call. */
  void unanswered(Call call, Instant askedAt) {
    if (call instanceof Call.PutBudget put) {
      budget(put.budget().id()).mayHaveChanged(put.budget(), askedAt);
    } else if (call instanceof Call.PutUnit put) {
      hierarchy.of(put.unit().id()).mayHaveChanged(parent(put), askedAt);
    }
  }

  private static Optional<String> parent(Call.PutUnit put) {
    return Optional.ofNullable(put.unit().parent());
  }

  /** What a budget was set to. */
  Changes<Budget> budget(String id) {
    Changes<Budget> changes = budgets.get(id);
    if (changes == null) {
      throw new IllegalArgumentException("there is no budget " + id);
    }
    return changes;
  }

  Hierarchy hierarchy() {
    return hierarchy;
  }

  /** The first answer to each call, in the order in which they came. */
  List<Told> all() {
    return all;
  }

  /** Whatever was allowed. */
  List<Course> courses() {
    return List.copyOf(courses.values());
  }

  /** A reservation that was allowed; null if nobody was told that it was. */
  @Nullable Course course(String reservation) {
    return courses.get(reservation);
  }

  /** What was denied, by reservation. */
  Map<String, Told> denied() {
    return denied;
  }

  /** Work that somebody has reported and was answered. */
  Work work(Call.Report report) {
    return Objects.requireNonNull(work.get(report.event().id()));
  }

  /** What was reported. */
  List<Work> work() {
    return List.copyOf(work.values());
  }

  /** Whether a call with this key was carried out, as somebody was told. */
  boolean wasDone(String key) {
    return keys.contains(key);
  }
}
