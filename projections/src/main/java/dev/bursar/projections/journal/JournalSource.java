package dev.bursar.projections.journal;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.pattern.Patterns;
import org.apache.pekko.projection.javadsl.SourceProvider;
import org.apache.pekko.stream.OverflowStrategy;
import org.apache.pekko.stream.javadsl.Source;

/**
 * The journal of a slice range, page by page, in its final order and without end. While pages are
 * full it reads on at once, as fast as they are taken and one page ahead; else it looks again after
 * the poll interval, and once all that it read is projected: what is read ahead grows old while the
 * page before it is written, and has little of what comes meanwhile. A slice stands still before a
 * row that can't be read, while the others go on; if too many do, it stops, once all before the row
 * are projected.
 */
public final class JournalSource extends SourceProvider<String, JournalPage> {

  private record Cursor(PageReader reader, RangePosition position, boolean idle) {}

  private final ActorSystem<?> system;
  private final Supplier<PageReader> readers;
  private final JournalBounds bounds;
  private final Executor blocking;

  /**
   * @param readers makes a reader that begins where the range was left; may block
   * @param blocking where blocking reads run
   */
  public JournalSource(
      ActorSystem<?> system,
      Supplier<PageReader> readers,
      JournalBounds bounds,
      Executor blocking) {
    this.system = system;
    this.readers = readers;
    this.bounds = bounds;
    this.blocking = blocking;
  }

  @Override
  public CompletionStage<Source<JournalPage, NotUsed>> source(
      Supplier<CompletionStage<Optional<String>>> offset) {
    // What pekko-projection has stored is not what counts, see StoredPositions.
    return offset.get().thenApplyAsync(stored -> readers.get(), blocking).thenApply(this::pages);
  }

  private Source<JournalPage, NotUsed> pages(PageReader reader) {
    return Source.unfoldAsync(new Cursor(reader, reader.start(), false), this::next)
        .filter(Optional::isPresent)
        .map(Optional::get)
        .buffer(1, OverflowStrategy.backpressure());
  }

  private CompletionStage<Optional<Pair<Cursor, Optional<JournalPage>>>> next(Cursor cursor) {
    return cursor.idle()
        ? Patterns.after(
            bounds.pollInterval(),
            system.classicSystem(),
            () -> cursor.reader().whenAllProjected().thenCompose(done -> step(cursor)))
        : step(cursor);
  }

  private CompletionStage<Optional<Pair<Cursor, Optional<JournalPage>>>> step(Cursor cursor) {
    return CompletableFuture.supplyAsync(
        () -> {
          PageReader.Step step = cursor.reader().read(cursor.position());
          Cursor after = new Cursor(cursor.reader(), step.page().end(), step.idle());
          return Optional.of(
              Pair.create(after, step.emit() ? Optional.of(step.page()) : Optional.empty()));
        },
        blocking);
  }

  @Override
  public String extractOffset(JournalPage page) {
    return page.end().toString();
  }

  @Override
  public long extractCreationTime(JournalPage page) {
    return page.writtenAt().toEpochMilli();
  }
}
