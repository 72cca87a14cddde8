package dev.bursar.audit;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One entry as an export states it; amounts in millionths. */
record Entry(
    long line,
    long leaf,
    String entryId,
    String org,
    String wallet,
    long sequence,
    String transactionId,
    String postedAt,
    long postedAtMicros,
    EntryKind kind,
    String creditType,
    long amount,
    long balance,
    long debt,
    @Nullable String grant,
    @Nullable Value value,
    @Nullable String reservation,
    @Nullable String corrects,
    Attribution attribution,
    byte[] previousHash,
    byte[] hash) {

  /** What the amount is worth in money, with its sign. */
  record Value(long micros, String currency) {}

  /** Who and what it is for. */
  record Attribution(
      String trigger,
      String actor,
      String org,
      @Nullable String team,
      @Nullable String user,
      @Nullable String product,
      @Nullable String costCenter,
      @Nullable String agent,
      @Nullable String feature,
      @Nullable String model,
      @Nullable String session,
      @Nullable String idempotencyKey,
      Map<String, String> metadata,
      byte[] salt) {}

  /** The month that it is dated in, in UTC. */
  String month() {
    return postedAt.substring(0, 7);
  }
}
