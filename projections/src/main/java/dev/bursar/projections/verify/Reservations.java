package dev.bursar.projections.verify;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.Closure;
import dev.bursar.domain.wallet.WalletEvent;
import dev.bursar.projections.verify.Discrepancy.Kind;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The reservations of one org, as org, team and wallet each tell of them, met in the order in which
 * that was written. One that has ended the same way for all is forgotten, so only what is open or
 * ended a short time ago is kept.
 */
final class Reservations {

  /** Longer than any reservation that was denied or has expired can still be heard of. */
  private static final Duration HEARD_OF = Duration.ofHours(30);

  /** How long the org and the team may take to be told, even across a crash. */
  private static final Duration SETTLED_WITHIN = Duration.ofMinutes(5);

  /** Who counts it against budgets. */
  enum Counting {
    ORG,
    TEAM
  }

  /** One party's view. */
  private static final class Part {
    boolean open;
    boolean closed;
    Credits charged = Credits.ZERO;

    boolean isDone() {
      return !open;
    }
  }

  private static final class Course {
    final Part org = new Part();
    final Part team = new Part();
    boolean held;
    boolean ended;
    boolean expired;
    Credits charged = Credits.ZERO;
    long heardAtMs;
  }

  private final String orgId;
  private final Findings findings;
  private final LinkedHashMap<String, Course> courses = new LinkedHashMap<>(16, 0.75f, true);
  private long newestMs;

  Reservations(String orgId, Findings findings) {
    this.orgId = orgId;
    this.findings = findings;
  }

  /** What a wallet tells. */
  void wallet(WalletEvent event, long writtenAtMs) {
    switch (event) {
      case WalletEvent.CreditsHeld held ->
          course(held.hold().reservation(), writtenAtMs).held = true;
      case WalletEvent.Committed committed -> {
        Course course = course(committed.reservation(), writtenAtMs);
        course.charged = course.charged.plus(committed.amount());
        end(committed.reservation(), course);
      }
      case WalletEvent.Charged charged -> {
        Course course = course(charged.reservation(), writtenAtMs);
        course.charged = course.charged.plus(charged.amount());
        end(charged.reservation(), course);
      }
      case WalletEvent.UsageCharged charged -> {
        Course course = course(charged.reservation(), writtenAtMs);
        course.charged = course.charged.plus(charged.amount());
        end(charged.reservation(), course);
      }
      case WalletEvent.Released released -> {
        Course course = course(released.reservation(), writtenAtMs);
        if (released.cause() == WalletEvent.Cause.EXPIRED) {
          course.held = false;
          course.expired = true;
        } else {
          end(released.reservation(), course);
        }
      }
      case WalletEvent.HoldBarred barred -> {
        Course course = course(barred.reservation(), writtenAtMs);
        end(barred.reservation(), course);
      }
      case WalletEvent.LeaseSettled settled -> {
        if (settled.added() != null) {
          end(settled.added(), course(settled.added(), writtenAtMs));
        }
      }
      case WalletEvent.LeaseRevoked e -> {}
      case WalletEvent.Opened e -> {}
      case WalletEvent.GrantScheduled e -> {}
      case WalletEvent.Granted e -> {}
      case WalletEvent.GrantExpired e -> {}
      case WalletEvent.GrantVoided e -> {}
      case WalletEvent.HoldExtended e -> {}
      case WalletEvent.GrantRenewed e -> {}
      case WalletEvent.GrantTermsChanged e -> {}
      case WalletEvent.Refunded e -> {}
      case WalletEvent.Adjusted e -> {}
      case WalletEvent.TransferredOut e -> {}
      case WalletEvent.TransferredIn e -> {}
      case WalletEvent.TransferBarred e -> {}
      case WalletEvent.TransferSettled e -> {}
      case WalletEvent.TransferReturned e -> {}
    }
  }

