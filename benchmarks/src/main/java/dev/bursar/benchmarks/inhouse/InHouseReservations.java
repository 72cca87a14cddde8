package dev.bursar.benchmarks.inhouse;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;

/**
 * Reservations, each decided and written in one transaction at {@code READ COMMITTED}, which is
 * durable before it is answered. A key that is sent twice at the same time meets itself at its
 * unique row: the later one rolls back and repeats the answer of the earlier.
 */
final class InHouseReservations {

  private static final String UNIQUE_VIOLATION = "23505";
  private static final int TTL_SECONDS = 300;

  private final DataSource dataSource;
  private final Clock clock;

  InHouseReservations(DataSource dataSource, Clock clock) {
    this.dataSource = dataSource;
    this.clock = clock;
  }

  /** What goes back over HTTP. */
  record Result(int status, String json, boolean replayed) {

    static Result problem(int status, String code, String title) {
      return new Result(status, Replies.json(new Replies.Problem(title, status, code)), false);
    }
  }

  private interface Work {
    Result run(Connection connection) throws SQLException;
  }

  Result reserve(String key, byte[] json) throws SQLException {
    Bodies.Reservation body = Bodies.reservation(json);
    long amount = body.price();
    byte[] hash = sha256(json);
    return inTransaction(
        connection -> {
          Rows.Answered earlier = Statements.answered(connection, body.subject().org(), key);
          return earlier != null
              ? replay(earlier, hash)
              : reserve(connection, key, body, amount, hash);
        });
  }

  private Result reserve(
      Connection connection, String key, Bodies.Reservation body, long amount, byte[] hash)
      throws SQLException {
    Bodies.Subject subject = body.subject();
    List<Rows.Budget> budgets = Statements.lockBudgets(connection, subject);
    Rows.Wallet wallet = Statements.lockWallet(connection, subject.org(), body.walletName());
    if (wallet == null) {
      return Result.problem(404, "unknown_wallet", "no such wallet");
    }
    Instant now = clock.instant();
    List<Rows.Grant> grants = Statements.lockGrants(connection, wallet.id, now);
    budgets.forEach(budget -> budget.rollTo(now));
    String id = "rsv_" + UUID.randomUUID();

    List<Replies.Denial> denials =
        Decision.denials(subject.org(), budgets, wallet, grants, amount, now);
    Writes writes = new Writes(connection);
    if (!denials.isEmpty()) {
      String response = Replies.json(new Replies.Denied(id, "deny", denials));
      writes.answer(new Writes.Answer(subject.org(), key, hash, response, now));
      return new Result(200, response, false);
    }

    List<Rows.Part> parts = Decision.draw(grants, amount);
    List<Rows.Entry> entries = new ArrayList<>(parts.size());
    if (body.oneShot()) {
      budgets.forEach(budget -> budget.used += amount);
      Decision.consume(wallet, parts, entries);
    } else {
      budgets.forEach(budget -> budget.held += amount);
      wallet.held += amount;
      parts.forEach(part -> part.grant().held += part.amount());
    }
    Rows.Hold hold = hold(id, body, amount, wallet, parts, budgets, now);
    String response = Replies.json(Decision.allowed(hold, wallet, budgets, entries, now));
    Writes.Changed changed =
        new Writes.Changed(budgets, wallet, parts.stream().map(Rows.Part::grant).toList());
    Writes.Answer answer = new Writes.Answer(subject.org(), key, hash, response, now);
    if (body.oneShot()) {
      writes.oneShot(changed, hold, entries, answer);
    } else {
      writes.reserve(changed, hold, answer);
    }
    return new Result(200, response, false);
  }

  Result commit(String id, String key, byte[] json) throws SQLException {
    Bodies.Commit body = Bodies.commit(json);
    byte[] hash = sha256(json);
    return inTransaction(
        connection -> {
          Rows.Hold hold = Statements.lockHold(connection, id);
          if (hold == null) {
            return Result.problem(404, "unknown_reservation", "no such reservation");
          }
          Rows.Answered earlier = Statements.answered(connection, hold.org(), key);
          if (earlier != null) {
            return replay(earlier, hash);
          }
          if (!hold.status().equals("open")) {
            return Result.problem(409, "reservation_finalized", "already " + hold.status());
          }
          return commit(connection, key, hold, body.price(hold.attribution().model()), hash);
        });
  }

  private Result commit(Connection connection, String key, Rows.Hold hold, long amount, byte[] hash)
      throws SQLException {
    List<Rows.Budget> budgets = Statements.lockBudgets(connection, hold.budgets());
    Rows.Wallet wallet = Statements.lockWallet(connection, hold.wallet());
    if (wallet == null) {
      throw new IllegalStateException("wallet " + hold.wallet() + " is gone");
    }
    Instant now = clock.instant();
    List<Rows.Grant> grants = Statements.lockGrants(connection, wallet.id, now);

    // What was held in a window that is over belongs there, and changes nothing in this one.
    budgets.removeIf(budget -> budget.windowStart.isAfter(hold.createdAt()));
    budgets.forEach(
        budget -> {
          budget.held -= hold.amount();
          budget.used += amount;
        });
    wallet.held -= hold.amount();
    List<Rows.Part> parts = Decision.settle(hold, grants, amount);
    List<Rows.Entry> entries = new ArrayList<>(parts.size());
    Decision.consume(wallet, parts, entries);
    long debt = Decision.owe(wallet, parts, amount, entries);

    String response = Replies.json(Decision.committed(hold, wallet, amount, debt, entries));
    new Writes(connection)
        .commit(
            new Writes.Changed(budgets, wallet, grants),
            hold,
            amount,
            entries,
            new Writes.Answer(hold.org(), key, hash, response, now));
    return new Result(200, response, false);
  }

  private Result inTransaction(Work work) throws SQLException {
    try {
      return attempt(work);
    } catch (SQLException e) {
      if (UNIQUE_VIOLATION.equals(e.getSQLState())) {
        return attempt(work);
      }
      throw e;
    }
  }

  private Result attempt(Work work) throws SQLException {
    try (Connection connection = dataSource.getConnection()) {
      try {
        Result result = work.run(connection);
        connection.commit();
        return result;
      } catch (SQLException | RuntimeException e) {
        connection.rollback();
        throw e;
      }
    }
  }

  private static Result replay(Rows.Answered earlier, byte[] hash) {
    return MessageDigest.isEqual(earlier.requestHash(), hash)
        ? new Result(200, earlier.response(), true)
        : Result.problem(422, "idempotency_key_reused", "the key was used for another body");
  }

  private static Rows.Hold hold(
      String id,
      Bodies.Reservation body,
      long amount,
      Rows.Wallet wallet,
      List<Rows.Part> parts,
      List<Rows.Budget> budgets,
      Instant now) {
    Bodies.Subject subject = body.subject();
    int ttl = body.ttlSeconds() == null ? TTL_SECONDS : body.ttlSeconds();
    return new Rows.Hold(
        id,
        subject.org(),
        wallet.id,
        body.oneShot() ? "committed" : "open",
        amount,
        new Rows.Attribution(
            subject.team(), subject.user(), body.feature(), body.model(), body.session()),
        parts.stream().map(part -> part.grant().id).toList(),
        parts.stream().map(Rows.Part::amount).toList(),
        budgets.stream().map(budget -> budget.id).toList(),
        now,
        now.plusSeconds(ttl));
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
