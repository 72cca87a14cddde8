package dev.bursar.node.yaml;

/**
 * Something that is wrong in a file.
 *
 * @param file what its place begins with, such as {@code plans.yaml: }; empty if there is one file
 * @param path where it is; empty for the whole
 * @param line in which line, from 1; 0 if that can't be said
 * @param detail what is wrong; what it quotes may be cut off
 */
public record YamlFault(String file, String path, int line, String detail) {

  /** A file may refer to a long text a thousand times, and each time it may be wrong. */
  private static final int CHARS_MAX = 1_000;

  public YamlFault {
    path = clipped(path);
    detail = clipped(detail);
  }

  /** What the places in a file begin with; of an only file, without a name, nothing. */
  static String place(String file) {
    return file.isEmpty() ? "" : file + ": ";
  }

  private static String clipped(String text) {
    return text.length() <= CHARS_MAX ? text : text.substring(0, CHARS_MAX) + "…";
  }

  @Override
  public String toString() {
    return "%s%s%s: %s"
        .formatted(
            file,
            path.isEmpty() ? "(root)" : path,
            line == 0 ? "" : " (line %d)".formatted(line),
            detail);
  }
}
