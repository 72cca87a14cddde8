package dev.bursar.audit;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is left of the grants that began in the export and were paid for, in credits and in money. A
 * grant that is used up has nothing left of what it cost. Of grants from before the export it is
 * not known what is left, so they are not followed; neither are more than {@link #GRANTS_MAX} at
 * once.
 */
final class GrantValues {

  static final int GRANTS_MAX = 200_000;

  private record Key(String wallet, String grant) {}

  private record Rest(long credits, long money, String currency) {}

  private final Map<Key, Rest> rests = new HashMap<>();
  private long followed;
  private long notFollowed;

  /** Takes in the next entry. */
  void take(Entry entry) throws Stopped {
    Entry.Value value = entry.value();
    String grant = entry.grant();
    if (grant == null) {
      if (value != null) {
        throw wrong(entry, "it states a value, but names no grant that was paid for");
      }
      return;
    }
    if (value != null && Long.signum(value.micros()) * Long.signum(entry.amount()) < 0) {
      throw wrong(
          entry,
          "its amount is %s, but its value has the other sign: %s %s",
          Micros.text(entry.amount()),
          Micros.text(value.micros()),
          value.currency());
    }
    Key key = new Key(entry.wallet(), grant);
    Rest before = rests.get(key);
    if (before != null) {
      put(key, after(before, entry));
    } else if (value != null && entry.kind() == EntryKind.GRANT) {
      if (rests.size() < GRANTS_MAX) {
        followed++;
        put(key, new Rest(entry.amount(), value.micros(), value.currency()));
      } else {
        notFollowed++;
      }
    }
  }

  private static Rest after(Rest before, Entry entry) throws Stopped {
    Entry.Value value = entry.value();
    if (value != null && !value.currency().equals(before.currency)) {
      throw wrong(
          entry,
          "grant %s was paid for in %s, but the entry's value is in %s",
          entry.grant(),
          before.currency,
          value.currency());
    }
    Rest after;
    try {
      after =
          new Rest(
              Math.addExact(before.credits, entry.amount()),
              Math.addExact(before.money, value == null ? 0 : value.micros()),
              before.currency);
    } catch (ArithmeticException overflow) {
      throw wrong(entry, "the sums on grant %s are beyond the range of amounts", entry.grant());
    }
    if (after.credits < 0) {
      throw wrong(
          entry,
          "it takes more from grant %s than is left of it, which is %s credits",
          entry.grant(),
          Micros.text(before.credits));
    }
    if (after.money < 0 || (after.credits == 0 && after.money != 0)) {
      throw wrong(
          entry,
          "the values on grant %s don't add up: of its cost, %s %s were left before this entry and"
              + " %s are after it, while %s credits are left",
          entry.grant(),
          Micros.text(before.money),
          before.currency,
          Micros.text(after.money),
          Micros.text(after.credits));
    }
    return after;
  }

  private void put(Key key, Rest rest) {
    if (rest.credits == 0) {
      rests.remove(key);
    } else {
      rests.put(key, rest);
    }
  }

  private static Stopped wrong(Entry entry, String reason, @Nullable Object... arguments) {
    return Stopped.at(Fault.Kind.VALUE, entry, reason.formatted(arguments));
  }

  long followed() {
    return followed;
  }

  long notFollowed() {
    return notFollowed;
  }
}
