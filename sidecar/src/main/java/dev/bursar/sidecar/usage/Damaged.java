package dev.bursar.sidecar.usage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * What is kept of a damaged part of the usage file, beside it, for people: there is one or none.
 */
final class Damaged {

  private final Path part;
  private final Path path;

  Damaged(Path part) {
    this.part = part;
    this.path = part.resolveSibling(part.getFileName() + ".damaged");
  }

  Path path() {
    return path;
  }

  /** Whether it has all of the part up to there, as that is. */
  boolean has(long to) throws IOException {
    if (Files.notExists(path)) {
      return false;
    }
    long same = Files.mismatch(part, path);
    return same < 0 || same >= to;
  }

  /** Copies the part as it is; a crash of the machine does not lose the copy, nor cut it off. */
  void make() throws IOException {
    Path copy = path.resolveSibling(path.getFileName() + ".new");
    try {
      Files.copy(part, copy, StandardCopyOption.REPLACE_EXISTING);
      try (FileChannel channel = FileChannel.open(copy, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
      Files.move(copy, path, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      try {
        Files.deleteIfExists(copy);
      } catch (IOException again) {
        e.addSuppressed(again);
      }
      throw e;
    }
    Segment.forceName(path);
  }

  /** The part itself is kept: that takes no room. */
  void take() throws IOException {
    Files.move(part, path, StandardCopyOption.ATOMIC_MOVE);
    Segment.forceName(path);
  }
}
