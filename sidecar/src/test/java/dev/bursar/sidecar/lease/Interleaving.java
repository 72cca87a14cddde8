package dev.bursar.sidecar.lease;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.catalog.PriceList;
import dev.bursar.domain.catalog.Rate;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.org.OrgSettings;
import dev.bursar.domain.org.Subscription.Status;
import dev.bursar.sidecar.decision.Decision;
import dev.bursar.sidecar.decision.Ended;
import dev.bursar.sidecar.decision.LocalDecider;
import dev.bursar.sidecar.decision.OpenReservation;
import dev.bursar.sidecar.lease.LeasingServer.Item;
import dev.bursar.sidecar.terms.Terms;
import dev.bursar.sidecar.usage.Use;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Some sidecars on one small balance, for some time; one seed is one history. */
final class Interleaving {

  private static final Instant NOON = Instant.parse("2026-03-02T12:00:00Z");
  private static final long SECOND = LeasingServer.SECOND;
  private static final int STEPS = 400;

  private static Terms terms(int version) {
    BigDecimal ofToken = BigDecimal.valueOf(LeasingServer.ofToken(version), 6);
    return new Terms(
        new OrgReply.Entitled(
            new OrgSettings("Acme", ZoneOffset.UTC, null, List.of()), Status.NONE, null, List.of()),
        Set.of("platform"),
        OveragePolicy.RECORD,
        new PriceList(List.of(new Rate(null, null, "platform", Map.of("tokens", ofToken)))),
        version);
  }

  /** One that is asked; its answer may be lost, or come later. */
  private record Message(Ask ask, List<Use> uses, long sentAt) {}

  /** A sidecar, and what its file has. */
  private final class Sidecar {
    final String name;
    final double rate;
    final List<Use> file = new ArrayList<>();
    final Map<String, OpenReservation> kept = new HashMap<>();
    final List<Message> sent = new ArrayList<>();
    LocalDecider decider;
    int lives;
    int ids;
    long cutUntil;
    long change;

    Sidecar(String name) {
      this.name = name;
      this.rate = 1 + (random.nextDouble() - 0.5) / 300;
      this.decider = born();
    }

    private LocalDecider born() {
      LocalDecider fresh =
          new LocalDecider(new LeaseBook(name + "." + ++lives, settings, Rooms.usual()));
      fresh.terms(terms(server.version), now());
      return fresh;
    }

    long now() {
      return (long) (now * rate) + name.hashCode() * SECOND;
    }

    void crash() {
      counts.crashed++;
      sent.clear();
      decider = born();
      change = 0;
      for (Use use : file) {
        decider.leases().held().unreported(String.valueOf(use.lease()), use.micros(), 1);
      }
      for (OpenReservation each : kept.values()) {
        decider.restored(
            each.id(),
            each.request(),
            "platform",
            each.lease().id(),
            each.lease().version(),
            each.spending().amount(),
            NOON,
            each.expiresAt(),
            now());
      }
    }

    void request() {
      String id = name + ++ids;
      Decision decision = decider.reserve(wish(1 + random.nextInt(5_000_000)), id, now(), NOON);
      if (decision instanceof Decision.Allowed it) {
        counts.allowed++;
        if (server.frozen && change != 0 && decider.leases().held().isLooked(change)) {
          counts.againstAFreeze++;
        }
        Use use = it.use();
        counts.byFeature += use != null && !isOfAnyFeature(use.lease()) ? 1 : 0;
        counts.ofAnyFeature += use != null && isOfAnyFeature(use.lease()) ? 1 : 0;
        if (use != null) {
          file.add(use);
          spent(use.lease(), use.micros());
        } else {
          for (OpenReservation each : decider.open()) {
            if (each.id().equals(id)) {
              kept.put(id, each);
              inTime(each.lease().id());
            }
          }
        }
      } else if (decision instanceof Decision.Elsewhere) {
        counts.denied++;
      }
    }

