package dev.bursar.sidecar.lease;

import dev.bursar.domain.identity.Subject;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The server's rules for leases, as plainly as they can be written: one wallet, in whole numbers.
 * What the sidecar does is held against it.
 */
public final class LeasingServer {

  public static final long SECOND = 1_000_000_000L;
  private static final long SETTLE = 600 * SECOND;

  /**
   * What was used, as it is reported.
   *
   * @param tokens what it costs is to be told by the prices of its lease; 0 where the amount says
   *     it
   * @param units of the meter
   */
  public record Item(String id, long amount, long tokens, long units) {

    public Item(String id, long amount, long tokens) {
      this(id, amount, tokens, 1);
    }

    public Item(String id, long amount) {
      this(id, amount, 0);
    }
  }

  /** What a token costs by a version of the catalog, in millionths. */
  public static long ofToken(int version) {
    return 1 + version % 4;
  }

  /** A lease as the server has it. */
  public static final class Lease {
    public long granted;
    public long reported;
    public long expiresAt;
    long settleBy;
    long epoch = 1;
    boolean open = true;
    boolean revoked;
    int version;
    public boolean ofAnyFeature;
    long units;
    long unitsUsed;

    /** Units of the meter that are held. */
    public long heldUnits() {
      return open ? Math.max(0, units - unitsUsed) : 0;
    }

    public long held() {
      return open ? Math.max(0, granted - reported) : 0;
    }
  }

  public final Map<String, Lease> leases = new TreeMap<>();
  private final Map<String, Told> told = new HashMap<>();
  private final Set<String> known = new HashSet<>();
  private long balance;
  private int ids;

  /** What was charged beyond the balance. */
  public long debt;

  /** What was reported once its lease was over. */
  public long late;

  public long charged;

  /** A meter that a limit counts; none if empty. */
  public String meter = "";

  /** How many units of it there are. */
  public long units = Long.MAX_VALUE / 4;

  /** How many of them were used. */
  public long unitsUsed;

  /** How often it was asked for a lease. */
  public int acquired;

  /** The version of the catalog that counts. */
  public int version = 1;

  /** Whether nothing more is to be spent. */
  public boolean frozen;

  /** Whether users have limits of their own. */
  public boolean byUser;

  /** Of whom it tells then. */
  public List<Subject> users = List.of();

  /** Whether products have. */
  public boolean byProduct;

  /** Whether features count by themselves. */
  public boolean byFeature;

  public LeasingServer(long balance) {
    this.balance = balance;
  }

  public long available() {
    return balance - leases.values().stream().mapToLong(Lease::held).sum();
  }

  /** Units that nobody has. */
  public long freeUnits() {
    return units - unitsUsed - leases.values().stream().mapToLong(Lease::heldUnits).sum();
  }

  public void credit(long amount) {
    balance += amount;
  }

  /** All that was leased is long over. */
  public void forget() {
    leases.clear();
  }

  private static String lease(Ask ask) {
    return switch (ask) {
      case Ask.Acquire it -> "";
      case Ask.Settle it -> it.lease();
      case Ask.Close it -> it.lease();
      case Ask.Look it -> it.lease();
    };
  }

  public void revoke(String id) {
    leases.get(id).revoked = true;
  }

  /** What others do with it. */
  public boolean spend(long amount) {
    if (available() < amount) {
      return false;
    }
    balance -= amount;
    return true;
  }

  /** The same, of the meter, too. */
  public boolean spend(long amount, long units) {
    if (freeUnits() < units || !spend(amount)) {
      return false;
    }
    unitsUsed += units;
    return true;
  }

  public Told answer(Ask ask, List<Item> items, long now) {
    leases.values().stream()
        .filter(each -> now >= each.settleBy)
        .forEach(each -> each.open = false);
    if (!(ask instanceof Ask.Acquire) && !leases.containsKey(lease(ask))) {
      return new Told.Refused("lease_not_found", "lease");
    }
    Told before = told.get(ask.callId());
    if (before != null) {
      return before instanceof Told.Lease it ? again(it, now) : before;
    }
    Told answer =
        switch (ask) {
          case Ask.Acquire it -> acquire(it, now);
          case Ask.Settle it -> settle(it, items, now);
          case Ask.Close it -> close(it, now);
          case Ask.Look it -> look(it.lease(), now);
        };
    if (!(answer instanceof Told.Refused) && !(ask instanceof Ask.Look)) {
      told.put(ask.callId(), answer);
    }
    return answer;
  }

  /** The first answer, whose time to expiry is told by the clock of now: none where it is over. */
  private Told again(Told.Lease it, long now) {
    Lease lease = leases.get(it.lease());
    return new Told.Lease(
        it.lease(),
        it.open(),
        it.epoch(),
        it.granted(),
        it.reported(),
        it.revoked(),
        it.meters(),
        it.remaining(),
        Math.max(0, it.lastsNanos() + (firstAnswers.get(it) - now)),
        lease.settleBy - lease.expiresAt,
        it.version(),
        it.over());
  }