  private void end(String reservation, Course course) {
    course.held = false;
    course.ended = true;
    forgetIfDone(reservation, course);
  }

  /** The org or a team holds budget for it. */
  void counted(String reservation, Counting by, long writtenAtMs) {
    Course course = course(reservation, writtenAtMs);
    part(course, by).open = true;
  }

  /** What the wallet charged, when the org or the team is told so. */
  Credits settled(Closure closure, Counting by, long writtenAtMs) {
    Course course = course(closure.reservation(), writtenAtMs);
    Part part = part(course, by);
    part.open = false;
    part.closed = true;
    part.charged = part.charged.plus(closure.charged());
    Credits charged = closure.kind() == Closure.Kind.EXPIRED ? Credits.ZERO : course.charged;
    forgetIfDone(closure.reservation(), course);
    return charged;
  }

  private static Part part(Course course, Counting by) {
    return by == Counting.ORG ? course.org : course.team;
  }

  private Course course(String reservation, long writtenAtMs) {
    newestMs = Math.max(newestMs, writtenAtMs);
    forgetOld();
    Course course = courses.computeIfAbsent(reservation, r -> new Course());
    course.heardAtMs = writtenAtMs;
    return course;
  }

  private void forgetIfDone(String reservation, Course course) {
    boolean agreed =
        course.org.closed
            && course.org.charged.equals(course.charged)
            && (!course.team.closed || course.team.charged.equals(course.charged));
    if (course.ended && agreed && course.org.isDone() && course.team.isDone()) {
      findings.reservations++;
      courses.remove(reservation);
    }
  }

  /** The least lately heard of come first. */
  private void forgetOld() {
    Iterator<Map.Entry<String, Course>> oldest = courses.entrySet().iterator();
    while (oldest.hasNext()) {
      Map.Entry<String, Course> next = oldest.next();
      Course course = next.getValue();
      boolean open = course.held || course.org.open || course.team.open;
      if (open || newestMs - course.heardAtMs < HEARD_OF.toMillis()) {
        return;
      }
      judge(next.getKey(), course);
      oldest.remove();
    }
  }

  /** Looks at those that are left at the end. */
  void finish() {
    courses.forEach(this::judge);
  }

  private void judge(String reservation, Course course) {
    boolean open = course.org.open || course.team.open;
    if (course.held || (open && !course.ended && !course.expired)) {
      findings.openReservations++;
      findings.underWay(Kind.RESERVATION, orgId, reservation + ": is open, " + holders(course));
      return;
    }
    boolean late = newestMs - course.heardAtMs > SETTLED_WITHIN.toMillis();
    String fault = fault(course);
    if (fault == null) {
      findings.reservations++;
    } else if (late) {
      findings.add(Kind.RESERVATION, orgId, reservation + ": " + fault);
    } else {
      findings.unsettledReservations++;
      findings.underWay(Kind.RESERVATION, orgId, reservation + ": " + fault);
    }
  }

  private static String holders(Course course) {
    return "wallet %s, org %s, team %s"
        .formatted(
            course.held ? "holds it" : "does not",
            course.org.open ? "holds it" : "does not",
            course.team.open ? "holds it" : "does not");
  }

  private static @Nullable String fault(Course course) {
    if (course.org.open) {
      return "the wallet has ended it, the org still holds it";
    }
    if (course.team.open) {
      return "the wallet has ended it, the team still holds it";
    }
    if (!course.org.closed && course.charged.isPositive()) {
      return "the wallet charged %s, the org knows nothing of it".formatted(course.charged);
    }
    if (course.org.closed && !course.org.charged.equals(course.charged)) {
      return "the wallet charged %s, the org counts %s"
          .formatted(course.charged, course.org.charged);
    }
    if (course.team.closed && !course.team.charged.equals(course.charged)) {
      return "the wallet charged %s, the team counts %s"
          .formatted(course.charged, course.team.charged);
    }
    return null;
  }
}
