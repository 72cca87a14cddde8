package dev.bursar.simulation;

import dev.bursar.sidecar.usage.Entry;
import dev.bursar.sidecar.usage.Recovering;
import dev.bursar.sidecar.usage.Recovery;
import dev.bursar.sidecar.usage.UsageLog;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A sidecar's usage file as it is: what waits is forced together, and only then it is kept. A crash
 * loses what was neither forced nor written, or some of it.
 */
final class SimulatedUsageLog implements UsageLog {

  private static final long SEGMENT = 1;
  private static final long FORCE_MICROS_MAX = 3_000;
  private static final long USE_BYTES = 300;

  /** So many uses, and a few more, are all that there is room for, where disks fail. */
  private static final long FULL_AT = 1;

  private static final int FULL_LATER_MAX = 3;

  private record Pending(Entry entry, @Nullable CompletableFuture<Void> kept) {}

  private static final class Handed implements Batch {
    private final List<Entry.Stored> uses;
    private final int end;
    private int left;

    Handed(List<Entry.Stored> uses, int end) {
      this.uses = uses;
      this.end = end;
      this.left = uses.size();
    }

    @Override
    public List<Entry.Stored> uses() {
      return uses;
    }
  }

  private final World world;
  private final SidecarHost host;
  private final SidecarDisk disk;
  private final List<Entry> entries;
  private final Consumer<Entry> decided;
  private final List<Pending> pending = new ArrayList<>();
  private final Deque<Handed> handed = new ArrayDeque<>();
  private final @Nullable SimulatedUsageLog aside;
  private Recovery recovered;
  private Runnable onUse = () -> {};
  private int read;
  private long unsent;
  private boolean forcing;

  /** So many of those that are pending outlive the process. */
  private int written;

  /**
   * @param decided told what is to be kept when it is decided
   */
  SimulatedUsageLog(World world, SidecarHost host, SidecarDisk disk, Consumer<Entry> decided) {
    this(world, host, disk, false, decided);
  }

  private SimulatedUsageLog(
      World world, SidecarHost host, SidecarDisk disk, boolean isAside, Consumer<Entry> decided) {
    this.world = world;
    this.host = host;
    this.disk = disk;
    this.entries = isAside ? disk.aside : disk.entries;
    this.decided = decided;
    Recovering found = new Recovering(SEGMENT);
    entries.forEach(found::found);
    read = (int) Math.min(found.confirmedOf(SEGMENT), entries.size());
    for (Entry entry : entries.subList(read, entries.size())) {
      found.unsent(entry, USE_BYTES);
    }
    Recovery real = found.recovery();
    this.recovered = world.tampering.recovered(real);
    this.unsent = real.unsent();
    this.aside = isAside ? null : new SimulatedUsageLog(world, host, disk, true, decided);
    if (unsent > 0) {
      world.watch.saw(Rarity.SIDECAR_FOUND_UNREPORTED_USAGE);
    }
  }

  @Override
  public Recovery recovered() {
    return recovered;
  }

  @Override
  public void takenUp() {
    recovered = new Recovering(SEGMENT).recovery();
  }

  @Override
  public void start(Supplier<Collection<Entry.Opened>> nowOpen, Runnable used) {
    onUse = used;
  }

  @Override
  public CompletableFuture<Void> keep(Entry entry) {
    CompletableFuture<Void> kept = new CompletableFuture<>();
    add(new Pending(entry, kept));
    host.mayCrash(0.05, Rarity.SIDECAR_CRASHED_BEFORE_IT_KEPT);
    if (!forcing) {
      forcing = true;
      host.run(world.between(50, FORCE_MICROS_MAX), this::force);
    }
    return kept;
  }

