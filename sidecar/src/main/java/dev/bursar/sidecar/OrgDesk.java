package dev.bursar.sidecar;

import dev.bursar.sidecar.decision.LocalDecider;
import dev.bursar.sidecar.lease.Ask;
import dev.bursar.sidecar.lease.LeaseKey;
import dev.bursar.sidecar.lease.Rooms;
import dev.bursar.sidecar.terms.TermsSource.Tagged;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One org's decider, with who waits for it; used by one thread at a time. */
final class OrgDesk {

  private static final long BYTES = 4_000;

  /**
   * So many changes may wait to be taken in. The oldest of more never is: who waits for it is told
   * that this one is silent.
   */
  private static final int CHANGES_MAX = 1_000;

  /** For so long terms that could not be had are not asked for again, and at most for so long. */
  private static final long AGAIN_NANOS = 500_000_000L;

  private static final long AGAIN_NANOS_MAX = 10 * AGAIN_NANOS;

  final String org;

  /** How reservations that are made here for it begin. */
  final String prefix;

  private final Host host;
  private final LocalDecider decider;
  private final Consumer<Ask> send;
  private final Consumer<OrgDesk> fetch;
  private final Map<LeaseKey, CompletableFuture<Void>> waiting = new HashMap<>();
  private final Deque<Looking> looking = new ArrayDeque<>();
  private final Deque<Confirming> confirming = new ArrayDeque<>();
  private boolean pausing;
  private @Nullable CompletableFuture<Void> fetching;
  private volatile @Nullable Tagged known;
  private volatile boolean refused;
  private boolean unreadable;
  private boolean gone;
  private volatile long askedAt;
  private volatile long fetchedAt;
  private volatile long beganAt;
  private volatile long confirmedFrom;

  /** How long they are not asked for again since they could not be had; 0 if they could. */
  private volatile long pause;

  private volatile long failedAt;

  /** Somebody waits until all leases were looked at since a change. */
  private record Looking(long change, CompletableFuture<Void> done) {}

  /** Somebody waits for terms that were asked for after a change. */
  private record Confirming(long since, CompletableFuture<Void> done) {}

  OrgDesk(
      String org,
      String prefix,
      Host host,
      LocalDecider decider,
      Consumer<Ask> send,
      Consumer<OrgDesk> fetch) {
    this.org = org;
    this.prefix = prefix;
    this.host = host;
    this.decider = decider;
    this.send = send;
    this.fetch = fetch;
    this.askedAt = host.nanos();
    this.fetchedAt = askedAt;
    this.beganAt = askedAt;
    this.confirmedFrom = askedAt;
  }

  /** Does something with the decider, and then what follows from it. */
  <T extends @Nullable Object> T with(Function<LocalDecider, T> what) {
    T result;
    List<Ask> asks = List.of();
    List<CompletableFuture<Void>> woken = List.of();
    boolean pricesWanted;
    synchronized (this) {
      result = what.apply(decider);
      Ask ask = decider.leases().nextAsk();
      if (ask != null) {
        asks = new ArrayList<>();
        for (; ask != null; ask = decider.leases().nextAsk()) {
          asks.add(ask);
        }
      }
      pricesWanted = decider.leases().pricesWanted();
      List<LeaseKey> keys = decider.leases().woken();
      if (!keys.isEmpty()) {
        woken = new ArrayList<>();
        for (LeaseKey key : keys) {
          CompletableFuture<Void> waits = waiting.remove(key);
          if (waits != null) {
            woken.add(waits);
          }
        }
      }
      woken = looked(woken);
    }
    asks.forEach(send);
    if (pricesWanted) {
      fetch.accept(this);
    }
    woken.forEach(each -> each.complete(null));
    return result;
  }

  /** The same, where nothing comes of it. */
  void run(Consumer<LocalDecider> what) {
    with(
        decider -> {
          what.accept(decider);
          return null;
        });
  }

  /** With those who wait for leases that have been looked at by now; to be called while held. */
  private List<CompletableFuture<Void>> looked(List<CompletableFuture<Void>> woken) {
    if (looking.isEmpty()) {
      return woken;
    }
    List<CompletableFuture<Void>> all = new ArrayList<>(woken);
    looking.removeIf(
        each -> {
          boolean done = decider.leases().held().isLooked(each.change);
          if (done) {
            all.add(each.done);
          }
          return done;
        });
    return all;
  }

  /**
   * Has all leases looked at. Done when the server has said of each, since now, that it goes on; of
   * all others nothing is decided any more then.
   */
  CompletableFuture<Void> look() {
    return with(
        decider -> {
          CompletableFuture<Void> done = new CompletableFuture<>();
          add(looking, new Looking(decider.leases().held().look(), done));
          return done;
        });
  }

  private static <T> void add(Deque<T> waiting, T another) {
    if (waiting.size() == CHANGES_MAX) {
      waiting.removeFirst();
    }
    waiting.addLast(another);
  }

