package dev.bursar.domain.operation;

import java.util.Arrays;

/**
 * What is remembered of operations, by their numbers, which count up. It lies in chunks: room for
 * more is made without moving what is there, so that no single operation pays for all of them.
 * Chunks in which nothing is left are given up.
 */
final class OperationCells {

  static final int HIGH = 0;
  static final int LOW = 1;
  static final int FINGERPRINT = 2;
  static final int SEQUENCE = 3;
  static final int INDEX = 4;
  static final int AT_MICROS = 5;

  /** The largest distance between two numbers, so that 30 bits tell them apart. */
  static final long SPAN_MAX = 1 << 29;

  /** Longs that one operation takes. */
  private static final int WIDTH = 6;

  private static final int CHUNK_BITS = 8;
  private static final int CHUNK = 1 << CHUNK_BITS;
  private static final int SMALLEST = 16;

  /** The sequence of what is not there: rows are numbered from 1. */
  private static final long NONE = 0;

  private static final int MARK_MASK = (1 << 30) - 1;

  /** A circle of chunks, by the chunk's number; null is a chunk with nothing in it. */
  private long[][] chunks = new long[4][];

  /** How many are in each. */
  private int[] counts = new int[4];

  /** The number of the first chunk that may have anything in it. */
  private long firstChunk;

  private int size;

  /** How many there are. */
  int size() {
    return size;
  }

  /** Nothing with a lower number is in here any more, nor will be put. */
  void startAt(long number) {
    firstChunk = number >> CHUNK_BITS;
  }

  boolean has(long number) {
    return get(number, SEQUENCE) != NONE;
  }

  /** One of its fields; 0 if it is not there. */
  long get(long number, int field) {
    long[] chunk = chunks[circular(number >> CHUNK_BITS)];
    int cell = cell(number);
    return chunk == null || cell >= chunk.length ? NONE : chunk[cell + field];
  }

  /** Puts one in that is not there. */
  void put(
      long number, long high, long low, long fingerprint, long sequence, int index, long atMicros) {
    long chunkNumber = number >> CHUNK_BITS;
    while (chunkNumber - firstChunk >= chunks.length) {
      widen(chunkNumber);
    }
    int at = circular(chunkNumber);
    int cell = cell(number);
    long[] chunk = roomFor(chunks[at], cell);
    chunks[at] = chunk;
    chunk[cell + HIGH] = high;
    chunk[cell + LOW] = low;
    chunk[cell + FINGERPRINT] = fingerprint;
    chunk[cell + SEQUENCE] = sequence;
    chunk[cell + INDEX] = index;
    chunk[cell + AT_MICROS] = atMicros;
    counts[at]++;
    size++;
  }

  /** Takes one out that is there. */
  void remove(long number) {
    int at = circular(number >> CHUNK_BITS);
    chunks[at][cell(number) + SEQUENCE] = NONE;
    counts[at]--;
    size--;
    if (counts[at] == 0) {
      chunks[at] = null;
    }
  }

  /** A mark for a number, over 0, from which {@link #number} finds it again. */
  static int mark(long number) {
    return ((int) number & MARK_MASK) + 1;
  }

  /** The number with this mark among those that may be in here. */
  long number(int mark) {
    long from = firstChunk << CHUNK_BITS;
    return from + ((mark - 1 - from) & MARK_MASK);
  }

  private int circular(long chunkNumber) {
    return (int) chunkNumber & (chunks.length - 1);
  }

  private static int cell(long number) {
    return ((int) number & (CHUNK - 1)) * WIDTH;
  }

  /** While there are few, a chunk is as large as it has to be. */
  private long[] roomFor(long[] chunk, int cell) {
    if (chunk != null && cell < chunk.length) {
      return chunk;
    }
    int least = Math.max(SMALLEST, Integer.highestOneBit(cell / WIDTH) * 2);
    int room = (size >= CHUNK ? CHUNK : Math.min(CHUNK, least)) * WIDTH;
    return chunk == null ? new long[room] : Arrays.copyOf(chunk, room);
  }

  /** Twice as many chunks; only the references to them move. */
  private void widen(long upTo) {
    long[][] wider = new long[chunks.length * 2][];
    int[] widerCounts = new int[wider.length];
    long end = Math.min(upTo, firstChunk + chunks.length);
    for (long each = firstChunk; each < end; each++) {
      int to = (int) each & (wider.length - 1);
      wider[to] = chunks[circular(each)];
      widerCounts[to] = counts[circular(each)];
    }
    chunks = wider;
    counts = widerCounts;
  }
}
