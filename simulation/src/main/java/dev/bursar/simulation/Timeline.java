package dev.bursar.simulation;

import java.util.PriorityQueue;

/** Virtual time: what is to happen, in its order. One thread does it all. */
final class Timeline {

  private record Step(long atMicros, long number, Runnable what) implements Comparable<Step> {
    @Override
    public int compareTo(Step other) {
      return atMicros == other.atMicros
          ? Long.compare(number, other.number)
          : Long.compare(atMicros, other.atMicros);
    }
  }

  private final PriorityQueue<Step> steps = new PriorityQueue<>();
  private long nowMicros;
  private long number;

  /** Microseconds since the beginning. */
  long nowMicros() {
    return nowMicros;
  }

  /** Does something so many microseconds from now; of two at one time, the first that was said. */
  void after(long micros, Runnable what) {
    steps.add(new Step(nowMicros + Math.max(0, micros), number++, what));
  }

  /** Does the next thing, unless it comes after this time. */
  boolean step(long untilMicros) {
    Step next = steps.peek();
    if (next == null || next.atMicros > untilMicros) {
      nowMicros = Math.max(nowMicros, untilMicros);
      return false;
    }
    steps.remove();
    nowMicros = next.atMicros;
    next.what.run();
    return true;
  }
}
