package dev.bursar.benchmarks.history;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Everything that the clients of a run were told, and what follows from it. For any thread. */
public final class Memory {

  /** How a reservation ended, as it was told: committed or released, and what was charged. */
  record End(String status, BigDecimal charged, boolean late) {}

  /** A reservation that was allowed. */
  static final class Course {
    final Call.Reserved reserved;
    final Told told;
    @Nullable End end;

    Course(Call.Reserved reserved, Told told) {
      this.reserved = reserved;
      this.told = told;
    }

    /** It was decided after this. */
    Instant earliest() {
      return told.askedAt();
    }

    /** It was decided before this, by org, team and wallet, each at its own time. */
    Instant latest() {
      return told.toldAt();
    }
  }

  private final Map<String, Course> courses = new LinkedHashMap<>();
  private final List<Call.Reserved> open = new ArrayList<>();
  private final Map<String, Told> denied = new LinkedHashMap<>();
  private final List<Told> all = new ArrayList<>();
  private final List<Call> unanswered = new ArrayList<>();
  private final Map<String, BigDecimal> limits = new HashMap<>();
  private final Map<Kind, Integer> done = new EnumMap<>(Kind.class);
  private final Map<String, Integer> refusals = new TreeMap<>();
  private final Map<String, Integer> denials = new TreeMap<>();
  private long answers;

  /** Takes in the first answer to a call. */
  synchronized void told(Told told) {
    all.add(told);
    count(told.call().kind(), told);
    if (!told.isDone()) {
      return;
    }
    switch (told.call()) {
      case Call.Reserve reserve -> decided(reserve, told);
      case Call.Commit commit -> ended(commit.of(), told);
      case Call.Release release -> ended(release.of(), told);
      case Call.Extend e -> {}
      case Call.Grant e -> {}
      case Call.VoidGrant e -> {}
      case Call.Adjust e -> {}
      case Call.Refund e -> {}
      case Call.Transfer e -> {}
      case Call.ChangeBudget e -> {}
      case Call.Freeze e -> {}
    }
  }

  private void decided(Call.Reserve reserve, Told told) {
    if (told.isDenied()) {
      told.body()
          .path("denials")
          .forEach(denial -> denials.merge(denial.path("code").asText(), 1, Integer::sum));
    }
    if (reserve.manner() == Call.Manner.DRY_RUN) {
      return;
    }
    String id = told.text("reservation_id");
    if (told.isDenied()) {
      denied.put(id, told);
      return;
    }
    Call.Reserved reserved = new Call.Reserved(id, reserve);
    Course course = new Course(reserved, told);
    courses.put(id, course);
    if (reserve.manner() == Call.Manner.AT_ONCE) {
      ended(reserved, told);
    } else {
      open.add(reserved);
    }
  }

  private void ended(Call.Reserved reserved, Told told) {
    Course course = courses.get(reserved.id());
    if (course != null) {
      course.end =
          new End(told.text("status"), told.amount("amount"), told.body().path("late").asBoolean());
    }
  }

  /** Takes in an answer that is only to be counted. */
  synchronized void count(Kind kind, Told told) {
    answers++;
    boolean asWanted = kind == Kind.KEY_REUSE ? !told.isDone() : told.isDone();
    if (asWanted) {
      done.merge(kind, 1, Integer::sum);
    } else {
      refusals.merge(kind.words() + " " + told.code(), 1, Integer::sum);
    }
  }

  /** Nobody has answered, for minutes. */
  synchronized void unanswered(Call call) {
    unanswered.add(call);
  }

  /** A limit is about to be set; it may be in force from now on. */
  synchronized void limit(String org, String budget, BigDecimal limit) {
    limits.merge(org + "/" + budget, limit, BigDecimal::max);
  }

  /** The highest limit that a budget may have had. */
  synchronized BigDecimal limitMax(String org, Terms budget) {
    return budget.limit().max(limits.getOrDefault(org + "/" + budget.id(), BigDecimal.ZERO));
  }

  /** What was charged so far, of all that a budget covers. */
  synchronized BigDecimal charged(String org, Terms budget) {
    BigDecimal sum = BigDecimal.ZERO;
    for (Course course : courses.values()) {
      Call.Reserve as = course.reserved.as();
      End end = course.end;
      if (end != null && as.org().equals(org) && budget.covers(as.team(), as.user())) {
        sum = sum.add(end.charged());
      }
    }
    return sum;
  }

  /** Whether somebody was told that it has ended. */
  synchronized boolean isEnded(Call.Reserved reserved) {
    Course course = courses.get(reserved.id());
    return course != null && course.end != null;
  }

  /** Those that were set aside, the last one last; a copy of at most so many. */
  synchronized List<Call.Reserved> lastReserved(int most) {
    return List.copyOf(open.subList(Math.max(0, open.size() - most), open.size()));
  }

  /** What was told, the last one last; a copy of at most so many. */
  synchronized List<Told> last(int most) {
    return List.copyOf(all.subList(Math.max(0, all.size() - most), all.size()));
  }

  synchronized List<Told> all() {
    return List.copyOf(all);
  }

  synchronized List<Course> courses() {
    return List.copyOf(courses.values());
  }

  /** What was denied, by reservation. */
  synchronized Map<String, Told> denied() {
    return new LinkedHashMap<>(denied);
  }

  synchronized int unansweredCalls() {
    return unanswered.size();
  }

  /** How many answers there were. */
  public synchronized long answers() {
    return answers;
  }

  /** How often each kind of call was carried out, or answered with a decision. */
  public synchronized Map<Kind, Integer> done() {
    return new EnumMap<>(done);
  }

  /** How often what was refused. */
  public synchronized Map<String, Integer> refusals() {
    return new TreeMap<>(refusals);
  }

  /** How often what stood in the way. */
  public synchronized Map<String, Integer> denials() {
    return new TreeMap<>(denials);
  }

  /** How many reservations were allowed. */
  public synchronized int allowed() {
    return courses.size();
  }

  /** How many were denied. */
  public synchronized int deniedCount() {
    return denied.size();
  }
}
