package dev.bursar.node.yaml;

import java.util.List;

/** A file, or several that are read as one, can't be taken. */
public final class FaultyYaml extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  private final transient List<YamlFault> faults;
  private final int count;

  /** Something for which it is not read on. */
  FaultyYaml(YamlFault fault) {
    this(fault.toString(), List.of(fault), 1);
  }

  FaultyYaml(String message, List<YamlFault> faults, int count) {
    super(message);
    this.faults = faults;
    this.count = count;
  }

  /** What is wrong, at least one; of very many the first, and how many more there are. */
  public List<YamlFault> faults() {
    return faults;
  }

  /** How many faults there are, also those that are not told. */
  public int count() {
    return count;
  }
}
