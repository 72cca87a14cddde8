package dev.bursar.simulation;

import java.util.Collection;
import java.util.Iterator;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Operations that are left out of a history, as {@code client1:3,client2:7-9} names them. */
public final class SkippedOperations {

  /** None. */
  public static final SkippedOperations NONE = new SkippedOperations(new TreeSet<>());

  /** More than anybody asks for in one history. */
  private static final int NUMBER_MAX = 9_999;

  private static final Pattern SOME =
      Pattern.compile("([a-z]+[0-9]*):([0-9]{1,4})(?:-([0-9]{1,4}))?");

  private final Set<OperationName> names;

  private SkippedOperations(TreeSet<OperationName> names) {
    this.names = names;
  }

  /**
   * Those that are named.
   *
   * @throws IllegalArgumentException if the words are no such names; its message tells which
   */
  public static SkippedOperations parse(String words) {
    TreeSet<OperationName> names = new TreeSet<>();
    for (String word : words.split(",", -1)) {
      Matcher some = SOME.matcher(word);
      if (!some.matches()) {
        throw new IllegalArgumentException(
            "'%s' names no operations, as client1:3 and client2:7-9 do".formatted(word));
      }
      int first = Integer.parseInt(some.group(2));
      int last = some.group(3) == null ? first : Integer.parseInt(some.group(3));
      if (first < 1 || last < first) {
        throw new IllegalArgumentException(
            "'%s': numbers go up, from 1 to %d".formatted(word, NUMBER_MAX));
      }
      for (int number = first; number <= last; number++) {
        names.add(new OperationName(some.group(1), number));
      }
    }
    return new SkippedOperations(names);
  }

  /** Whether none is left out. */
  public boolean isEmpty() {
    return names.isEmpty();
  }

  boolean has(OperationName name) {
    return names.contains(name);
  }

  SkippedOperations and(Collection<OperationName> more) {
    TreeSet<OperationName> all = new TreeSet<>(names);
    all.addAll(more);
    return new SkippedOperations(all);
  }

  /** These, without those that others name, too. */
  public SkippedOperations without(SkippedOperations others) {
    TreeSet<OperationName> rest = new TreeSet<>(names);
    rest.removeAll(others.names);
    return new SkippedOperations(rest);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SkippedOperations it && it.names.equals(names);
  }

  @Override
  public int hashCode() {
    return names.hashCode();
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    Iterator<OperationName> all = names.iterator();
    OperationName next = all.hasNext() ? all.next() : null;
    while (next != null) {
      OperationName first = next;
      int last = first.number();
      next = all.hasNext() ? all.next() : null;
      while (next != null && next.equals(new OperationName(first.who(), last + 1))) {
        last++;
        next = all.hasNext() ? all.next() : null;
      }
      text.append(text.isEmpty() ? "" : ",").append(first);
      if (last > first.number()) {
        text.append('-').append(last);
      }
    }
    return text.toString();
  }
}
