package dev.bursar.benchmarks.inhouse;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** The in-house server's schema and customers, put straight into the database. */
public final class InHouseDatabase {

  private static final String UNITS =
      """
      INSERT INTO unit (org, name, kind, parent)
      SELECT org, unit.* FROM unnest(?::text[]) AS org,
        (VALUES (?, 'department', NULL), (?, 'team', ?)) AS unit (name, kind, parent)""";

  private static final String WALLETS =
      "INSERT INTO wallet (org, name) SELECT unnest(?::text[]), 'main'";

  /** In the order of the locks: org, department, product, cost center, team, users. */
  private static final String BUDGETS =
      """
      INSERT INTO budget (org, scope, period, limit_amount)
      SELECT org, scope, period, ? FROM unnest(?::text[]) AS org,
        (SELECT 1 AS rank, 'org' AS scope, 'month' AS period
         UNION ALL SELECT 2, 'department:' || ?, 'month'
         UNION ALL SELECT 3, 'product:' || ?, 'month'
         UNION ALL SELECT 4, 'cost_center:' || ?, 'month'
         UNION ALL SELECT 5, 'team:' || ?, 'month'
         UNION ALL SELECT 6, 'user:' || unnest(?::text[]), 'day') AS scopes
      ORDER BY org, rank, scope""";

  private static final String GRANT =
      """
      INSERT INTO wallet_grant (wallet, name, priority, category_rank, amount, remaining)
      SELECT id, ?, ?, ?, ?, ? FROM wallet WHERE org = ANY (?)""";

  private static final String BALANCES =
      """
      UPDATE wallet SET balance = (SELECT sum(remaining) FROM wallet_grant WHERE wallet = wallet.id)
      WHERE org = ANY (?)""";

  private InHouseDatabase() {}

  /**
   * The customers of one shape: orgs alike, each with one department, product, cost center and
   * team, and these users.
   *
   * @param budget limit of each org and unit in a month and each user in a day, micro-credits
   * @param promotional the first grant to burn, micro-credits
   * @param paid the second, micro-credits
   */
  public record Customers(
      List<String> orgs,
      String department,
      String product,
      String costCenter,
      String team,
      List<String> users,
      long budget,
      long promotional,
      long paid) {

    public Customers {
      orgs = List.copyOf(orgs);
      users = List.copyOf(users);
    }
  }

  public static void create(String jdbcUrl) throws SQLException {
    try (Connection connection = DriverManager.getConnection(jdbcUrl);
        Statement statement = connection.createStatement()) {
      statement.execute(schema());
    }
  }

  /** Adds customers to a database that has the schema. */
  public static void add(String jdbcUrl, Customers customers) throws SQLException {
    try (Connection connection = DriverManager.getConnection(jdbcUrl)) {
      connection.setAutoCommit(false);
      Object orgs = customers.orgs().toArray();
      run(
          connection,
          UNITS,
          orgs,
          customers.department(),
          customers.team(),
          customers.department());
      run(connection, WALLETS, orgs);
      run(
          connection,
          BUDGETS,
          customers.budget(),
          orgs,
          customers.department(),
          customers.product(),
          customers.costCenter(),
          customers.team(),
          customers.users().toArray());
      grant(connection, "promotional", 10, 0, customers.promotional(), orgs);
      grant(connection, "paid", 50, 2, customers.paid(), orgs);
      run(connection, BALANCES, orgs);
      connection.commit();
      connection.setAutoCommit(true);
      try (Statement statement = connection.createStatement()) {
        statement.execute("VACUUM ANALYZE");
      }
    }
  }

  private static void grant(
      Connection connection, String name, int priority, int rank, long amount, Object orgs)
      throws SQLException {
    run(connection, GRANT, name, priority, rank, amount, amount, orgs);
  }

  private static void run(Connection connection, String sql, Object... parameters)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < parameters.length; i++) {
        if (parameters[i] instanceof Object[] texts) {
          statement.setArray(i + 1, connection.createArrayOf("text", texts));
        } else {
          statement.setObject(i + 1, parameters[i]);
        }
      }
      statement.executeUpdate();
    }
  }

  private static String schema() {
    try (InputStream in = InHouseDatabase.class.getResourceAsStream("schema.sql")) {
      if (in == null) {
        throw new IllegalStateException("schema.sql is missing");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
