package dev.bursar.cli;

import dev.bursar.database.OwnersFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** What {@code bursar up} keeps between two starts. */
final class DataFolder {

  private static final int SECRET_BYTES = 24;

  private DataFolder() {}

  /**
   * Where it is kept.
   *
   * @param data where it was said to be; null for a folder in the project's, which git ignores
   */
  static Path of(@Nullable Path data) {
    if (data == null) {
      return Path.of(System.getProperty("bursar.home", ".")).resolve(".bursar");
    }
    if (data.toString().isEmpty()) {
      throw new CommandFailure("--data: is empty; a directory is needed, such as . for this one");
    }
    return data;
  }

  /** The name of the node that was here last; null for none. */
  static @Nullable String lastNode(Path directory) {
    Path file = node(directory);
    try {
      return Files.exists(file) ? Files.readString(file).strip() : null;
    } catch (IOException e) {
      throw new CommandFailure("%s can't be read: %s".formatted(file, e.getMessage()), e);
    }
  }

  /** Has this node known as the one that was here last. */
  static void keepNode(Path directory, String name) {
    Path file = node(directory);
    try {
      Files.writeString(file, name + "\n");
    } catch (IOException e) {
      throw new CommandFailure("%s can't be written: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static Path node(Path directory) {
    return directory.resolve("node");
  }

  /** The operator's key of this directory: made the first time, readable by its owner alone. */
  static String operatorKey(Path directory) {
    Path file = directory.resolve("operator.key");
    try {
      if (!Files.exists(file)) {
        byte[] random = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(random);
        String key = "bursar_" + Base64.getUrlEncoder().withoutPadding().encodeToString(random);
        OwnersFile.create(file, key.getBytes(StandardCharsets.US_ASCII));
      }
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new CommandFailure("%s can't be used: %s".formatted(file, e.getMessage()), e);
    }
  }
}
