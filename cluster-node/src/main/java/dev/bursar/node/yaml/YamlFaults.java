package dev.bursar.node.yaml;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.exceptions.Mark;

/** What is wrong with a file, in the order in which it is read. */
public final class YamlFaults {

  private final List<String> faults = new ArrayList<>();

  /**
   * What is wrong at a place.
   *
   * @param file what the place begins with
   */
  void add(String file, String path, Optional<Mark> place, String fault) {
    String line = place.map(mark -> " (line %d)".formatted(mark.getLine() + 1)).orElse("");
    faults.add("%s%s%s: %s".formatted(file, path.isEmpty() ? "(root)" : path, line, fault));
  }

  /**
   * Refuses a file that has any.
   *
   * @param what the file
   * @throws IllegalArgumentException with every fault, a line each
   */
  public void demandNone(String what) {
    if (!faults.isEmpty()) {
      throw new IllegalArgumentException(what + " has faults:\n  " + String.join("\n  ", faults));
    }
  }
}
