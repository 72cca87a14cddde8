package dev.bursar.cli;

import dev.bursar.database.DatabaseSettings;
import dev.bursar.database.EmbeddedDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The database on which a command works beside the nodes: theirs, whether they run or not. */
final class ChosenDatabase {

  @Option(
      names = "--data",
      paramLabel = "DIR",
      description =
          "Where the embedded PostgreSQL is kept. Default: .bursar in the project's folder")
  private @Nullable Path data;

  @Option(
      names = "--postgres",
      paramLabel = "JDBC_URL",
      description = "The PostgreSQL to work on instead")
  private @Nullable String postgres;

  /** Does this with it; an embedded one that is not running is started for as long as it takes. */
  int use(ToIntFunction<DatabaseSettings> work) {
    if (postgres != null) {
      return work.applyAsInt(DatabaseSettings.of(postgres));
    }
    Path directory = DataFolder.of(data);
    if (!Files.isDirectory(directory.resolve("postgres"))) {
      throw new CommandFailure("--data: there is no database in " + directory);
    }
    Optional<DatabaseSettings> running = EmbeddedDatabase.runningAt(directory);
    if (running.isPresent()) {
      return work.applyAsInt(running.get());
    }
    try (EmbeddedDatabase database = EmbeddedDatabase.open(directory)) {
      database.endWithProcess();
      return work.applyAsInt(database.settings());
    }
  }
}
