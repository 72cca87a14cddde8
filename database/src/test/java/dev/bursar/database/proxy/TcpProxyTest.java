package dev.bursar.database.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.database.DatabaseSettings;
import dev.bursar.database.EmbeddedDatabase;
import java.net.ServerSocket;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A real PostgreSQL and a real driver, with the proxy between them. */
final class TcpProxyTest {

  private static EmbeddedDatabase database;
  private static DatabaseSettings server;

  private final Countdown toDrop = new Countdown();
  private TcpProxy proxy;

  @BeforeAll
  static void start() throws SQLException {
    database = EmbeddedDatabase.temporary(false);
    server = database.settings();
    try (Connection connection = connect(server.port());
        Statement statement = connection.createStatement()) {
      statement.execute("create table event_journal (id int)");
      statement.execute("create table other (id int)");
    }
  }

  @AfterAll
  static void stop() {
    database.close();
  }

  @BeforeEach
  void open() throws Exception {
    proxy = new TcpProxy(server.port(), () -> new JournalTap(toDrop));
  }

  @AfterEach
  void close() throws Exception {
    proxy.close();
  }

  private static Connection connect(int port) throws SQLException {
    return DriverManager.getConnection(server.through(port).jdbcUrl(), server.user(), "");
  }

  private static void insert(Connection connection, String table, int id) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO \"" + table + "\" values (?)")) {
      insert.setInt(1, id);
      insert.execute();
    }
    connection.commit();
  }

  private static boolean has(String table, int id) throws SQLException {
    try (Connection direct = connect(server.port());
        Statement statement = direct.createStatement();
        ResultSet found = statement.executeQuery("select 1 from " + table + " where id = " + id)) {
      return found.next();
    }
  }

  @Test
  void onlyACommitOfTheJournalIsNotHeardOf() throws Exception {
    try (Connection connection = connect(proxy.port())) {
      connection.setAutoCommit(false);
      toDrop.set(1);
      insert(connection, "other", 1);
      assertThatThrownBy(() -> insert(connection, "event_journal", 1))
          .isInstanceOf(SQLException.class);
    }
    assertThat(toDrop.await(0)).isZero();
    assertThat(has("event_journal", 1)).as("it is committed all the same").isTrue();
  }

  @Test
  void aStatementThatTheDriverHasPreparedIsKnownByItsName() throws Exception {
    try (Connection connection = connect(proxy.port())) {
      connection.setAutoCommit(false);
      try (PreparedStatement insert =
          connection.prepareStatement("insert into event_journal values (?)")) {
        for (int id = 10; id < 20; id++) {
          insert.setInt(1, id);
          insert.execute();
          connection.commit();
        }
        toDrop.set(1);
        insert.setInt(1, 20);
        insert.execute();
        assertThatThrownBy(connection::commit).isInstanceOf(SQLException.class);
      }
    }
    assertThat(toDrop.await(0)).isZero();
    assertThat(has("event_journal", 20)).isTrue();
  }

  @Test
  void whatIsCutIsCountedAndGone() throws Exception {
    try (Connection connection = connect(proxy.port())) {
      assertThat(proxy.cutAll()).isEqualTo(1);
      assertThatThrownBy(() -> insert(connection, "other", 2)).isInstanceOf(SQLException.class);
    }
    try (Connection again = connect(proxy.port())) {
      assertThat(again.isValid(5)).isTrue();
    }
  }

  @Test
  void aServerThatIsAwayLeavesNoConnectionBehind() throws Exception {
    int open = proxy.open();
    try (ServerSocket nobody = new ServerSocket(0)) {
      proxy.upstream(nobody.getLocalPort());
    }
    assertThatThrownBy(() -> connect(proxy.port())).isInstanceOf(SQLException.class);
    assertThat(proxy.open()).isEqualTo(open);
  }
}
