package dev.bursar.projections.tree;

import dev.bursar.domain.ledger.LedgerProofs.Checkpoint;
import dev.bursar.domain.ledger.LedgerProofs.Contradiction;
import dev.bursar.domain.ledger.LedgerProofs.Leaf;
import dev.bursar.projections.tree.Heads.Signed;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signs the heads of trees, and never two that contradict each other. Where nothing was added, the
 * last head is given again. Before it signs a new one it makes the tree once more from what the
 * fields of its rows say: the newest leaves, and those around the last head. Blocks of 65,536
 * leaves that were complete before that are taken at their hashes; a row in one of them that was
 * changed changes no head, and every proof that shows it fails.
 */
final class HeadSigner {

  private static final Logger LOG = LoggerFactory.getLogger(HeadSigner.class);
  private static final int BLOCK_LEVEL = 16;
  private static final long BLOCK = 1L << BLOCK_LEVEL;

  private final SigningKey key;
  private final InstantSource clock;
  private final Counter contradictions;
  private final Map<String, String> alarms = new ConcurrentHashMap<>();

  HeadSigner(SigningKey key, InstantSource clock, MeterRegistry metrics) {
    this.key = key;
    this.clock = clock;
    this.contradictions =
        Counter.builder("bursar.ledger.contradictions")
            .description(
                "How often a ledger contradicted its signed head, so that nothing was signed")
            .register(metrics);
    Gauge.builder("bursar.ledger.contradicted", alarms, Map::size)
        .description("Orgs whose ledger contradicted its signed head when last looked at")
        .register(metrics);
  }

  /** Of each org whose ledger contradicts its signed head, what is wrong with it. */
  Map<String, String> alarms() {
    return Map.copyOf(alarms);
  }

  String verifier() {
    return key.verifier();
  }

  /**
   * The last head, if it still covers everything, or a new one.
   *
   * @param catchingUp whether the tree may be behind the last head, as while the read models are
   *     made again
   * @return null if it is, and may be
   */
  @Nullable Checkpoint sign(Handle handle, String org, boolean catchingUp) {
    try {
      Checkpoint signed = handle.inTransaction(locked -> signed(locked, org, catchingUp));
      alarms.remove(org);
      return signed;
    } catch (Contradiction e) {
      throw alarm(org, e);
    }
  }

  /** Raises the alarm. */
  Contradiction alarm(String org, Contradiction contradiction) {
    contradictions.increment();
    alarms.put(org, String.valueOf(contradiction.getMessage()));
    LOG.error(
        "The ledger contradicts its signed head, nothing is signed: org={} reason={}",
        org,
        contradiction.getMessage());
    return contradiction;
  }

  private @Nullable Checkpoint signed(Handle handle, String org, boolean catchingUp) {
    Heads.lock(handle, org);
    Signed last = Heads.last(handle, org, verifier()).orElse(null);
    Peaks tree = Heads.current(handle, org);
    long before = last == null ? 0 : last.size();
    if (tree.size() < before) {
      if (catchingUp) {
        return null;
      }
      throw new Contradiction(
          "the ledger of %s has %d entries, a head of %d was signed"
              .formatted(org, tree.size(), before));
    }
    if (last != null
        && last.size() == tree.size()
        && Arrays.equals(last.root(), tree.root())
        && last.verifier().equals(verifier())) {
      return new Checkpoint(last.size(), last.root(), last.note(), last.verifier());
    }
    byte[] root = verified(handle, org, tree, last);
    Signed head =
        new Signed(tree.size(), root, key.note(Heads.text(org, tree.size(), root)), verifier());
    // A head over nothing binds to nothing, and anybody may ask about orgs that there are not.
    if (tree.size() > 0) {
      Heads.keep(handle, org, head, clock.instant());
    }
    return new Checkpoint(head.size(), head.root(), head.note(), head.verifier());
  }

  /**
   * The root of the tree as its rows make it, which is that of its hashes, and grew from the last.
   */
  private static byte[] verified(Handle handle, String org, Peaks tree, @Nullable Signed last) {
    StoredSubtrees stored = new StoredSubtrees(handle, org);
    Peaks made = new Peaks();
    long before = last == null ? 0 : last.size();
    while (made.size() < tree.size()) {
      long from = made.size();
      boolean block = from % BLOCK == 0 && from + BLOCK <= tree.size();
      if (block && !(from < before && before < from + BLOCK)) {
        made.add(BLOCK_LEVEL, stored.hash(BLOCK_LEVEL, from / BLOCK), Peaks.Completed.IGNORED);
      } else {
        long to = from < before ? before : tree.size();
        long blockEnd = (from / BLOCK + 1) * BLOCK;
        for (Leaf leaf : Leaves.page(handle, org, from, Math.min(to, blockEnd))) {
          made.add(Leaves.hash(leaf.entry()), Peaks.Completed.IGNORED);
        }
      }
      if (last != null && made.size() == before && !Arrays.equals(made.root(), last.root())) {
        throw new Contradiction(
            "the first %d entries of the ledger of %s are not those of which a head was signed"
                .formatted(before, org));
      }
    }
    if (!Arrays.equals(made.toBytes(), tree.toBytes())) {
      throw new Contradiction(
          "the hashes of the ledger of %s are not those of its entries".formatted(org));
    }
    return made.root();
  }
}
