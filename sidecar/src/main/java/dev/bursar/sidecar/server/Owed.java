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
  private static final int KEY_BYTES = 8;

  private Owed() {}

  /**
   * Commits a reservation: as its usage, or where that has no price as the first of the others that
   * has one. One that has expired for good is told of as an event, which is charged once for its
   * id. However often it is told, it happens once.
   *
   * @param use one that {@link Entry.Stored#isOwed}
   * @return failed if the server does not say what became of it: it is to be told again
   */
  public static CompletionStage<Reported> settle(Server server, Entry.Stored use) {
    ReserveRequest work = use.request();
    List<Map<String, Long>> others = use.others();
    try {
      return settle(server, use, work.amount(), work.usage(), others == null ? List.of() : others);
    } catch (RuntimeException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  private static CompletionStage<Reported> settle(
      Server server,
      Entry.Stored use,
      @Nullable Credits amount,
      @Nullable Map<String, Long> usage,
      List<Map<String, Long>> others) {
    return server
        .end(use.id(), amount, usage, call(use.id(), amount, usage))
        .thenCompose(
            ended -> {
              if (!(ended instanceof Ended.Refused refused)) {
                return told(null);
              }
              if (refused.fault() == Ended.Fault.EXPIRED) {
                return server.report(List.of(use));
              }
              if (refused.fault() != Ended.Fault.INVALID || others.isEmpty()) {
                return told(refused.detail());
              }
              LOG.atError()
                  .setMessage("what was used can't be charged as it is, and is charged otherwise")
                  .addKeyValue("reservation", use.id())
                  .addKeyValue("usage", usage)
                  .addKeyValue("charged", others.getFirst())
                  .addKeyValue("reason", refused.detail())
                  .log();
              return settle(server, use, null, others.getFirst(), others.subList(1, others.size()));
            });
  }

  private static CompletionStage<Reported> told(@Nullable String rejected) {
    List<@Nullable String> all = new ArrayList<>();
    all.add(rejected);
    return CompletableFuture.completedFuture(new Reported(new Told.Denied(), all));
  }

  /** The same for the same, in another life, too, so that what is told again happens once. */
  private static String call(
      String reservation, @Nullable Credits amount, @Nullable Map<String, Long> usage) {
    String content = amount + " " + (usage == null ? "" : new TreeMap<>(usage));
    byte[] hash = CanonicalEntry.sha256(content.getBytes(StandardCharsets.UTF_8));
    return reservation + "-end-" + HexFormat.of().formatHex(hash, 0, KEY_BYTES);
  }
}