    private boolean isOfAnyFeature(@Nullable String lease) {
      return server.leases.get(String.valueOf(lease)).ofAnyFeature;
    }

    private void spent(@Nullable String lease, long micros) {
      inTime(String.valueOf(lease));
      decided.merge(String.valueOf(lease), micros, Long::sum);
    }

    /** By the server's clock, whatever the sidecar's shows. */
    private void inTime(String lease) {
      assertThat(now).as("seed %d", seed).isLessThan(server.leases.get(lease).expiresAt);
    }

    void end() {
      if (kept.isEmpty()) {
        return;
      }
      OpenReservation one = List.copyOf(kept.values()).get(random.nextInt(kept.size()));
      if (random.nextInt(4) == 0) {
        decider.release(one.id(), now());
        kept.remove(one.id());
        return;
      }
      long actual = (long) (one.spending().amount() * random.nextDouble());
      Map<String, Long> usage = null;
      OpenReservation known = decider.open(one.id());
      if (known != null && known.price() != null) {
        long tokens = 1 + random.nextInt(1 + known.request().usage().get("tokens").intValue());
        usage = Map.of("tokens", Math.min(tokens, known.request().usage().get("tokens")));
      }
      if (decider.commit(one.id(), usage == null ? new Credits(actual) : null, usage, now())
          instanceof Ended.Done done) {
        actual = done.amount();
        Use use = done.use();
        assertThat(use).isNotNull();
        file.add(use);
        if (done.late()) {
          counts.expired++;
          lateDecided += actual;
        } else {
          decided.merge(one.lease().id(), actual, Long::sum);
        }
      }
      kept.remove(one.id());
    }

    void report() {
      if (file.isEmpty()) {
        return;
      }
      String lease = String.valueOf(file.get(random.nextInt(file.size())).lease());
      List<Use> of = file.stream().filter(each -> lease.equals(each.lease())).toList();
      Ask.Settle ask =
          decider
              .leases()
              .held()
              .report(lease, of.stream().mapToLong(Use::micros).sum(), of.size(), now());
      if (ask != null) {
        sent.add(new Message(ask, of, now()));
      }
    }

    void send() {
      for (Ask ask = decider.leases().nextAsk(); ask != null; ask = decider.leases().nextAsk()) {
        sent.add(new Message(ask, List.of(), now()));
      }
    }

    /** One of its messages, in any order. */
    void deliver() {
      if (sent.isEmpty()) {
        return;
      }
      Message message = sent.remove(random.nextInt(sent.size()));
      boolean cut = now < cutUntil;
      boolean arrives = !cut && random.nextInt(10) != 0;
      Told told =
          arrives
              ? server.answer(
                  message.ask, message.uses.stream().map(Interleaving::item).toList(), now)
              : new Told.Lost();
      if (arrives && random.nextInt(10) == 0) {
        told = new Told.Lost();
      }
      if (random.nextInt(10) == 0) {
        now += random.nextInt(5) * SECOND;
      }
      decider.leases().told(message.ask, told, message.sentAt, now());
      if (told instanceof Told.Lost) {
        counts.lost++;
        if (!message.uses.isEmpty()) {
          sent.add(message);
        }
      } else if (told instanceof Told.Lease) {
        file.removeAll(message.uses);
      }
    }
  }

  private final long seed;
  private final NeverTooMuchTest.Cut counts;
  private final Random random;
  private final LeasingServer server;
  private final LeaseSettings settings;
  private final List<Sidecar> sidecars = new ArrayList<>();
  private final Map<String, Long> decided = new HashMap<>();
  private long lateDecided;
  private long now = 1;

  Interleaving(long seed, NeverTooMuchTest.Cut counts) {
    this.seed = seed;
    this.counts = counts;
    this.random = new Random(seed);
    this.settings = LeaseSettings.USUAL.withTtl(Duration.ofSeconds(20 + random.nextInt(100)));
    this.server = new LeasingServer(1_000_000L * (10 + random.nextInt(2_000)));
    for (int i = 1 + random.nextInt(4); i > 0; i--) {
      sidecars.add(new Sidecar("s" + i));
    }
  }

