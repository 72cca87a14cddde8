package dev.bursar.sidecar.usage;

import dev.bursar.domain.enforcement.ReserveRequest;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Something that is kept in the usage file. */
public sealed interface Entry {

  /**
   * Work that has run; of a reservation of the same name, it is the end.
   *
   * @param answer what was answered to the call that told of it; null if it had no key
   */
  record Used(Use use, @Nullable Answer answer) implements Entry {}

  /**
   * A reservation that was made, and may yet be ended after a crash.
   *
   * @param version the version of the catalog by which its lease is charged; 0 for whichever counts
   * @param micros millionths that are set aside
   * @param expiresAt by the wall clock
   * @param key the key of the call that made it; null if it had none, or if that is told elsewhere
   */
  record Opened(
      String id,
      String lease,
      int version,
      ReserveRequest request,
      String creditType,
      long micros,
      Instant madeAt,
      Instant expiresAt,
      @Nullable CallKey key)
      implements Entry {

    /** The same, whoever asked for it. */
    Opened withoutKey() {
      return new Opened(id, lease, version, request, creditType, micros, madeAt, expiresAt, null);
    }
  }

  /**
   * A reservation that has ended, and nothing ran.
   *
   * @param answer what was answered to the call that ended it; null if it had no key
   */
  record Closed(String id, @Nullable Answer answer) implements Entry {}

  /** A call that the server is to answer, however often it is repeated. */
  record Passed(CallKey key) implements Entry {}

  /**
   * The server has all that comes before.
   *
   * @param segment the number of a segment
   * @param offset bytes of it
   */
  record Confirmed(long segment, long offset) implements Entry {}

  /**
   * Work that has run, as it was read.
   *
   * @param lease the lease that it was decided from; null if from none
   * @param wallet the wallet that was asked for, or null
   * @param micros millionths that it counted
   * @param work what ran and for whom, as JSON
   * @param answer what was answered to the call that told of it; null if it had no key
   * @param others null, unless it is the end of a reservation of that name that the server has made
   *     and that is to be charged by it: then what is charged where the usage has no price, the
   *     first that has one
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared, and written once
  record Stored(
      String id,
      @Nullable String lease,
      String org,
      @Nullable String wallet,
      Instant at,
      long micros,
      byte[] work,
      @Nullable Answer answer,
      @Nullable List<Map<String, Long>> others)
      implements Entry {

    /** What a reservation came to that the server has made. */
    public static Stored owed(Use use, List<Map<String, Long>> others, @Nullable Answer answer) {
      return Entries.stored(use, answer, List.copyOf(others));
    }

    /** Whether it is the end of a reservation that the server has made. */
    public boolean isOwed() {
      return others != null;
    }

    /** The same, come to this usage; as it is for null. */
    public Stored using(@Nullable Map<String, Long> usage) {
      return usage == null
          ? this
          : Entries.stored(
              new Use(id, lease, at, request(), usage, null, null, micros), answer, others);
    }

    /** What ran and for whom; its usage or amount is what it came to. */
    public ReserveRequest request() {
      return Entries.request(work, wallet);
    }
  }
}
