package dev.bursar.simulation;

/**
 * An operation of a history, which has the same name however many others are left out.
 *
 * @param who asks for it
 * @param number the how manieth it is of all that they ask for, from 1
 */
public record OperationName(String who, int number) implements Comparable<OperationName> {

  @Override
  public int compareTo(OperationName other) {
    int byName = who.compareTo(other.who);
    return byName != 0 ? byName : Integer.compare(number, other.number);
  }

  @Override
  public String toString() {
    return who + ":" + number;
  }
}
