package dev.bursar.sidecar.server;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.ledger.CanonicalEntry;
import dev.bursar.sidecar.decision.Ended;
import dev.bursar.sidecar.lease.Told;
import dev.bursar.sidecar.server.Server.Reported;
import dev.bursar.sidecar.usage.Entry;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What reservations came to that the server has made, as the server is told of it. */
public final class Owed {

  private static final Logger LOG = LoggerFactory.getLogger(Owed.class);

  /** The reservation had ended before: by this very commit, or otherwise. */
  public static final String FINALIZED = "reservation_finalized";

  /** The server does not know the reservation, and may have charged it. */
  public static final String NOT_FOUND = "reservation_not_found";

  private Owed() {}

  /** The key of a call, the same for the same; of a fixed length, however long that is. */
  public static String key(String what, String content) {
    byte[] hash = CanonicalEntry.sha256(content.getBytes(StandardCharsets.UTF_8));
    return what + '-' + HexFormat.of().formatHex(hash);
  }

  /**
   * Commits a reservation: as its usage, or where that has no price as the first of the others that
   * has one. One that has expired for good is told of as an event, which is charged once for its
   * id. However often it is told, it happens once.
   *
   * <p>The server forgets how a reservation has ended, after a day or 200,000 operations of its
   * wallet. One that it does not know and that was never sent can't have been charged: it is an
   * event. Of any other nobody can tell.
   *
   * @param use one that {@link Entry.Stored#isOwed}
   * @param isFirst whether none of its commits can have reached the server before
   * @return refused as {@link #FINALIZED} if it had ended before, refused otherwise if nobody can
   *     tell whether it was charged; failed if the server does not say what became of it: it is to
   *     be told again
   */
  public static CompletionStage<Reported> settle(Server server, Entry.Stored use, boolean isFirst) {
    ReserveRequest work;
    try {
      work = use.request();
    } catch (RuntimeException e) {
      // However often it is read: it is in the log, and holds up no other.
      return told("it can't be read: " + e);
    }
    List<Map<String, Long>> others = use.others();
    Settling all = new Settling(server, use, isFirst);
    try {
      return all.settle(work.amount(), work.usage(), others == null ? List.of() : others);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private record Settling(Server server, Entry.Stored use, boolean isFirst) {

    CompletionStage<Reported> settle(
        @Nullable Credits amount,
        @Nullable Map<String, Long> usage,
        List<Map<String, Long>> others) {
      return server
          .end(use.id(), amount, usage, commitKey(use.id(), amount, usage))
          .thenCompose(
              ended ->
                  ended instanceof Ended.Refused refused
                      ? refused(refused, usage, others)
                      : told(null));
    }

    private CompletionStage<Reported> refused(
        Ended.Refused refused, @Nullable Map<String, Long> usage, List<Map<String, Long>> others) {
      return switch (refused.fault()) {
        case EXPIRED -> event(use, usage, others);
        case NOT_FOUND ->
            isFirst ? event(use, usage, others) : noMore(new Told.Refused(NOT_FOUND, null));
        case FINALIZED -> noMore(new Told.Refused(FINALIZED, null));
        // Once it has expired it is late usage, which no policy rejects.
        case OVERAGE ->
            CompletableFuture.failedFuture(
                new ServerAway("not as long as it is open: " + refused.detail(), true));
        case INVALID -> {
          if (others.isEmpty()) {
            yield told(refused.detail());
          }
          logOtherwise(use.id(), usage, others.getFirst(), refused.detail());
          yield settle(null, others.getFirst(), others.subList(1, others.size()));
        }
      };
    }

    private CompletionStage<Reported> event(
        Entry.Stored as, @Nullable Map<String, Long> usage, List<Map<String, Long>> others) {
      return server
          .report(List.of(as.using(usage)))
          .thenCompose(
              reported -> {
                String rejected =
                    reported.rejected().isEmpty() ? null : reported.rejected().getFirst();
                if (rejected == null || others.isEmpty() || !reported.notYet().isEmpty()) {
                  return CompletableFuture.completedFuture(reported);
                }
                logOtherwise(use.id(), usage, others.getFirst(), rejected);
                return event(as, others.getFirst(), others.subList(1, others.size()));
              });
    }
  }

  /** Has it in the log that usage without a price was charged as another. */
  public static void logOtherwise(
      String reservation,
      @Nullable Map<String, Long> usage,
      Map<String, Long> charged,
      @Nullable String reason) {
    LOG.atError()
        .setMessage("what was used can't be charged as it is, and is charged otherwise")
        .addKeyValue("reservation", reservation)
        .addKeyValue("usage", usage)
        .addKeyValue("charged", charged)
        .addKeyValue("reason", reason)
        .log();
  }

  private static CompletionStage<Reported> noMore(Told told) {
    return CompletableFuture.completedFuture(new Reported(told, List.of()));
  }

  private static CompletionStage<Reported> told(@Nullable String rejected) {
    List<@Nullable String> all = new ArrayList<>();
    all.add(rejected);
    return CompletableFuture.completedFuture(new Reported(new Told.Denied(), all));
  }

  /** The same for the same, in another life, too, so that what is told again happens once. */
  private static String commitKey(
      String reservation, @Nullable Credits amount, @Nullable Map<String, Long> usage) {
    String content = amount + " " + (usage == null ? "" : new TreeMap<>(usage));
    return key("commit", reservation + '\n' + content);
  }
}
