package dev.bursar.database;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.UUID;

/** A secret's file, which its owner alone can read. */
public final class OwnersFile {

  private OwnersFile() {}

  /**
   * Makes it, and the folders that it is in: it appears whole or not at all, survives a crash once
   * this returns, and never replaces another that is there.
   *
   * @throws IOException if it can't be written
   */
  public static void create(Path file, byte[] content) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    Path draft = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID());
    try (FileChannel out =
        FileChannel.open(
            draft,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
      ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
      out.force(true);
    }
    try {
      Files.createLink(file, draft);
    } catch (FileAlreadyExistsException e) {
      // Another node was first; its file is the one.
    } finally {
      Files.delete(draft);
    }
  }
}