  @Override
  public CompletableFuture<Void> write(Entry entry) {
    note(entry);
    written = pending.size();
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public void note(Entry entry) {
    if (aside == null) {
      // Nobody keeps anything else there with which it would be forced.
      host.run(FORCE_MICROS_MAX, () -> entries.add(entry));
    } else {
      add(new Pending(entry, null));
    }
  }

  private void add(Pending each) {
    pending.add(each);
    if (each.entry instanceof Entry.Used it) {
      disk.uses.put(it.use().id(), it.use());
    }
    decided.accept(each.entry);
  }

  private void force() {
    forcing = false;
    List<Pending> group = List.copyOf(pending);
    pending.clear();
    written = 0;
    if (world.happens(Fault.SIDECAR_DISK_FAILS, 0.03) || world.tampering.failsToKeep()) {
      group.forEach(each -> disk.lose(each.entry));
      group.forEach(each -> tell(each, new IOException("the disk is full")));
      return;
    }
    boolean used = false;
    for (Pending each : group) {
      disk.force(each.entry);
      if (each.entry instanceof Entry.Used || each.entry instanceof Entry.Stored) {
        unsent++;
        used = true;
      }
    }
    host.mayCrash(0.05, Rarity.SIDECAR_CRASHED_AFTER_IT_KEPT);
    group.forEach(each -> tell(each, null));
    if (used) {
      onUse.run();
    }
  }

  private void tell(Pending each, @Nullable IOException error) {
    CompletableFuture<Void> kept = each.kept;
    if (kept != null && error == null) {
      host.soon(() -> kept.complete(null));
    } else if (kept != null) {
      host.soon(() -> kept.completeExceptionally(error));
    }
  }

  /** All at once it ends: of what was not forced, the first may be there and the rest is not. */
  void crash() {
    int first = world.random.nextBoolean() ? 0 : world.random.nextInt(pending.size() + 1);
    for (int i = 0; i < pending.size(); i++) {
      if (i < Math.max(first, written)) {
        disk.force(pending.get(i).entry);
      } else {
        disk.lose(pending.get(i).entry);
        world.watch.saw(Rarity.SIDECAR_LOST_ITS_TAIL);
      }
    }
    pending.clear();
    written = 0;
  }

  @Override
  public boolean isFull() {
    return world.scenario.has(Fault.SIDECAR_DISK_FAILS)
        && unsent >= FULL_AT + Math.floorMod(world.scenario.seed(), FULL_LATER_MAX);
  }

  @Override
  public boolean isAway() {
    return false;
  }

  @Override
  public long unsentBytes() {
    return unsent() * USE_BYTES;
  }

  @Override
  public long unsent() {
    return unsent + unsentAside();
  }

  @Override
  public long unsentAside() {
    return aside == null ? 0 : aside.unsent();
  }

  @Override
  public @Nullable Batch next(int max) {
    List<Entry.Stored> uses = new ArrayList<>();
    while (read < entries.size() && uses.size() < max) {
      if (entries.get(read++) instanceof Entry.Stored use) {
        if (!world.tampering.reports(use)) {
          unsent--;
          continue;
        }
        uses.add(use);
      }
    }
    if (uses.isEmpty()) {
      return null;
    }
    Handed batch = new Handed(uses, read);
    handed.add(batch);
    return batch;
  }

  @Override
  public boolean confirm(Batch of, List<Entry.Stored> uses) {
    Handed batch = (Handed) of;
    int done = world.tampering.confirmed(uses).size();
    batch.left -= done;
    unsent -= done;
    if (batch.left > 0) {
      return false;
    }
    int confirmed = -1;
    while (!handed.isEmpty() && handed.peek().left == 0) {
      confirmed = handed.remove().end;
    }
    if (confirmed >= 0) {
      note(new Entry.Confirmed(SEGMENT, confirmed));
      host.mayCrash(0.1, Rarity.SIDECAR_CRASHED_BEFORE_IT_CONFIRMED);
    }
    return true;
  }

  @Override
  public void setAside(List<Entry.Stored> uses) {
    SimulatedUsageLog to = aside == null ? this : aside;
    List<Entry.Stored> kept = world.tampering.setAside(uses);
    to.entries.addAll(kept);
    to.unsent += kept.size();
    world.watch.saw(Rarity.SIDECAR_SET_USAGE_ASIDE);
    host.mayCrash(0.2, Rarity.SIDECAR_CRASHED_AFTER_IT_SET_ASIDE);
  }

  @Override
  public @Nullable UsageLog aside() {
    return aside;
  }

  @Override
  public void close() {}
}
