package dev.bursar.node.storage;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.apache.pekko.persistence.jdbc.config.JournalConfig;
import org.apache.pekko.persistence.jdbc.journal.dao.DefaultJournalDao;
import org.apache.pekko.persistence.jdbc.journal.dao.JournalTables.JournalPekkoSerializationRow;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.stream.Materializer;
import scala.Tuple2;
import scala.collection.immutable.Seq;
import scala.collection.immutable.Set;
import scala.concurrent.ExecutionContext;
import scala.concurrent.Future;
import scala.concurrent.Promise;
import scala.runtime.BoxedUnit;
import slick.jdbc.JdbcBackend.JdbcDatabaseDef;
import slick.jdbc.JdbcProfile;

/**
 * The journal plugin's access to its table, but rows are written by one statement that is its own
 * transaction: one round trip, where the plugin's own needs two (insert, commit) and passes between
 * threads in between. All else is the plugin's. Named in {@code journal.conf}, and made by the
 * plugin.
 */
public final class OneStatementJournalDao extends DefaultJournalDao {

  private static final String COLUMNS =
      "insert into event_journal (persistence_id, sequence_number, writer, write_timestamp,"
          + " adapter_manifest, event_ser_id, event_ser_manifest, event_payload) ";

  private static final String INSERT_ONE = COLUMNS + "values (?, ?, ?, ?, ?, ?, ?, ?)";

  private static final String INSERT_ALL =
      COLUMNS
          + "select * from unnest(?::text[], ?::bigint[], ?::text[], ?::bigint[],"
          + " ?::text[], ?::integer[], ?::text[], ?::bytea[])";

  /** Called by the plugin, by reflection. */
  public OneStatementJournalDao(
      JdbcDatabaseDef db,
      JdbcProfile profile,
      JournalConfig journalConfig,
      Serialization serialization,
      ExecutionContext ec,
      Materializer mat) {
    super(db, profile, journalConfig, serialization, ec, mat);
  }

  /**
   * Writes all rows, or none and fails.
   *
   * @param rows without tags and metadata, of which nothing here makes use
   */
  @Override
  public Future<BoxedUnit> writeJournalRows(
      Seq<Tuple2<JournalPekkoSerializationRow, Set<String>>> rows) {
    JournalPekkoSerializationRow[] written = new JournalPekkoSerializationRow[rows.size()];
    for (int i = 0; i < written.length; i++) {
      written[i] = plain(rows.apply(i));
    }
    Promise<BoxedUnit> done = Promise.apply();
    db().ioExecutionContext()
        .execute(
            () -> {
              try {
                write(written);
                done.success(BoxedUnit.UNIT);
              } catch (SQLException | RuntimeException e) {
                done.failure(e);
              }
            });
    return done.future();
  }

  private static JournalPekkoSerializationRow plain(
      Tuple2<JournalPekkoSerializationRow, Set<String>> row) {
    if (row._2().nonEmpty() || row._1().metaPayload().isDefined()) {
      throw new IllegalArgumentException(
          row._1().persistenceId() + " writes tags or metadata, which the journal has no place for");
    }
    return row._1();
  }

  private void write(JournalPekkoSerializationRow[] rows) throws SQLException {
    try (Connection connection = db().source().createConnection()) {
      if (rows.length == 1) {
        writeOne(connection, rows[0]);
      } else {
        writeAll(connection, rows);
      }
    }
  }

  private static void writeOne(Connection connection, JournalPekkoSerializationRow row)
      throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(INSERT_ONE)) {
      insert.setString(1, row.persistenceId());
      insert.setLong(2, row.sequenceNumber());
      insert.setString(3, row.writer());
      insert.setLong(4, row.writeTimestamp());
      insert.setString(5, row.adapterManifest());
      insert.setInt(6, row.eventSerId());
      insert.setString(7, row.eventSerManifest());
      insert.setBytes(8, row.eventPayload());
      insert.executeUpdate();
    }
  }

  private static void writeAll(Connection connection, JournalPekkoSerializationRow[] rows)
      throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement(INSERT_ALL)) {
      bind(insert, 1, "text", rows, String[]::new, JournalPekkoSerializationRow::persistenceId);
      bind(insert, 2, "bigint", rows, Long[]::new, JournalPekkoSerializationRow::sequenceNumber);
      bind(insert, 3, "text", rows, String[]::new, JournalPekkoSerializationRow::writer);
      bind(insert, 4, "bigint", rows, Long[]::new, JournalPekkoSerializationRow::writeTimestamp);
      bind(insert, 5, "text", rows, String[]::new, JournalPekkoSerializationRow::adapterManifest);
      bind(insert, 6, "integer", rows, Integer[]::new, JournalPekkoSerializationRow::eventSerId);
      bind(insert, 7, "text", rows, String[]::new, JournalPekkoSerializationRow::eventSerManifest);
      bind(insert, 8, "bytea", rows, byte[][]::new, JournalPekkoSerializationRow::eventPayload);
      insert.executeUpdate();
    }
  }

  private static <T> void bind(
      PreparedStatement insert,
      int parameter,
      String type,
      JournalPekkoSerializationRow[] rows,
      IntFunction<T[]> array,
      Function<JournalPekkoSerializationRow, T> column)
      throws SQLException {
    T[] values = Arrays.stream(rows).map(column).toArray(array);
    insert.setArray(parameter, insert.getConnection().createArrayOf(type, values));
  }
}
