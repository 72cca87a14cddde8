package dev.bursar.node.yaml;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedSet;
import java.util.stream.Collectors;

/**
 * What is wrong with files that are read as one, in the order in which they are read; and how much
 * has been read of them.
 */
public final class YamlFaults {

  /** So many are told; whoever has more has another problem. */
  private static final int TOLD_MAX = 1_000;

  /** More than files of honest size have, and little enough to be read in seconds. */
  private static final int PARTS_MAX = 2_000_000;

  /** Each once, however often its place is looked at. */
  private final SequencedSet<YamlFault> faults = new LinkedHashSet<>();

  private final boolean takesOutdated;
  private boolean outdated;
  private int notTold;
  private boolean partial;
  private int parts;

  public YamlFaults() {
    this(false);
  }

  /**
   * @param takesOutdated whether what an earlier program has taken is taken, though this one takes
   *     no such file any more
   */
  public YamlFaults(boolean takesOutdated) {
    this.takesOutdated = takesOutdated;
  }

  /**
   * Another part is read, perhaps again: parts that are referred to count each time.
   *
   * @throws FaultyYaml if there are too many
   */
  void count(YamlPart part) {
    parts++;
    if (parts > PARTS_MAX) {
      throw new FaultyYaml(
          part.faultHere(
              "there are more than %d parts to read up to here, with those that are referred to counted each time"
                  .formatted(PARTS_MAX)));
    }
  }

  /** What is wrong at a place. */
  void add(YamlFault told) {
    if (faults.size() < TOLD_MAX) {
      faults.add(told);
    } else if (!faults.contains(told)) {
      notTold++;
    }
  }

  /** The same of what earlier programs have taken. */
  void addOutdated(YamlFault told) {
    if (takesOutdated) {
      outdated = true;
    } else {
      add(told);
    }
  }

  /** Whether something was taken only because an earlier program has taken it. */
  public boolean isOutdated() {
    return outdated;
  }

  /** The same before all others, however many there are. */
  void addFirst(YamlFault fault) {
    faults.addFirst(fault);
  }

  /** Something that others follow from, in a part that is not there. */
  public void addFirst(String path, String fault) {
    addFirst(new YamlFault("", path, 0, fault));
  }

  /**
   * From here on a file can't be read.
   *
   * @param file its name; empty if there is one file
   * @param line from 1; 0 if that can't be said
   */
  public void unreadable(String file, int line, String fault) {
    partial = true;
    faults.addLast(new YamlFault(YamlFault.place(file), "", line, fault));
  }

  /**
   * Whether there is more in the files than could be read: what seems to be missing may be there.
   */
  public boolean isPartial() {
    return partial;
  }

  /**
   * Refuses a file that has any.
   *
   * @param what the file
   * @throws FaultyYaml with every fault, a line each
   */
  public void demandNone(String what) {
    if (!faults.isEmpty()) {
      List<YamlFault> told = new ArrayList<>(faults);
      if (notTold > 0) {
        told.add(new YamlFault("", "", 0, "and %d more".formatted(notTold)));
      }
      throw new FaultyYaml(
          "%s has faults:\n  %s%s"
              .formatted(
                  what,
                  faults.stream().map(YamlFault::toString).collect(Collectors.joining("\n  ")),
                  notTold == 0 ? "" : "\n  and %d more".formatted(notTold)),
          List.copyOf(told),
          faults.size() + notTold);
    }
  }
}
