package dev.bursar.node.storage;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
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
 * The journal plugin's access to its table, but for how rows are written: by one statement that is
 * its own transaction, where the plugin's own takes two round trips (insert, commit) and six
 * changes of threads. What comes while {@code parallelism} writers are busy goes together into the
 * next statement, up to {@code batchSize} entities' rows, as with the plugin, and some megabytes.
 * The queue has no bound of its own: an entity that runs has one row in it, and inboxes bound what
 * that holds.
 *
 * <p>A row that exists already, which a stale writer would write again, fails alone. All else is
 * the plugin's. Named in {@code journal.conf}, and made by the plugin.
 */
public final class OneStatementJournalDao extends DefaultJournalDao {

  private record Write(List<JournalPekkoSerializationRow> rows, Promise<BoxedUnit> done) {
    long bytes() {
      return rows.stream().mapToLong(row -> row.eventPayload().length).sum();
    }
  }

  private static final String UNIQUE_VIOLATION = "23505";
  private static final String DEADLOCK = "40P01";

  /** In one statement, after which no further row is taken along. */
  private static final long BYTES_MAX = 4_000_000;

  /** Of two statements with rows of the same entities, one waits for the other. */
  private static final Comparator<JournalPekkoSerializationRow> ORDER =
      Comparator.comparing(JournalPekkoSerializationRow::persistenceId)
          .thenComparingLong(JournalPekkoSerializationRow::sequenceNumber);

  private static final String COLUMNS =
      "insert into event_journal (persistence_id, sequence_number, writer, write_timestamp,"
          + " adapter_manifest, event_ser_id, event_ser_manifest, event_payload) ";

  private static final String INSERT_ONE = COLUMNS + "values (?, ?, ?, ?, ?, ?, ?, ?)";

  private static final String INSERT_ALL =
      COLUMNS
          + "select * from unnest(?::text[], ?::bigint[], ?::text[], ?::bigint[],"
          + " ?::text[], ?::integer[], ?::text[], ?::bytea[])";

  private final int entitiesMax;
  private final Queue<Write> waiting = new ConcurrentLinkedQueue<>();
  private final Semaphore writers;

  /** Called by the plugin, by reflection. */
  public OneStatementJournalDao(
      JdbcDatabaseDef db,
      JdbcProfile profile,
      JournalConfig journalConfig,
      Serialization serialization,
      ExecutionContext ec,
      Materializer mat) {
    super(db, profile, journalConfig, serialization, ec, mat);
    entitiesMax = baseDaoConfig().batchSize();
    writers = new Semaphore(baseDaoConfig().parallelism());
  }

  /**
   * Writes all these rows of one entity, or none and fails.
   *
   * @param rows without tags and metadata, of which nothing here makes use
   */
  @Override
  public Future<BoxedUnit> queueWriteJournalRows(
      Seq<Tuple2<JournalPekkoSerializationRow, Set<String>>> rows) {
    List<JournalPekkoSerializationRow> plain = new ArrayList<>(rows.size());
    for (int i = 0; i < rows.size(); i++) {
      plain.add(plain(rows.apply(i)));
    }
    Write write = new Write(plain, Promise.apply());
    waiting.add(write);
    if (writers.tryAcquire()) {
      try {
        db().ioExecutionContext().execute(this::writeAllWaiting);
      } catch (RejectedExecutionException closed) {
        writers.release();
        fail(everythingWaiting(), closed);
      }
    }
    return write.done.future();
  }

  private static JournalPekkoSerializationRow plain(
      Tuple2<JournalPekkoSerializationRow, Set<String>> row) {
    if (row._2().nonEmpty() || row._1().metaPayload().isDefined()) {
      throw new IllegalArgumentException(
          row._1().persistenceId()
              + " writes tags or metadata, for which the journal has no place");
    }
    return row._1();
  }

  /** By one of the writers; what is added once it has seen nothing any more finds it free. */
  private void writeAllWaiting() {
    do {
      try {
        for (List<Write> next = next(); !next.isEmpty(); next = next()) {
          write(next);
        }
      } finally {
        writers.release();
      }
    } while (!waiting.isEmpty() && writers.tryAcquire());
  }

  private List<Write> next() {
    List<Write> next = new ArrayList<>();
    long bytes = 0;
    while (next.size() < entitiesMax && bytes < BYTES_MAX) {
      Write write = waiting.poll();
      if (write == null) {
        break;
      }
      next.add(write);
      bytes += write.bytes();
    }
    return next;
  }

  private List<Write> everythingWaiting() {
    List<Write> all = new ArrayList<>();
    for (Write write = waiting.poll(); write != null; write = waiting.poll()) {
      all.add(write);
    }
    return all;
  }

  private void write(List<Write> writes) {
    try {
      insert(writes);
    } catch (SQLException | RuntimeException e) {
      if (writes.size() > 1 && isOfSomeRows(e)) {
        writeOneByOne(writes);
      } else {
        fail(writes, e);
      }
      return;
    } catch (Error e) {
      fail(writes, e);
      throw e;
    }
    writes.forEach(write -> write.done.success(BoxedUnit.UNIT));
  }

  /** Those that can't be written fail alone, until it is not a row that something is wrong with. */
  private void writeOneByOne(List<Write> writes) {
    for (int i = 0; i < writes.size(); i++) {
      Write write = writes.get(i);
      try {
        insert(List.of(write));
        write.done.success(BoxedUnit.UNIT);
      } catch (SQLException | RuntimeException e) {
        if (isOfSomeRows(e)) {
          write.done.failure(e);
        } else {
          fail(writes.subList(i, writes.size()), e);
          return;
        }
      }
    }
  }

  private static void fail(List<Write> writes, Throwable why) {
    writes.forEach(write -> write.done.failure(why));
  }

  private static boolean isOfSomeRows(Exception e) {
    return e instanceof SQLException sql
        && (UNIQUE_VIOLATION.equals(sql.getSQLState()) || DEADLOCK.equals(sql.getSQLState()));
  }

  private void insert(List<Write> writes) throws SQLException {
    List<JournalPekkoSerializationRow> rows =
        writes.stream().flatMap(write -> write.rows.stream()).sorted(ORDER).toList();
    try (Connection connection = db().source().createConnection()) {
      if (rows.size() == 1) {
        insertOne(connection, rows.getFirst());
      } else {
        insertAll(connection, rows);
      }
    }
  }

  private static void insertOne(Connection connection, JournalPekkoSerializationRow row)
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

  private static void insertAll(Connection connection, List<JournalPekkoSerializationRow> rows)
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
      List<JournalPekkoSerializationRow> rows,
      IntFunction<T[]> array,
      Function<JournalPekkoSerializationRow, T> column)
      throws SQLException {
    T[] values = rows.stream().map(column).toArray(array);
    insert.setArray(parameter, insert.getConnection().createArrayOf(type, values));
  }
}
