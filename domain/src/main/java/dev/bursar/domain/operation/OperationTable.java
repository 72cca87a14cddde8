package dev.bursar.domain.operation;

import static dev.bursar.domain.operation.OperationCells.HIGH;
import static dev.bursar.domain.operation.OperationCells.LOW;

import java.util.Arrays;

/**
 * Where the operation of a key is: a hash table in pages, of which one that is full is split in two
 * (extendible hashing). A table in one piece would have to move everything when it is full, and
 * whoever comes at that moment would wait for it. Keys are hashes already.
 */
final class OperationTable {

  private static final int SLOTS_MIN = 32;
  private static final int SLOTS_MAX = 1_024;

  /**
   * A table of its own, with linear probing and no marks for what was removed; at most half of it
   * is used.
   */
  private static final class Page {
    /** Marks of the operations' numbers; 0 is free. */
    private int[] slots;

    private int used;

    /** How many bits all keys in here have in common. */
    private final int depth;

    Page(int slots, int depth) {
      this.slots = new int[slots];
      this.depth = depth;
    }

    boolean isFull() {
      return used >= slots.length / 2;
    }
  }

  private final OperationCells cells;

  /** By the lowest bits of a key; several places may have the same page. */
  private Page[] pages;

  /**
   * @param cells where the keys of the operations are
   * @param expected how many there are going to be, so that pages need not be split as they come
   */
  OperationTable(OperationCells cells, int expected) {
    this.cells = cells;
    int depth = 0;
    while ((long) expected * 2 > (long) SLOTS_MAX << depth) {
      depth++;
    }
    pages = new Page[1 << depth];
    for (int i = 0; i < pages.length; i++) {
      pages[i] = new Page(depth == 0 ? SLOTS_MIN : SLOTS_MAX, depth);
    }
  }

  /** The number of the operation with this key, or -1. */
  long find(long high, long low) {
    Page page = page(low);
    int mark = page.slots[slot(page, high, low)];
    return mark == 0 ? -1 : cells.number(mark);
  }

  /** Puts an operation in, which is in the cells and whose key is not in here. */
  void put(long number) {
    long low = cells.get(number, LOW);
    Page page = page(low);
    while (page.isFull()) {
      makeRoom(page, low);
      page = page(low);
    }
    put(page, number, low);
  }

  /** Takes an operation out, which is still in the cells. */
  void remove(long number) {
    long low = cells.get(number, LOW);
    Page page = page(low);
    int[] slots = page.slots;
    int mask = slots.length - 1;
    int open = slot(page, cells.get(number, HIGH), low);
    // Those that would not be found across the gap move up.
    for (int at = (open + 1) & mask; slots[at] != 0; at = (at + 1) & mask) {
      int home = home(cells.get(cells.number(slots[at]), LOW), mask);
      if (((at - home) & mask) >= ((at - open) & mask)) {
        slots[open] = slots[at];
        open = at;
      }
    }
    slots[open] = 0;
    page.used--;
  }

  private Page page(long low) {
    return pages[(int) low & (pages.length - 1)];
  }

  /** Where the key stands in its page, or where it would. */
  private int slot(Page page, long high, long low) {
    int mask = page.slots.length - 1;
    int at = home(low, mask);
    while (page.slots[at] != 0) {
      long number = cells.number(page.slots[at]);
      if (cells.get(number, LOW) == low && cells.get(number, HIGH) == high) {
        return at;
      }
      at = (at + 1) & mask;
    }
    return at;
  }

  /** By other bits than those that chose the page. */
  private static int home(long low, int mask) {
    return (int) (low >>> 40) & mask;
  }

  private static void put(Page page, long number, long low) {
    int mask = page.slots.length - 1;
    int at = home(low, mask);
    while (page.slots[at] != 0) {
      at = (at + 1) & mask;
    }
    page.slots[at] = OperationCells.mark(number);
    page.used++;
  }

  /** A small page becomes twice as large, a large one two. */
  private void makeRoom(Page page, long low) {
    int[] marks = page.slots;
    if (marks.length < SLOTS_MAX) {
      page.slots = new int[marks.length * 2];
      page.used = 0;
    } else {
      split(page, (int) low);
    }
    for (int mark : marks) {
      if (mark != 0) {
        long number = cells.number(mark);
        long each = cells.get(number, LOW);
        put(page(each), number, each);
      }
    }
  }

  private void split(Page page, int low) {
    if (1 << page.depth == pages.length) {
      pages = Arrays.copyOf(pages, pages.length * 2);
      System.arraycopy(pages, 0, pages, pages.length / 2, pages.length / 2);
    }
    int bit = 1 << page.depth;
    Page without = new Page(SLOTS_MAX, page.depth + 1);
    Page with = new Page(SLOTS_MAX, page.depth + 1);
    for (int at = low & (bit - 1); at < pages.length; at += bit) {
      pages[at] = (at & bit) == 0 ? without : with;
    }
  }
}
