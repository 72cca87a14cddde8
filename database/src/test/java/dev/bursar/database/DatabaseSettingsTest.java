package dev.bursar.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.postgresql.jdbc.PgConnection;

class DatabaseSettingsTest {

  private final DatabaseSettings server = TestServer.SHARED.settings();

  @Test
  void connectionUrlAloneSetsTheTimeouts() throws SQLException {
    try (Connection connection = connect(server)) {
      assertThat(show(connection, "statement_timeout")).isEqualTo("5s");
      assertThat(show(connection, "lock_timeout")).isEqualTo("3s");
      assertThat(show(connection, "idle_in_transaction_session_timeout")).isEqualTo("10s");
      assertThat(show(connection, "application_name")).isEqualTo("bursar");
      assertThat(connection.getNetworkTimeout()).isEqualTo(8_000);
    }
  }

  @Test
  void thePoolHasThemToo() {
    try (Database database = Database.open(server.withApplicationName("reader"))) {
      String timeout =
          database
              .jdbi()
              .withHandle(h -> h.createQuery("show statement_timeout").mapTo(String.class).one());
      String name =
          database
              .jdbi()
              .withHandle(h -> h.createQuery("show application_name").mapTo(String.class).one());
      assertThat(timeout).isEqualTo("5s");
      assertThat(name).isEqualTo("reader");
    }
  }

  @Test
  void batchedInsertsAreRewritten() throws SQLException {
    try (Connection connection = connect(server)) {
      assertThat(
              connection
                  .unwrap(PgConnection.class)
                  .getQueryExecutor()
                  .isReWriteBatchedInsertsEnabled())
          .isTrue();
    }
  }

  @Test
  void aPersonsUrlIsTakenApart() {
    DatabaseSettings settings =
        DatabaseSettings.of(
            "jdbc:postgresql://db:5433/bursar?user=u%40x&password=p%26q%3D&sslmode=require");

    assertThat(settings.user()).isEqualTo("u@x");
    assertThat(settings.password()).isEqualTo("p&q=");
    assertThat(settings.jdbcUrl()).isEqualTo("jdbc:postgresql://db:5433/bursar?sslmode=require");
    assertThat(settings.address()).isEqualTo("jdbc:postgresql://db:5433/bursar");
    assertThat(settings.connectionUrl()).contains("sslmode=require").doesNotContain("password");
    assertThat(settings.toString()).doesNotContain("p&q=");
  }

  @Test
  void whatListensInIsOnThisMachineAndReadsWhatIsSent() {
    DatabaseSettings behind =
        DatabaseSettings.of("jdbc:postgresql://db:5433/bursar?sslmode=require&user=u");
    DatabaseSettings through = behind.through(7);
    assertThat(behind.port()).isEqualTo(5433);
    assertThat(DatabaseSettings.of("jdbc:postgresql://db/bursar").port()).isEqualTo(5432);
    assertThat(through.port()).isEqualTo(7);
    assertThat(through.address()).isEqualTo("jdbc:postgresql://127.0.0.1:7/bursar");
    assertThat(through.connectionUrl()).contains("sslmode=disable").doesNotContain("require");
    assertThat(through.user()).isEqualTo("u");
  }

  @Test
  void whatTheUrlSaysWins() throws SQLException {
    DatabaseSettings given =
        new DatabaseSettings(
            server.jdbcUrl() + "?socketTimeout=20&options=-c%20statement_timeout%3D7s",
            server.user(),
            server.password(),
            1,
            "bursar",
            DatabaseTimeouts.STANDARD);
    try (Connection connection = connect(given)) {
      assertThat(show(connection, "statement_timeout")).isEqualTo("7s");
      assertThat(show(connection, "lock_timeout")).isEqualTo("3s");
      assertThat(connection.getNetworkTimeout()).isEqualTo(20_000);
    }
  }

  @Test
  void zeroIsNoBound() throws SQLException {
    try (Connection connection = connect(server.withTimeouts(DatabaseTimeouts.LONG_RUNNING))) {
      assertThat(show(connection, "statement_timeout")).isEqualTo("0");
      assertThat(connection.getNetworkTimeout()).isZero();
    }
  }

  @Test
  void theSocketOutlivesTheStatement() {
    assertThatThrownBy(
            () ->
                new DatabaseTimeouts(
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(3),
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(4)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not longer than the statement timeout");
  }

  @Test
  void anotherDatabasesUrlIsRefused() {
    assertThatThrownBy(() -> DatabaseSettings.of("jdbc:mysql://db/bursar"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("jdbc:postgresql://");
  }

  @Test
  void anUnreachableServerIsOneClearLine() {
    assertThatThrownBy(
            () ->
                Database.open(
                    DatabaseSettings.of(
                        "jdbc:postgresql://127.0.0.1:1/bursar?user=u&password=secret")))
        .isInstanceOf(DatabaseUnusable.class)
        .hasMessageStartingWith("jdbc:postgresql://127.0.0.1:1/bursar can't be used: ")
        .hasMessageContaining("refused")
        .hasMessageNotContaining("secret")
        .hasMessageNotContaining("\n");
  }

  private static Connection connect(DatabaseSettings settings) throws SQLException {
    return DriverManager.getConnection(
        settings.connectionUrl(), settings.user(), settings.password());
  }

  private static String show(Connection connection, String setting) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("show " + setting)) {
      result.next();
      return result.getString(1);
    }
  }
}
