package dev.bursar.sidecar.lease;

/**
 * How much of the heap may be taken, all orgs together, by what grows with what is asked.
 *
 * @param open reservations that are open
 * @param leases what is wanted, and leased
 * @param past reservations that have ended
 * @param orgs the orgs themselves, and their terms
 */
public record Rooms(Room open, Room leases, Room past, Room orgs) {

  private static final long MEGABYTE = 1 << 20;

  /** What fits a heap of 40 MB. */
  public static Rooms usual() {
    return new Rooms(
        new Room(6 * MEGABYTE),
        new Room(3 * MEGABYTE),
        new Room(2 * MEGABYTE),
        new Room(5 * MEGABYTE));
  }
}
