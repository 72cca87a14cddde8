package dev.bursar.simulation.history;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.Reported;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.identity.Subject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** What a client asks about reservations, and of work that has run. */
final class ReservationCalls {

  private static final String SOURCE = "/sim";

  /** Of those set aside last. */
  private static final int RECENT = 5;

  private final Draws draws;
  private final Known known;
  private final Random random;

  ReservationCalls(Draws draws) {
    this.draws = draws;
    this.known = draws.known;
    this.random = draws.random;
  }

  Step reserve(boolean atOnce, boolean dryRun) {
    String org = draws.org();
    String team = random.nextInt(3) == 0 ? null : draws.some(OrgShape.TEAMS);
    String user = random.nextInt(4) == 0 ? null : draws.some(OrgShape.USERS);
    Subject subject = new Subject(org, team, user, null, null, null);
    String named = random.nextInt(3) == 0 ? null : draws.some(OrgShape.WALLETS);
    EntityId wallet = EntityId.wallet(org, named == null ? OrgShape.walletOf(team) : named);
    String creditType = draws.some(OrgShape.TYPES);
    String feature = draws.seldom(OrgShape.FEATURES);
    String model = draws.seldom(OrgShape.MODELS);
    Credits amount =
        random.nextInt(8) == 0
            ? draws.nearTheLimit(wallet, subject, creditType, feature, model)
            : draws.amount();
    ReserveRequest request =
        new ReserveRequest(
            subject,
            feature,
            model,
            session(user),
            named,
            null,
            amount,
            creditType,
            draws.timeToLive(),
            OveragePolicy.values()[random.nextInt(3)],
            atOnce,
            dryRun,
            remarks(user));
    return new Step.New(new Call.Reserve(request, wallet), draws.key());
  }

  private static @Nullable String session(@Nullable String user) {
    return user == null ? null : "session of " + user;
  }

  private static Map<String, String> remarks(@Nullable String user) {
    return user == null ? Map.of() : Map.of("asked by", user);
  }

  /** What has run, or what was reported before once more. */
  Step report() {
    List<Call.Report> reports = known.reports;
    if (!reports.isEmpty() && random.nextInt(3) == 0) {
      return new Step.ReportAgain(reports.get(Math.max(0, reports.size() - 1 - random.nextInt(4))));
    }
    Call.Report report = newReport();
    reports.add(report);
    return new Step.New(report, report.event().id());
  }

  private Call.Report newReport() {
    String org = draws.org();
    String team = random.nextInt(3) == 0 ? null : draws.some(OrgShape.TEAMS);
    String named = random.nextInt(3) == 0 ? null : draws.some(OrgShape.WALLETS);
    EntityId wallet = EntityId.wallet(org, named == null ? OrgShape.walletOf(team) : named);
    String user = random.nextInt(4) == 0 ? null : draws.some(OrgShape.USERS);
    ReserveRequest work =
        new ReserveRequest(
            new Subject(org, team, user, null, null, null),
            draws.seldom(OrgShape.FEATURES),
            draws.seldom(OrgShape.MODELS),
            session(user),
            named,
            null,
            draws.amount(),
            draws.some(OrgShape.TYPES),
            1,
            OveragePolicy.values()[random.nextInt(3)],
            true,
            false,
            remarks(user));
    long secondsAgo =
        switch (random.nextInt(4)) {
          case 0 -> 0;
          case 1 -> random.nextInt(50);
          case 2 -> random.nextInt(100);
          default -> random.nextInt(300);
        };
    int aheadMaxMs = secondsAgo == 0 ? draws.sight.workAheadMaxMs() : 0;
    Instant ran =
        draws
            .sight
            .earliestNow()
            .minusSeconds(secondsAgo)
            .plusMillis(aheadMaxMs == 0 ? 0 : random.nextInt(aheadMaxMs));
    return new Call.Report(work, new Reported(SOURCE, draws.key(), ran), wallet);
  }

  private Call.@Nullable Reserved reserved() {
    List<Call.Reserved> all = known.reserved;
    return all.isEmpty() ? null : all.get(Math.max(0, all.size() - 1 - random.nextInt(RECENT)));
  }

  Step commit() {
    Call.Reserved reserved = reserved();
    if (reserved == null) {
      return reserve(false, false);
    }
    Credits amount =
        switch (random.nextInt(5)) {
          case 0 -> Credits.ZERO;
          case 1 -> reserved.amount();
          case 2 -> draws.amount();
          case 3 -> reserved.amount().plus(new Credits(1));
          default -> new Credits(reserved.amount().micros() / 2);
        };
    return new Step.New(new Call.Commit(reserved, amount), draws.key());
  }

  /** With a key by which others end the same reservation in other ways. */
  Step contest() {
    Call.Reserved reserved = reserved();
    if (reserved == null) {
      return reserve(false, false);
    }
    Credits amount = Credits.of(1 + random.nextInt(3));
    String key = known.contested.computeIfAbsent(reserved.id(), id -> draws.key());
    return new Step.Contested(new Call.Commit(reserved, amount), key);
  }

  Step release() {
    Call.Reserved reserved = reserved();
    return reserved == null
        ? reserve(false, false)
        : new Step.New(new Call.Release(reserved), draws.key());
  }

  Step extend() {
    Call.Reserved reserved = reserved();
    if (reserved == null) {
      return reserve(false, false);
    }
    String key = draws.key();
    return new Step.New(new Call.Extend(reserved, draws.seconds()), key);
  }
}
