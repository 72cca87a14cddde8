package dev.bursar.node.clock;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A node's time: the system's, or one that stands still until it is moved. */
public final class NodeClock implements InstantSource {

  private final @Nullable AtomicReference<Instant> standing;

  private NodeClock(@Nullable AtomicReference<Instant> standing) {
    this.standing = standing;
  }

  /** The system's clock. */
  public static NodeClock ofSystem() {
    return new NodeClock(null);
  }

  /** A clock that stands at this time. */
  public static NodeClock standingAt(Instant start) {
    return new NodeClock(new AtomicReference<>(start));
  }

  /** Whether it stands still until it is moved. */
  public boolean stands() {
    return standing != null;
  }

  @Override
  public Instant instant() {
    AtomicReference<Instant> stood = standing;
    return stood == null ? Instant.now() : Objects.requireNonNull(stood.get());
  }

  /**
   * Moves a standing clock forward.
   *
   * @throws IllegalStateException if it does not stand
   * @throws IllegalArgumentException if that is before the present
   */
  void moveTo(Instant now) {
    if (standing == null) {
      throw new IllegalStateException("the system's clock can't be moved");
    }
    standing.updateAndGet(
        before -> {
          if (now.isBefore(before)) {
            throw new IllegalArgumentException("%s is before %s".formatted(now, before));
          }
          return now;
        });
  }
}
