package dev.bursar.benchmarks.history;

import dev.bursar.benchmarks.customers.OrgRequests;
import dev.bursar.simulation.history.Known;
import dev.bursar.simulation.history.Mix;
import dev.bursar.simulation.history.Orgs;
import dev.bursar.simulation.history.Size;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;

/**
 * One history: its orgs, its clients, and all that they were told. Clients share it by its lock.
 */
public final class History {

  final Orgs orgs;
  final Counts counts;
  final Findings findings;
  final Memory memory = new Memory();
  final Known known = new Known();
  final Mix mix;
  final Figures figures = new Figures();
  private final String name;
  private final Size size;
  private final SplittableRandom random;

  /**
   * @param name begins the names of its orgs; nothing else has names that begin so
   */
  History(String name, long seed, Counts counts, Findings findings) {
    this.name = name;
    this.orgs = new Orgs(name + "-acme", name + "-zeta");
    this.random = new SplittableRandom(seed);
    this.size = Size.of(random());
    this.mix = Mix.of(random());
    this.counts = counts;
    this.findings = findings;
  }

  List<String> orgNames() {
    return List.of(orgs.busy(), orgs.other());
  }

  /** Begins every key by which its orgs are set up. */
  String setupPrefix() {
    return name + "-";
  }

  /** What sets its orgs up. */
  List<OrgRequests> setup() {
    Random first = random();
    return orgNames().stream()
        .map(org -> Requests.setup(setupPrefix(), org, org.equals(orgs.busy()), first))
        .toList();
  }

  /** How many clients it has. */
  int clients() {
    return size.clients();
  }

  /** How many operations each of them asks for. */
  int operations() {
    return size.operations();
  }

  /** One of its clients. */
  synchronized Client client() {
    return new Client(this, random());
  }

  private Random random() {
    return new Random(random.nextLong());
  }
}
