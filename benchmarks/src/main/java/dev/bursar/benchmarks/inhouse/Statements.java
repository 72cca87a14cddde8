package dev.bursar.benchmarks.inhouse;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The reads of a transaction, one round trip each. Everybody locks in the same order, so nobody
 * waits in a circle: reservation, budgets by id (org, department, product, cost center, team,
 * user), wallet, grants in burn order.
 */
final class Statements {

  private static final String ANSWERED =
      "SELECT request_hash, response FROM idempotency WHERE org = ? AND key = ?";

  private static final String BUDGETS_OF_SUBJECT =
      """
      SELECT id, scope, period, limit_amount, window_start, used, held FROM budget
      WHERE org = ? AND scope IN ('org', ?, ?, ?, ?,
        (SELECT 'department:' || parent FROM unit WHERE org = ? AND name = ?))
      ORDER BY id FOR UPDATE""";

  private static final String BUDGETS_BY_ID =
      """
      SELECT id, scope, period, limit_amount, window_start, used, held FROM budget
      WHERE id = ANY (?) ORDER BY id FOR UPDATE""";

  private static final String WALLET =
      "SELECT id, balance, held, debt, sequence FROM wallet WHERE org = ? AND name = ? FOR UPDATE";

  private static final String WALLET_BY_ID =
      "SELECT id, balance, held, debt, sequence FROM wallet WHERE id = ? FOR UPDATE";

  private static final String GRANTS =
      """
      SELECT id, name, effective_at <= ? AND expires_at > ?, remaining, held FROM wallet_grant
      WHERE wallet = ? AND remaining > 0
      ORDER BY priority, expires_at, category_rank, effective_at, created_at, id FOR UPDATE""";

  private static final String HOLD =
      """
      SELECT id, org, wallet, status, amount, team, user_id, feature, model, session, grants,
        grant_parts, budgets, created_at, expires_at
      FROM reservation WHERE id = ? FOR UPDATE""";

  private Statements() {}

  static Rows.@Nullable Answered answered(Connection connection, String org, String key)
      throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(ANSWERED)) {
      select.setString(1, org);
      select.setString(2, key);
      try (ResultSet rows = select.executeQuery()) {
        return rows.next() ? new Rows.Answered(rows.getBytes(1), rows.getString(2)) : null;
      }
    }
  }

  static List<Rows.Budget> lockBudgets(Connection connection, Bodies.Subject subject)
      throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(BUDGETS_OF_SUBJECT)) {
      select.setString(1, subject.org());
      select.setString(2, subject.team() == null ? "" : "team:" + subject.team());
      select.setString(3, subject.user() == null ? "" : "user:" + subject.user());
      select.setString(4, subject.product() == null ? "" : "product:" + subject.product());
      select.setString(
          5, subject.costCenter() == null ? "" : "cost_center:" + subject.costCenter());
      select.setString(6, subject.org());
      select.setString(7, subject.team());
      return budgets(select);
    }
  }

  static List<Rows.Budget> lockBudgets(Connection connection, List<Long> ids) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(BUDGETS_BY_ID)) {
      select.setArray(1, connection.createArrayOf("bigint", ids.toArray()));
      return budgets(select);
    }
  }

  private static List<Rows.Budget> budgets(PreparedStatement select) throws SQLException {
    List<Rows.Budget> budgets = new ArrayList<>(4);
    try (ResultSet rows = select.executeQuery()) {
      while (rows.next()) {
        budgets.add(
            new Rows.Budget(
                rows.getLong(1),
                rows.getString(2),
                rows.getString(3),
                rows.getLong(4),
                instant(rows, 5),
                rows.getLong(6),
                rows.getLong(7)));
      }
    }
    return budgets;
  }

  static Rows.@Nullable Wallet lockWallet(Connection connection, String org, String name)
      throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(WALLET)) {
      select.setString(1, org);
      select.setString(2, name);
      return wallet(select);
    }
  }

  static Rows.@Nullable Wallet lockWallet(Connection connection, long id) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(WALLET_BY_ID)) {
      select.setLong(1, id);
      return wallet(select);
    }
  }

  private static Rows.@Nullable Wallet wallet(PreparedStatement select) throws SQLException {
    try (ResultSet rows = select.executeQuery()) {
      return rows.next()
          ? new Rows.Wallet(
              rows.getLong(1), rows.getLong(2), rows.getLong(3), rows.getLong(4), rows.getLong(5))
          : null;
    }
  }

  /** Every grant of which something is left, usable or not, in burn order. */
  static List<Rows.Grant> lockGrants(Connection connection, long wallet, Instant now)
      throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(GRANTS)) {
      select.setObject(1, Writes.time(now));
      select.setObject(2, Writes.time(now));
      select.setLong(3, wallet);
      List<Rows.Grant> grants = new ArrayList<>(2);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          grants.add(
              new Rows.Grant(
                  rows.getLong(1),
                  rows.getString(2),
                  rows.getBoolean(3),
                  rows.getLong(4),
                  rows.getLong(5)));
        }
      }
      return grants;
    }
  }

  static Rows.@Nullable Hold lockHold(Connection connection, String id) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(HOLD)) {
      select.setString(1, id);
      try (ResultSet rows = select.executeQuery()) {
        return rows.next() ? hold(rows) : null;
      }
    }
  }

  private static Rows.Hold hold(ResultSet rows) throws SQLException {
    return new Rows.Hold(
        rows.getString(1),
        rows.getString(2),
        rows.getLong(3),
        rows.getString(4),
        rows.getLong(5),
        new Rows.Attribution(
            rows.getString(6),
            rows.getString(7),
            rows.getString(8),
            rows.getString(9),
            rows.getString(10)),
        longs(rows, 11),
        longs(rows, 12),
        longs(rows, 13),
        instant(rows, 14),
        instant(rows, 15));
  }

  private static List<Long> longs(ResultSet rows, int column) throws SQLException {
    return List.of((Long[]) rows.getArray(column).getArray());
  }

  private static Instant instant(ResultSet rows, int column) throws SQLException {
    OffsetDateTime time = rows.getObject(column, OffsetDateTime.class);
    return time.equals(OffsetDateTime.MIN) ? Instant.MIN : time.toInstant();
  }
}
