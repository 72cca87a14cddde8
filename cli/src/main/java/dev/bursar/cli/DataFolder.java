package dev.bursar.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;

/** What {@code bursar up} keeps between two starts. */
final class DataFolder {

  private static final int SECRET_BYTES = 24;

  private DataFolder() {}

  /** Where it is kept unless told otherwise: in the project's folder, which git ignores. */
  static Path standard() {
    return Path.of(System.getProperty("bursar.home", ".")).resolve(".bursar");
  }

  /** The operator's key of this directory: made the first time, readable by its owner alone. */
  static String operatorKey(Path directory) {
    Path file = directory.resolve("operator.key");
    try {
      if (!Files.exists(file)) {
        byte[] random = new byte[SECRET_BYTES];
        new SecureRandom().nextBytes(random);
        Files.createDirectories(directory);
        Files.createFile(
            file,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(
            file, "bursar_" + Base64.getUrlEncoder().withoutPadding().encodeToString(random));
      }
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new CommandFailure("%s can't be used: %s".formatted(file, e.getMessage()), e);
    }
  }
}
