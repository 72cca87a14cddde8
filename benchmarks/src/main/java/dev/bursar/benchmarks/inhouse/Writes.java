package dev.bursar.benchmarks.inhouse;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;

/**
 * The writes of a transaction: several statements sent together, so that locks are held for one
 * round trip less each.
 */
final class Writes {

  private static final String BUDGETS =
      """
      UPDATE budget SET used = new.used, held = new.held, window_start = new.window_start
      FROM unnest(?::bigint[], ?::bigint[], ?::bigint[], ?::timestamptz[])
        AS new (id, used, held, window_start)
      WHERE budget.id = new.id""";

  private static final String WALLET =
      "UPDATE wallet SET balance = ?, held = ?, debt = ?, sequence = ? WHERE id = ?";

  private static final String GRANTS =
      """
      UPDATE wallet_grant SET remaining = new.remaining, held = new.held
      FROM unnest(?::bigint[], ?::bigint[], ?::bigint[]) AS new (id, remaining, held)
      WHERE wallet_grant.id = new.id""";

  private static final String NEW_HOLD =
      """
      INSERT INTO reservation (id, org, wallet, status, amount, team, user_id, feature, model,
        session, grants, grant_parts, budgets, created_at, expires_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)""";

  private static final String END_HOLD =
      "UPDATE reservation SET status = 'committed', amount = ? WHERE id = ?";

  private static final String LEDGER =
      """
      INSERT INTO ledger (wallet, sequence, posted_at, type, amount, balance, wallet_grant,
        reservation, team, user_id, feature, model, session)
      SELECT ?, entry.*, ?, ?, ?, ?, ?, ? FROM (
        SELECT sequence, ?::timestamptz, type, amount, balance, wallet_grant
        FROM unnest(?::bigint[], ?::text[], ?::bigint[], ?::bigint[], ?::bigint[])
          AS new (sequence, type, amount, balance, wallet_grant)) entry""";

  private static final String ANSWER =
      "INSERT INTO idempotency (org, key, request_hash, response, created_at) VALUES (?, ?, ?, ?, ?)";

  private static final String RESERVE = join(BUDGETS, WALLET, GRANTS, NEW_HOLD, ANSWER);
  private static final String ONE_SHOT = join(BUDGETS, WALLET, GRANTS, NEW_HOLD, LEDGER, ANSWER);
  private static final String COMMIT = join(BUDGETS, WALLET, GRANTS, END_HOLD, LEDGER, ANSWER);

  private final Connection connection;

  Writes(Connection connection) {
    this.connection = connection;
  }

  /** What a transaction leaves behind besides its own row. */
  record Changed(List<Rows.Budget> budgets, Rows.Wallet wallet, List<Rows.Grant> grants) {}

  /** An answer to keep under its key. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Answer(String org, String key, byte[] requestHash, String response, Instant at) {}

  void reserve(Changed changed, Rows.Hold hold, Answer answer) throws SQLException {
    try (PreparedStatement writes = connection.prepareStatement(RESERVE)) {
      Parameters parameters = new Parameters(connection, writes);
      changed(parameters, changed);
      hold(parameters, hold);
      answer(parameters, answer);
      writes.execute();
    }
  }

  void oneShot(Changed changed, Rows.Hold hold, List<Rows.Entry> entries, Answer answer)
      throws SQLException {
    try (PreparedStatement writes = connection.prepareStatement(ONE_SHOT)) {
      Parameters parameters = new Parameters(connection, writes);
      changed(parameters, changed);
      hold(parameters, hold);
      ledger(parameters, hold, entries, answer.at());
      answer(parameters, answer);
      writes.execute();
    }
  }

  void commit(Changed changed, Rows.Hold hold, long amount, List<Rows.Entry> entries, Answer answer)
      throws SQLException {
    try (PreparedStatement writes = connection.prepareStatement(COMMIT)) {
      Parameters parameters = new Parameters(connection, writes);
      changed(parameters, changed);
      parameters.add(amount).add(hold.id());
      ledger(parameters, hold, entries, answer.at());
      answer(parameters, answer);
      writes.execute();
    }
  }

  void answer(Answer answer) throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(ANSWER)) {
      answer(new Parameters(connection, insert), answer);
      insert.executeUpdate();
    }
  }

  private static void changed(Parameters parameters, Changed changed) throws SQLException {
    List<Rows.Budget> budgets = changed.budgets();
    parameters
        .addLongs(budgets, budget -> budget.id)
        .addLongs(budgets, budget -> budget.used)
        .addLongs(budgets, budget -> budget.held)
        .addArray("timestamptz", budgets, budget -> time(budget.windowStart));
    Rows.Wallet wallet = changed.wallet();
    parameters.add(wallet.balance).add(wallet.held).add(wallet.debt).add(wallet.sequence);
    parameters.add(wallet.id);
    List<Rows.Grant> grants = changed.grants();
    parameters
        .addLongs(grants, grant -> grant.id)
        .addLongs(grants, grant -> grant.remaining)
        .addLongs(grants, grant -> grant.held);
  }

  private static void hold(Parameters parameters, Rows.Hold hold) throws SQLException {
    parameters.add(hold.id()).add(hold.org()).add(hold.wallet()).add(hold.status());
    parameters.add(hold.amount());
    attribution(parameters, hold.attribution());
    parameters
        .addLongs(hold.grants(), Long::longValue)
        .addLongs(hold.parts(), Long::longValue)
        .addLongs(hold.budgets(), Long::longValue);
    parameters.add(hold.createdAt()).add(hold.expiresAt());
  }

  private static void ledger(
      Parameters parameters, Rows.Hold hold, List<Rows.Entry> entries, Instant at)
      throws SQLException {
    parameters.add(hold.wallet()).add(hold.id());
    attribution(parameters, hold.attribution());
    parameters.add(at);
    parameters
        .addLongs(entries, Rows.Entry::sequence)
        .addArray("text", entries, Rows.Entry::type)
        .addLongs(entries, Rows.Entry::amount)
        .addLongs(entries, Rows.Entry::balance)
        .addArray("bigint", entries, entry -> entry.grant() == null ? null : entry.grant().id);
  }

  private static void attribution(Parameters parameters, Rows.Attribution attribution)
      throws SQLException {
    parameters.add(attribution.team()).add(attribution.user()).add(attribution.feature());
    parameters.add(attribution.model()).add(attribution.session());
  }

  private static void answer(Parameters parameters, Answer answer) throws SQLException {
    parameters.add(answer.org()).add(answer.key()).add(answer.requestHash());
    parameters.add(answer.response()).add(answer.at());
  }

  static OffsetDateTime time(Instant instant) {
    return instant.equals(Instant.MIN) ? OffsetDateTime.MIN : instant.atOffset(ZoneOffset.UTC);
  }

  private static String join(String... statements) {
    return String.join(";\n", statements);
  }
}