  private final Map<Told, Long> firstAnswers = new java.util.IdentityHashMap<>();

  private Told acquire(Ask.Acquire ask, long now) {
    if (byUser && ask.key().subject().user() == null) {
      return new Told.Refused("lease_too_wide", "subject.user", users);
    }
    if (byProduct && ask.key().subject().product() == null) {
      return new Told.Refused("lease_too_wide", "subject.product");
    }
    if (byFeature && ask.ofAnyFeature()) {
      return new Told.Refused("lease_too_wide", "feature");
    }
    if (!meter.isEmpty() && !ask.meters().containsKey(meter)) {
      return new Told.Refused("invalid", "meters." + meter);
    }
    long free = available();
    long unitsAsked = ask.meters().getOrDefault(meter, 0L);
    long units = Math.min(unitsAsked, freeUnits());
    if (free <= 0 || frozen || (unitsAsked > 0 && units <= 0)) {
      return new Told.Denied();
    }
    acquired++;
    Lease lease = new Lease();
    lease.units = units;
    lease.granted = Math.min(ask.amount(), free);
    lease.version = version;
    lease.ofAnyFeature = ask.ofAnyFeature();
    lease.expiresAt = now + ask.ttlSeconds() * SECOND;
    lease.settleBy = lease.expiresAt + SETTLE;
    String id = "L" + ++ids;
    leases.put(id, lease);
    return view(id, granted(ask.meters(), units), free - lease.granted, now, false);
  }

  private Map<String, Long> granted(Map<String, Long> asked, long units) {
    Map<String, Long> all = new TreeMap<>(asked);
    all.computeIfPresent(meter, (name, many) -> units);
    return all;
  }

  private Told settle(Ask.Settle ask, List<Item> items, long now) {
    Lease lease = leases.get(ask.lease());
    if (lease.open && ask.epoch() != lease.epoch) {
      return new Told.Refused("lease_epoch_stale", "epoch");
    }
    items.forEach(each -> charge(lease, each));
    if (!lease.open) {
      return view(ask.lease(), Map.of(), -1, now, false);
    }
    lease.epoch++;
    long remaining = -1;
    Map<String, Long> added = Map.of();
    boolean over = frozen || lease.version != version || (byFeature && lease.ofAnyFeature);
    if (!over && ask.topUp() >= 0 && now < lease.expiresAt && !lease.revoked) {
      long free = available();
      long more = Math.min(ask.topUp(), free);
      long unitsAsked = ask.topUpMeters().getOrDefault(meter, 0L);
      long moreUnits = Math.min(unitsAsked, freeUnits());
      if ((more > 0 || ask.topUp() == 0) && (moreUnits > 0 || unitsAsked == 0)) {
        lease.granted += more;
        lease.units += moreUnits;
        added = granted(ask.topUpMeters(), moreUnits);
        lease.expiresAt = now + ask.ttlSeconds() * SECOND;
        lease.settleBy = Math.max(lease.settleBy, lease.expiresAt + SETTLE);
        remaining = free - more;
      }
    } else if (ask.handBack() > 0) {
      lease.granted -= Math.min(ask.handBack(), lease.held());
    }
    return view(ask.lease(), added, remaining, now, over);
  }

  private void charge(Lease lease, Item item) {
    if (!known.add(item.id())) {
      return;
    }
    long amount = item.tokens() == 0 ? item.amount() : item.tokens() * ofToken(lease.version);
    charged += amount;
    long used = meter.equals("open_reservations") ? 0 : item.units();
    unitsUsed += used;
    lease.unitsUsed += used;
    long fromLease = Math.min(amount, lease.held());
    lease.reported += fromLease;
    balance -= fromLease;
    long rest = amount - fromLease;
    if (rest > 0) {
      late += rest;
      long drawn = Math.min(rest, Math.max(0, available()));
      balance -= drawn;
      debt += rest - drawn;
    }
  }

  private Told close(Ask.Close ask, long now) {
    Lease lease = leases.get(ask.lease());
    if (lease.open && ask.epoch() != lease.epoch) {
      return new Told.Refused("lease_epoch_stale", "epoch");
    }
    lease.open = false;
    return view(ask.lease(), Map.of(), -1, now, false);
  }

  private Told look(String id, long now) {
    return view(id, Map.of(), -1, now, false);
  }

  private Told view(String id, Map<String, Long> meters, long remaining, long now, boolean over) {
    Lease lease = leases.get(id);
    Told.Lease it =
        new Told.Lease(
            id,
            lease.open,
            lease.epoch,
            lease.granted,
            lease.reported,
            lease.revoked,
            meters,
            remaining,
            lease.expiresAt - now,
            lease.settleBy - lease.expiresAt,
            lease.version,
            over);
    firstAnswers.put(it, now);
    return it;
  }
}