  private static Item item(Use use) {
    Map<String, Long> usage = use.usage();
    return new Item(use.id(), use.micros(), usage == null ? 0 : usage.get("tokens"));
  }

  private ReserveRequest wish(long amount) {
    boolean byAmount = random.nextBoolean();
    return new ReserveRequest(
        Subject.ofOrg("acme"),
        random.nextInt(3) == 0 ? null : random.nextBoolean() ? "chat" : "search",
        null,
        null,
        null,
        byAmount ? null : Map.of("tokens", 1 + amount / 4),
        byAmount ? new Credits(amount) : null,
        byAmount ? "platform" : null,
        1 + random.nextInt(600),
        null,
        random.nextBoolean(),
        false,
        Map.of());
  }

  void run() {
    for (int step = 0; step < STEPS; step++) {
      Sidecar one = sidecars.get(random.nextInt(sidecars.size()));
      switch (random.nextInt(14)) {
        case 0, 1, 2, 3 -> one.request();
        case 4 -> one.end();
        case 5 -> one.report();
        case 6 -> one.decider.tick(one.now());
        case 7 -> now += (long) (random.nextDouble() * 20 * SECOND);
        case 8 -> {
          if (random.nextInt(10) == 0) {
            one.crash();
          }
        }
        case 9 -> {
          if (random.nextInt(15) == 0) {
            one.cutUntil = now + random.nextInt(1_500) * SECOND;
          }
        }
        case 10 -> {
          if (random.nextInt(15) == 0) {
            server.version++;
            counts.published++;
          } else if (seed % 2 == 0 && random.nextInt(15) == 0) {
            server.byFeature = !server.byFeature;
          } else if (random.nextInt(3) == 0) {
            one.decider.terms(terms(server.version), one.now());
          }
        }
        case 11 -> {
          if (random.nextInt(server.frozen ? 5 : 20) == 0) {
            server.frozen = !server.frozen;
            for (Sidecar each : sidecars) {
              each.change = each.decider.leases().held().look();
            }
          }
        }
        default -> one.deliver();
      }
      if (server.frozen && one.change != 0 && one.decider.leases().held().isLooked(one.change)) {
        counts.toldOfAFreeze++;
      }
      one.send();
      check();
    }
    settle();
  }

  /** What was decided from a lease, and what is set aside of it, is never more than was granted. */
  private void check() {
    Map<String, Long> sum = new HashMap<>(decided);
    for (Sidecar each : sidecars) {
      for (OpenReservation open : each.decider.open()) {
        sum.merge(open.lease().id(), open.spending().amount(), Long::sum);
      }
    }
    sum.forEach(
        (lease, amount) ->
            assertThat(amount)
                .as("seed %d, lease %s", seed, lease)
                .isLessThanOrEqualTo(server.leases.get(lease).granted));
    assertThat(server.debt).as("seed %d", seed).isLessThanOrEqualTo(server.late);
  }

  /** In the end all that was used is on record, once, and nothing is held. */
  private void settle() {
    for (int round = 0; round < 2_000 && !isSettled(); round++) {
      now += SECOND;
      for (Sidecar each : sidecars) {
        each.cutUntil = 0;
        each.kept.keySet().forEach(id -> each.decider.release(id, each.now()));
        each.kept.clear();
        each.decider.leases().revokeAll();
        each.decider.tick(each.now());
        each.report();
        each.send();
        while (!each.sent.isEmpty()) {
          each.deliver();
          each.send();
        }
      }
    }
    assertThat(isSettled()).as("seed %d", seed).isTrue();
    assertThat(server.charged)
        .as("seed %d", seed)
        .isEqualTo(lateDecided + decided.values().stream().mapToLong(Long::longValue).sum());
  }

  private boolean isSettled() {
    return sidecars.stream()
        .allMatch(each -> each.file.isEmpty() && each.decider.leases().held().all().isEmpty());
  }
}
