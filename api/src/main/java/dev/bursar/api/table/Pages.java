package dev.bursar.api.table;

import dev.bursar.domain.export.Export;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Source;

/** Pages of rows, each asked for once the one before it goes out. */
public final class Pages {

  private Pages() {}

  /** The parts of an export. If nobody wants any more of it, it is closed. */
  public static <T> Source<List<T>, NotUsed> of(Export<T> export) {
    return Source.unfoldResourceAsync(
        () -> CompletableFuture.completedStage(export),
        Export::next,
        under -> {
          under.close();
          return CompletableFuture.completedStage(Done.getInstance());
        });
  }
}
