package dev.bursar.node.yaml;

/**
 * Something that is wrong in a file.
 *
 * @param file what its place begins with, such as {@code plans.yaml: }; empty if there is one file
 * @param path where it is; empty for the whole
 * @param line in which line, from 1; 0 if that can't be said
 * @param detail what is wrong
 */
public record YamlFault(String file, String path, int line, String detail) {

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
