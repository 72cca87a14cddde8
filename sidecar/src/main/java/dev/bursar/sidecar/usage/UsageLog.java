package dev.bursar.sidecar.usage;

import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Where what was used is kept until the server has it, so that a crash does not lose it. */
public interface UsageLog extends AutoCloseable {

  /** What is to be reported next. */
  interface Batch {

    /** In the log's order. */
    List<Entry.Stored> uses();
  }

  /** There is no room for what sets something aside, or is passed on. */
  final class Full extends IOException {
    private static final long serialVersionUID = 1;

    Full() {
      super("the usage file is full");
    }
  }

  /** What an earlier life has left, until that is taken up. */
  Recovery recovered();

  /** What was found in it is in memory elsewhere. */
  void takenUp();

  /**
   * Begins to write.
   *
   * @param nowOpen the reservations that are open whenever it is asked
   * @param used called when there is more to report
   */
  void start(Supplier<Collection<Entry.Opened>> nowOpen, Runnable used);

  /** Keeps an entry; done once a crash does not lose it, failed if it can't be kept. */
  CompletableFuture<Void> keep(Entry entry);

  /**
   * Writes an entry that is of no use; done once the end of the process does not lose it, though a
   * crash of the machine may, until the next that is kept; failed if it can't be written, by {@link
   * Full} if there is no room for it. Done at once, mostly.
   */
  CompletableFuture<Void> write(Entry entry);

  /**
   * Keeps an entry with the next that somebody waits for; not that something was set aside, where
   * there is no room for that.
   */
  void note(Entry entry);

  /** Whether nothing more should be decided that it would have to keep. */
  boolean isFull();

  /** Whether that is since it can't be written, as on a disk that is full. */
  boolean isAway();

  /** Bytes of usage that the server does not have yet. */
  long unsentBytes();

  /** How many uses the server does not have yet. */
  long unsent();

  /** How many of them are set aside. */
  long unsentAside();

  /**
   * The first uses that were not handed out yet, at most so many; null if there are none. Each is
   * handed out once a life.
   */
  @Nullable Batch next(int max) throws IOException;

  /**
   * The server has some uses of a batch; or they are set aside.
   *
   * @return whether that is all of it
   */
  boolean confirm(Batch batch, List<Entry.Stored> uses);

  /**
   * Keeps uses of a batch by themselves, where they hold up no others.
   *
   * @throws IOException if they can't be kept there
   */
  void setAside(List<Entry.Stored> uses) throws IOException;

  /** What is set aside; null if nothing ever was. */
  @Nullable UsageLog aside();

  /** Writes what waits, and ends. */
  @Override
  void close() throws IOException;
}
