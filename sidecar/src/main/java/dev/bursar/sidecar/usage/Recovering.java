package dev.bursar.sidecar.usage;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/**
 * What the entries of a log come to, once a crash has ended a life: first all of them are told, in
 * their order, and then those that the server does not have.
 */
public final class Recovering {

  /** So many of the last calls are remembered: about what fits into the memory of their answers. */
  private static final int ANSWERED_MAX = 12_000;

  /** Of so many reservations is remembered how they ended. */
  private static final int ENDED_MAX = 4_000;

  /** Of so many leases, those that were decided from last, is known that they may be open. */
  private static final int LEASES_MAX = 1_000;

  /**
   * So much is known of open reservations, as they are counted while they are open: more than may
   * be at once. What is beyond that has expired and can't be told from the others, since nothing
   * ends it in the file; those that expire first go.
   */
  private static final long OPEN_BYTES_MAX = 8 << 20;

  private record Lease(String org, String lease) {}

  private final Map<String, Entry.Opened> open = new LinkedHashMap<>();
  private final Deque<Recovery.Answered> answered = new ArrayDeque<>();
  private final Map<String, String> ended = new LinkedHashMap<>();
  private final Map<Lease, Recovery.Unreported> sums = new LinkedHashMap<>();
  private final SequencedSet<Lease> leases = new LinkedHashSet<>();
  private long confirmedSegment;
  private long confirmedOffset;
  private long unsent;
  private long unsentBytes;
  private long lostBytes;
  private long openBytes;
  private Instant forgotten = Instant.MIN;
  private final Instant latest;

  /**
   * @param first the number of the first segment
   */
  public Recovering(long first) {
    this(first, Instant.MAX);
  }

  /**
   * @param latest no key that was answered can have been made later
   */
  Recovering(long first, Instant latest) {
    this.confirmedSegment = first;
    this.latest = latest;
  }

  /** An entry, as it was read. */
  public void found(Entry entry) {
    switch (entry) {
      case Entry.Stored use -> {
        decidedFrom(use.org(), use.lease());
        ended(use.id(), "committed");
      }
      case Entry.Opened it -> opened(it);
      case Entry.Closed it -> ended(it.id(), "released");
      case Entry.Confirmed it -> {
        if (it.segment() > confirmedSegment
            || (it.segment() == confirmedSegment && it.offset() > confirmedOffset)) {
          confirmedSegment = it.segment();
          confirmedOffset = it.offset();
        }
      }
      case Entry.Passed it -> {}
      case Entry.Used it -> throw new IllegalStateException();
    }
    Recovery.Answered answer = Recovery.answered(entry);
    if (answer != null) {
      answered.add(answer);
      if (answered.size() > ANSWERED_MAX) {
        Instant madeAt = answered.remove().key().madeAt();
        if (madeAt != null && !madeAt.isAfter(latest)) {
          forgotten(madeAt);
        }
      }
    }
  }

  private void decidedFrom(String org, @Nullable String lease) {
    if (lease != null && !lease.isEmpty()) {
      leases.addLast(new Lease(org, lease));
      if (leases.size() > LEASES_MAX) {
        leases.removeFirst();
      }
    }
  }

  private void opened(Entry.Opened it) {
    decidedFrom(it.request().subject().org(), it.lease());
    Entry.Opened before = open.put(it.id(), it.withoutKey());
    openBytes += bytes(it) - (before == null ? 0 : bytes(before));
    if (openBytes > 2 * OPEN_BYTES_MAX) {
      forgetExpired();
    }
  }

  private void forgetExpired() {
    List<Entry.Opened> all = new ArrayList<>(open.values());
    all.sort(Comparator.comparing(Entry.Opened::expiresAt));
    for (Entry.Opened each : all) {
      if (openBytes <= OPEN_BYTES_MAX) {
        return;
      }
      open.remove(each.id());
      openBytes -= bytes(each);
    }
  }

  private static long bytes(Entry.Opened it) {
    return Weight.ofOpen(it.id(), it.lease(), it.request());
  }

  /** What was never open is no reservation, but work that was charged at once. */
  private void ended(String id, String how) {
    Entry.Opened was = open.remove(id);
    if (was != null) {
      openBytes -= bytes(was);
      ended.put(id, how);
      if (ended.size() > ENDED_MAX) {
        ended.remove(ended.keySet().iterator().next());
      }
    }
  }

  /** Calls whose keys were made until then may have been answered, and are not told of here. */
  public void forgotten(Instant madeUntil) {
    forgotten = madeUntil.isAfter(forgotten) ? madeUntil : forgotten;
  }

  /** So many bytes are no entry, and no crash has cut them off. */
  void lost(long bytes) {
    lostBytes += bytes;
  }

  /**
   * The offset up to which the server has a segment, {@link Long#MAX_VALUE} for all of it; to be
   * asked once all entries were told.
   */
  public long confirmedOf(long segment) {
    return segment < confirmedSegment
        ? Long.MAX_VALUE
        : segment == confirmedSegment ? confirmedOffset : 0;
  }

  /** An entry that the server does not have, if it is of a use. */
  public void unsent(Entry entry, long bytes) {
    if (entry instanceof Entry.Stored use) {
      unsent++;
      unsentBytes += bytes;
      String lease = use.lease();
      if (lease != null) {
        sums.merge(
            new Lease(use.org(), lease),
            new Recovery.Unreported(use.org(), lease, use.micros(), 1),
            Recovery.Unreported::plus);
      }
    }
  }

  /** What was found. */
  public Recovery recovery() {
    if (openBytes > OPEN_BYTES_MAX) {
      forgetExpired();
    }
    // Of those nothing is to be reported: but they may not have been closed.
    for (Lease each : leases) {
      sums.putIfAbsent(each, new Recovery.Unreported(each.org(), each.lease(), 0, 0));
    }
    return new Recovery(
        List.copyOf(sums.values()),
        List.copyOf(open.values()),
        answered,
        forgotten,
        Map.copyOf(ended),
        confirmedSegment,
        confirmedOffset,
        unsent,
        unsentBytes,
        lostBytes);
  }
}
