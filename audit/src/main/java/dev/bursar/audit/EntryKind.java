package dev.bursar.audit;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What an entry records: its name in an export, its number in the hashed form, its sign. */
enum EntryKind {
  GRANT("grant", 1, 1),
  CONSUME("consume", 2, -1),
  EXPIRE("expire", 3, -1),
  VOID("void", 4, -1),
  REFUND("refund", 5, 1),
  ADJUST("adjust", 6, 0),
  TRANSFER_IN("transfer_in", 7, 1),
  TRANSFER_OUT("transfer_out", 8, -1),
  /** Negative where a debt need not be paid after all. */
  DEBT("debt", 9, 0),
  DEBT_REPAID("debt_repaid", 10, -1),
  LATE_USAGE("late_usage", 11, -1);

  private static final Map<String, EntryKind> BY_WORD =
      Arrays.stream(values()).collect(Collectors.toMap(EntryKind::word, Function.identity()));

  private final String word;
  private final int number;
  private final int sign;

  EntryKind(String word, int number, int sign) {
    this.word = word;
    this.number = number;
    this.sign = sign;
  }

  static @Nullable EntryKind named(String word) {
    return BY_WORD.get(word);
  }

  String word() {
    return word;
  }

  int number() {
    return number;
  }

  /** Whether an amount of this kind may be this many millionths. */
  boolean accepts(long micros) {
    return micros != 0 && (sign == 0 || sign == Long.signum(micros));
  }

  /** Whether it counts towards the balance. */
  boolean movesBalance() {
    return this != DEBT;
  }

  /** Whether it counts towards the debt. */
  boolean movesDebt() {
    return this == DEBT || this == DEBT_REPAID;
  }
}
