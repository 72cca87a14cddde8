package dev.bursar.projections.tree;

import dev.bursar.domain.ledger.LedgerProofs.Checkpoint;
import dev.bursar.domain.ledger.LedgerProofs.Contradiction;
import dev.bursar.domain.ledger.LedgerProofs.Leaf;
import dev.bursar.projections.tree.Heads.Signed;
import java.time.InstantSource;
import java.util.Arrays;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * Signs the heads of trees, never two that contradict each other, and none after a key that this
 * one does not replace. Where nothing was added, the last head is given again. Before it signs a
 * new one it makes the tree once more from what the fields of its rows say: the newest leaves, and
 * those around the last head. Blocks of 65,536 leaves that were complete before that are taken at
 * their hashes; a row in one of them that was changed changes no head, and every proof that shows
 * it fails.
 */
final class HeadSigner {

  private static final int BLOCK_LEVEL = 16;
  private static final long BLOCK = 1L << BLOCK_LEVEL;

  private final SigningKeys keys;
  private final SigningKey key;
  private final InstantSource clock;
  private final Alarms alarms;

  HeadSigner(SigningKeys keys, InstantSource clock, Alarms alarms) {
    this.keys = keys;
    this.key = keys.key();
    this.clock = clock;
    this.alarms = alarms;
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
      if (signed != null && alarms.isRaised(org)) {
        alarms.lookAgain(handle, org);
      }
      return signed;
    } catch (Contradiction e) {
      throw alarms.raise(org, e, again -> verified(again, org));
    }
  }

  /** Looks at all that would be looked at if something was added. */
  private byte[] verified(Handle handle, String org) {
    keys.demandMayFollow(handle, org);
    Signed last = Heads.last(handle, org, verifier()).orElse(null);
    Peaks tree = Heads.current(handle, org);
    notLess(org, tree, last);
    return verified(handle, org, tree, last);
  }

  private static void notLess(String org, Peaks tree, @Nullable Signed last) {
    if (last != null && tree.size() < last.size()) {
      throw new Contradiction(
          "the ledger of %s has %d entries, a head of %d was signed"
              .formatted(org, tree.size(), last.size()));
    }
  }

  private @Nullable Checkpoint signed(Handle handle, String org, boolean catchingUp) {
    Heads.lock(handle, org);
    Signed last = Heads.last(handle, org, verifier()).orElse(null);
    Peaks tree = Heads.current(handle, org);
    if (catchingUp && last != null && tree.size() < last.size()) {
      return null;
    }
    notLess(org, tree, last);
    if (last != null
        && last.size() == tree.size()
        && Arrays.equals(last.root(), tree.root())
        && last.verifier().equals(verifier())) {
      return new Checkpoint(last.size(), last.root(), last.note(), last.verifier());
    }
    keys.demandMayFollow(handle, org);
    byte[] root = verified(handle, org, tree, last);
    Signed head =
        new Signed(
            tree.size(),
            root,
            key.note(Heads.text(key.name(), org, tree.size(), root)),
            verifier());
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
