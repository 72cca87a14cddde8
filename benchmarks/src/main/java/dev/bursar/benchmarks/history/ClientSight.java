package dev.bursar.benchmarks.history;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.identity.Subject;
import dev.bursar.simulation.history.Sight;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a client sees: the clock, which is the node's, too, and what it and others were told. */
final class ClientSight implements Sight {

  private final Figures figures;
  private final List<Told> finished;

  /**
   * @param finished what this client may ask for again
   */
  ClientSight(Figures figures, List<Told> finished) {
    this.figures = figures;
    this.finished = finished;
  }

  @Override
  public Instant now(String org) {
    return earliestNow();
  }

  @Override
  public Instant earliestNow() {
    return Instant.now().truncatedTo(ChronoUnit.MILLIS);
  }

  @Override
  public int finished() {
    return finished.size();
  }

  @Override
  public List<String> charges(EntityId wallet) {
    return figures.charges(wallet);
  }

  @Override
  public @Nullable Credits room(Subject subject, String creditType) {
    return figures.room(subject, creditType);
  }

  @Override
  public @Nullable Credits available(
      EntityId wallet, String creditType, @Nullable String feature, @Nullable String model) {
    return figures.left(wallet, creditType);
  }
}
