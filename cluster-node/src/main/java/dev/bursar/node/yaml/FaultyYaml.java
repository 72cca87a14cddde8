package dev.bursar.node.yaml;

import java.util.List;

/** A file, or several that are read as one, can't be taken. */
public final class FaultyYaml extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  private final transient List<YamlFault> faults;

  /** It is no such file at all. */
  FaultyYaml(String message) {
    this(message, List.of(new YamlFault("", "", 0, message)));
  }

  FaultyYaml(String message, List<YamlFault> faults) {
    super(message);
    this.faults = faults;
  }

  /** All that is wrong, at least one. */
  public List<YamlFault> faults() {
    return faults;
  }
}
