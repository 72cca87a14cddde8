package dev.bursar.simulation.history;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.identity.Subject;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Names, keys and amounts that a client draws. */
final class Draws {

  private static final int TTL_SHORT_MAX = 5;
  private static final int TTL_LONG_MIN = 10;

  /** For lists of one, of two, and so on up to the longest. */
  private static final List<Zipf> BY_SIZE =
      IntStream.rangeClosed(1, OrgShape.USERS.size()).mapToObj(size -> new Zipf(size, 1)).toList();

  final Orgs orgs;
  final Known known;
  final Sight sight;
  final Random random;
  private final int secondsMax;

  /**
   * @param secondsMax how long anything lasts, but for grants, which last half as long again
   */
  Draws(Orgs orgs, int secondsMax, Known known, Sight sight, Random random) {
    this.orgs = orgs;
    this.secondsMax = secondsMax;
    this.known = known;
    this.sight = sight;
    this.random = random;
  }

  /** How long something lasts, or until it begins. */
  int seconds() {
    return 1 + random.nextInt(secondsMax);
  }

  /** How long a reservation lives: not for long, now and then. */
  int timeToLive() {
    return random.nextInt(3) == 0
        ? 1 + random.nextInt(TTL_SHORT_MAX)
        : TTL_LONG_MIN + random.nextInt(secondsMax - TTL_LONG_MIN);
  }

  /** From when a grant begins until it ends. */
  int lifeOfGrant() {
    return 2 + random.nextInt(secondsMax * 3 / 2);
  }

  /**
   * A key that carries its time, as a UUID of version 7 does: it may be a little ahead of the
   * clocks by which it is looked at.
   */
  String key() {
    long millis = sight.earliestNow().toEpochMilli() + random.nextInt(sight.keyAheadMaxMs());
    return "%08x-%04x-7000-8000-%012x".formatted(millis >>> 16, millis & 0xffff, known.names++);
  }

  /** A name that nothing else has. */
  String name(String prefix) {
    return prefix + known.names++;
  }

  /**
   * What a wallet or a limit has left now, or a millionth more or less: what is met exactly, or
   * missed by the least there is.
   */
  Credits nearTheLimit(
      EntityId wallet,
      Subject subject,
      String creditType,
      @Nullable String feature,
      @Nullable String model) {
    Credits left = random.nextBoolean() ? sight.room(subject, creditType) : null;
    if (left == null) {
      left = sight.available(wallet, creditType, feature, model);
    }
    if (left == null) {
      return amount();
    }
    long amount = left.micros() + random.nextInt(3) - 1;
    return amount > 0 ? new Credits(amount) : amount();
  }

  Credits amount() {
    return switch (random.nextInt(6)) {
      case 0 -> new Credits(1 + random.nextInt(3));
      case 1 -> Credits.of(1 + random.nextInt(10));
      case 2 -> Credits.of(25);
      case 3 -> new Credits(Credits.of(10).micros() + random.nextInt(3) - 1);
      case 4 -> Credits.of(1 + random.nextInt(60));
      default -> new Credits(1 + random.nextInt(20_000_000));
    };
  }

  /** The first of a list is asked for most, the second half as often, the third a third. */
  <T> T some(List<T> list) {
    return list.get(BY_SIZE.get(list.size() - 1).draw(random));
  }

  /** Something else than nothing only now and then. */
  @Nullable String seldom(List<String> list) {
    return random.nextInt(3) == 0 ? some(list) : null;
  }

  String org() {
    return random.nextInt(8) == 0 ? orgs.other() : orgs.busy();
  }

  EntityId wallet(String org) {
    return EntityId.wallet(org, some(OrgShape.ALL_WALLETS));
  }
}
