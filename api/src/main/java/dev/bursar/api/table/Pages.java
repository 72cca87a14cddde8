package dev.bursar.api.table;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.NotUsed;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.javadsl.Source;

/** Pages of rows, each asked for once the one before it goes out. */
public final class Pages {

  private Pages() {}

  /**
   * The rows of a page and of all that follow it.
   *
   * @param first the first page
   * @param rows a page's rows
   * @param next the page after one; empty after the last
   */
  public static <P, T> Source<List<T>, NotUsed> of(
      P first, Function<P, List<T>> rows, Function<P, Optional<CompletionStage<P>>> next) {
    Optional<CompletionStage<P>> start = Optional.of(CompletableFuture.completedStage(first));
    return Source.unfoldAsync(
        start,
        coming ->
            coming.isEmpty()
                ? CompletableFuture.completedStage(
                    Optional.<Pair<Optional<CompletionStage<P>>, List<T>>>empty())
                : coming
                    .get()
                    .thenApply(
                        page -> Optional.of(Pair.create(next.apply(page), rows.apply(page)))));
  }
}