  /** Done when the terms are known as they were asked for from now on. */
  synchronized CompletableFuture<Void> confirmed() {
    CompletableFuture<Void> done = new CompletableFuture<>();
    add(confirming, new Confirming(host.nanos(), done));
    return done;
  }

  /** Whether somebody waits for newer terms. */
  synchronized boolean isAwaited() {
    return !confirming.isEmpty();
  }

  /** They are asked for again after a pause, by the caller, unless somebody has said so before. */
  synchronized boolean beginPause() {
    boolean mine = !pausing;
    pausing = true;
    return mine;
  }

  synchronized void endPause() {
    pausing = false;
  }

  /** Done when something has changed for the key; to be called while it is being decided. */
  CompletableFuture<Void> waiting(LeaseKey key) {
    return waiting.computeIfAbsent(key, k -> new CompletableFuture<>());
  }

  // ---- terms

  /** What is known of the org's terms, and what it was called. */
  @Nullable Tagged known() {
    return known;
  }

  /** Whether the server tells its terms to nobody with the sidecar's key. */
  boolean isRefused() {
    return refused;
  }

  /** How much of the heap it takes, about; what is decided for it is counted by itself. */
  long bytes() {
    Tagged terms = known;
    return BYTES + (terms == null ? 0 : terms.terms().bytes());
  }

  /** Ends it, if nobody has asked for so long and nothing would be lost; whether it has ended. */
  synchronized boolean endIfIdle(long now, long idle, Rooms rooms) {
    if (gone
        || now - askedAt < idle
        || fetching != null
        || !confirming.isEmpty()
        || !decider.isIdle(now)) {
      return false;
    }
    gone = true;
    decider.end();
    rooms.orgs().give(bytes());
    return true;
  }

  /** Somebody asks about the org; whether it has not ended. */
  synchronized boolean touched(long now) {
    askedAt = now;
    return !gone;
  }

  long askedAt() {
    return askedAt;
  }

  /** When its terms were confirmed last. */
  long fetchedAt() {
    return fetchedAt;
  }

  /** Whether they can be asked for, though that may have failed before. */
  boolean isToBeTried(long now) {
    return pause == 0 || now - failedAt >= pause;
  }

  /** For how long they are not asked for again. */
  long pause() {
    return pause;
  }

  /** They could not be had: after a pause the next one is twice as long. */
  private void failed(LocalDecider decider) {
    long now = host.nanos();
    if (isToBeTried(now)) {
      failedAt = now;
      pause = Math.clamp(2 * pause, AGAIN_NANOS, AGAIN_NANOS_MAX);
    }
    decider.leases().pricesLost(now);
  }

  /** Whether nobody is fetching terms; then the caller is to. */
  synchronized boolean beginFetching() {
    if (fetching != null) {
      return false;
    }
    fetching = new CompletableFuture<>();
    beganAt = host.nanos();
    return true;
  }

  /** Done when the terms that are being fetched are there, or can't be had. */
  synchronized CompletableFuture<Void> fetched() {
    return fetching == null ? CompletableFuture.completedFuture(null) : fetching;
  }

  /** They are as told; gone, if there are none. */
  void fetched(@Nullable Tagged terms) {
    end(
        decider -> {
          fetchedAt = host.nanos();
          confirmedFrom = beganAt;
          pause = 0;
          refused = false;
          unreadable = false;
          replace(decider, terms);
          if (terms == null) {
            decider.termsGone();
          } else {
            decider.terms(terms.terms(), fetchedAt);
          }
        });
  }

  /** They can't be asked for: the last ones stay in use. */
  void unanswered() {
    end(this::failed);
  }

  /** What is told of them can't be read: the last ones stay in use. Whether that is new. */
  boolean unreadable() {
    boolean[] isNew = new boolean[1];
    end(
        decider -> {
          isNew[0] = !unreadable;
          unreadable = true;
          failed(decider);
        });
    return isNew[0];
  }

  /** They are refused: nothing is decided by the last ones any more. */
  void refused() {
    end(
        decider -> {
          fetchedAt = host.nanos();
          confirmedFrom = beganAt;
          pause = 0;
          refused = true;
          replace(decider, null);
          decider.termsGone();
        });
  }

  private void replace(LocalDecider decider, @Nullable Tagged terms) {
    Rooms rooms = decider.leases().rooms();
    rooms.orgs().give(bytes());
    known = terms;
    rooms.orgs().take(bytes());
  }

  private void end(Consumer<LocalDecider> what) {
    List<CompletableFuture<Void>> done =
        with(
            decider -> {
              what.accept(decider);
              List<CompletableFuture<Void>> waited = new ArrayList<>();
              if (fetching != null) {
                waited.add(fetching);
                fetching = null;
              }
              while (!confirming.isEmpty() && confirmedFrom - confirming.getFirst().since > 0) {
                waited.add(confirming.removeFirst().done);
              }
              return waited;
            });
    done.forEach(each -> each.complete(null));
  }
}
