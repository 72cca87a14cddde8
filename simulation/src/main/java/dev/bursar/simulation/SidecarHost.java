package dev.bursar.simulation;

import dev.bursar.sidecar.Host;
import java.io.IOException;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;

/**
 * Runs one life of a sidecar on virtual time, in the one thread that there is. Its clocks run a
 * little wrong, or show another time; it may stand still, and it may end at once.
 */
final class SidecarHost implements Host {

  private static final long NANOS_OF_MICRO = 1_000;

  private final World world;
  private final String life;
  private final double rate;
  private final long wrongMicros;
  private final Runnable crash;
  private boolean over;
  private long pausedUntil;

  /**
   * @param life a name that no other life has
   * @param rate how fast its clock runs, 1 for as fast as time
   * @param wrongMicros how far the time that it shows is ahead
   * @param crash ends it at once
   */
  SidecarHost(World world, String life, double rate, long wrongMicros, Runnable crash) {
    this.world = world;
    this.life = life;
    this.rate = rate;
    this.wrongMicros = wrongMicros;
    this.crash = crash;
  }

  /** Nothing of it goes on. */
  void end() {
    over = true;
  }

  boolean isOver() {
    return over;
  }

  /**
   * The next step never comes: it stops between two of them, now and then.
   *
   * @param where between which two
   */
  void mayCrash(double probability, Rarity where) {
    if (world.isTried(Fault.SIDECAR_CRASH, probability)) {
      world.time.after(
          0,
          () -> {
            if (!over && !world.hasHealed()) {
              world.watch.saw(where);
              crash.run();
            }
          });
    }
  }

  /** It does nothing for so long, and then goes on as if no time had passed. */
  void pause(long micros) {
    pausedUntil = Math.max(pausedUntil, world.time.nowMicros() + micros);
  }

  private boolean isPaused() {
    return world.time.nowMicros() < pausedUntil;
  }

  @Override
  public long nanos() {
    return (long) (world.time.nowMicros() * rate) * NANOS_OF_MICRO;
  }

  @Override
  public Instant now() {
    return world.beginning.plusNanos((world.time.nowMicros() + wrongMicros) * NANOS_OF_MICRO);
  }

  @Override
  public String newLife() {
    return life;
  }

  private long micros(long nanos) {
    return 1 + (long) (Math.max(0, nanos) / rate / NANOS_OF_MICRO);
  }

  /** Does something after a while, or once it goes on after a pause; never, if it has ended. */
  void run(long micros, Runnable what) {
    world.time.after(
        Math.max(micros, pausedUntil - world.time.nowMicros()),
        () -> {
          if (over) {
            return;
          }
          if (isPaused()) {
            run(0, what);
          } else {
            what.run();
          }
        });
  }

  @Override
  public void soon(Runnable what) {
    run(1, what);
  }

  @Override
  public CompletableFuture<Void> after(long nanos) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    run(micros(nanos), () -> done.complete(null));
    return done;
  }

  @Override
  public void completeAfter(CompletableFuture<Void> what, long nanos) {
    if (!what.isDone()) {
      run(micros(nanos), () -> what.complete(null));
    }
  }

  @Override
  public Running run(String name, Steps steps) {
    Loop loop = new Loop(steps);
    loop.wake();
    return loop;
  }

  private final class Loop implements Running {
    private final Steps steps;
    private boolean closed;

    /** Of several that wait to be taken, only the last is. */
    private long number;

    Loop(Steps steps) {
      this.steps = steps;
    }

    @Override
    public void wake() {
      in(1);
    }

    private void in(long micros) {
      long mine = ++number;
      run(
          micros,
          () -> {
            if (mine == number && !closed) {
              step();
            }
          });
    }

    private void step() {
      try {
        in(micros(steps.step() - nanos()));
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
