package dev.bursar.projections;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.database.Database;
import dev.bursar.database.DatabaseSettings;
import dev.bursar.domain.ledger.CanonicalEntry;
import dev.bursar.domain.ledger.EntryType;
import dev.bursar.domain.ledger.LedgerEntry;
import dev.bursar.domain.ledger.LedgerQueries;
import dev.bursar.domain.ledger.LedgerQueries.Filter;
import dev.bursar.domain.org.OrgQueries;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the queries answer, on the read tables of two orgs that have lived. */
class QueriesTest {

  private static final DatabaseSettings SETTINGS = TestServer.fresh();
  private static ReadSide readSide;
  private static LedgerQueries ledger;
  private static List<LedgerEntry> all;

  @BeforeAll
  static void live() {
    readSide = new ReadSide(SETTINGS, new NoEntities(), InstantSource.system(), "");
    try (Database database = Database.open(SETTINGS)) {
      JournalWriter journal = new JournalWriter(database.jdbi());
      for (String name : List.of("acme", "other")) {
        new OrgWorld(name, journal, name.hashCode()).founded().live(200);
      }
      journal.flush();
    }
    readSide.caughtUp();
    ledger = readSide.projections.ledger();
    all = page("acme", Filter.ANY, 0, 10_000).entries();
  }

  @AfterAll
  static void close() {
    readSide.close();
  }

  private static LedgerQueries.Page page(String org, Filter filter, long after, int limit) {
    return ReadSide.await(ledger.page(org, "main", filter, after, limit));
  }

  private static List<Long> sequences(List<LedgerEntry> entries) {
    return entries.stream().map(entry -> entry.posting().sequence()).toList();
  }

  @Test
  void pagesFollowOnEachOtherToTheEnd() {
    assertThat(all).hasSizeGreaterThan(30);
    List<Long> seen = new ArrayList<>();
    boolean more = true;
    while (more) {
      LedgerQueries.Page page = page("acme", Filter.ANY, seen.isEmpty() ? 0 : seen.getLast(), 7);
      seen.addAll(sequences(page.entries()));
      more = page.hasMore();
    }
    assertThat(seen).isEqualTo(sequences(all));
    assertThat(seen.getLast()).isEqualTo((long) seen.size());
  }

  @Test
  void everyEntryCanBeVerifiedByWhatIsAnswered() {
    byte[] previous = CanonicalEntry.NO_HASH;
    for (LedgerEntry entry : all) {
      assertThat(entry.previousHash()).isEqualTo(previous);
      assertThat(CanonicalEntry.sha256(entry.canonical())).isEqualTo(entry.posting().hash());
      assertThat(entry.entryId()).isEqualTo(LedgerEntry.id(entry.posting().hash()));
      assertThat(
              CanonicalEntry.bytes(
                  entry.org(),
                  entry.wallet(),
                  entry.transaction(),
                  entry.posting(),
                  CanonicalEntry.attributionDigest(entry.transaction().attribution()),
                  entry.previousHash()))
          .isEqualTo(entry.canonical());
      previous = entry.posting().hash();
    }
  }

  @Test
  void aChainIsReadToWhereItIsAskedFor() {
    LedgerEntry last = all.getLast();
    LedgerQueries.Chain whole =
        ReadSide.await(ledger.chain("acme", "main", last.posting().sequence()));
    assertThat(whole.violations()).isEmpty();
    assertThat(whole.sequence()).isEqualTo(all.size());
    assertThat(whole.hash()).isEqualTo(last.posting().hash());
    assertThat(whole.figures())
        .contains(
            new LedgerQueries.Figures(
                last.transaction().creditType(), last.posting().balance(), last.posting().debt()));
    assertThat(ReadSide.await(ledger.chain("acme", "main", 5)).hash())
        .isEqualTo(all.get(4).posting().hash());
    assertThat(ReadSide.await(ledger.chain("acme", "main", all.size() + 3)).sequence())
        .isEqualTo(all.size());
    assertThat(ReadSide.await(ledger.chain("acme", "ghost", 0)).sequence()).isZero();
  }

  @Test
  void filtersByWhatStandsInTheEntry() {
    Filter consumedByU1 = new Filter(null, null, EntryType.CONSUME, "u1", "analytics", null, null);
    assertThat(sequences(page("acme", consumedByU1, 0, 1_000).entries()))
        .isNotEmpty()
        .isEqualTo(
            sequences(
                all.stream()
                    .filter(e -> e.posting().type() == EntryType.CONSUME)
                    .filter(e -> "u1".equals(e.transaction().attribution().subject().user()))
                    .toList()));
    Filter chat = new Filter(null, null, null, null, null, "chat", "m-\"ü\\");
    assertThat(page("acme", chat, 0, 1_000).entries())
        .isNotEmpty()
        .allMatch(e -> "chat".equals(e.transaction().attribution().feature()));
  }

  @Test
  void filtersByTimeFromInclusiveToExclusive() {
    Instant from = all.get(10).transaction().postedAt();
    Instant to = all.get(20).transaction().postedAt();
    Filter between = new Filter(from, to, null, null, null, null, null);
    assertThat(sequences(page("acme", between, 0, 1_000).entries()))
        .isEqualTo(
            sequences(
                all.stream()
                    .filter(e -> !e.transaction().postedAt().isBefore(from))
                    .filter(e -> e.transaction().postedAt().isBefore(to))
                    .toList()));
    Instant never = Instant.parse("2999-01-01T00:00:00Z");
    Filter future = new Filter(never, null, null, null, null, null, null);
    assertThat(page("acme", future, 0, 10).entries()).isEmpty();
    Filter untilNever = new Filter(null, never, null, null, null, null, null);
    assertThat(page("acme", untilNever, 0, 10_000).entries()).hasSameSizeAs(all);
  }

  @Test
  void saysHowNewItIs() {
    LedgerQueries.Page page = page("acme", Filter.ANY, 0, 1);
    assertThat(page.lagMs()).isBetween(0L, 5_000L);
    assertThat(page.asOf()).isBetween(Instant.now().minusSeconds(10), Instant.now());
    assertThat(page("nobody", Filter.ANY, 0, 1).entries()).isEmpty();
  }

  @Test
  void orgsAreListedByName() {
    OrgQueries orgs = readSide.projections.orgs();
    OrgQueries.Page first = ReadSide.await(orgs.page(null, 1));
    assertThat(first.orgs()).extracting(OrgQueries.Row::org).containsExactly("acme");
    assertThat(first.hasMore()).isTrue();
    OrgQueries.Page second = ReadSide.await(orgs.page("acme", 1));
    assertThat(second.orgs()).extracting(OrgQueries.Row::org).containsExactly("other");
    assertThat(second.hasMore()).isFalse();
    assertThat(second.orgs().getFirst().settings().name()).isNotEmpty();
  }

  @Test
  void whoChangedWhatIsListedTheLastFirst() {
    OrgQueries orgs = readSide.projections.orgs();
    List<OrgQueries.Change> whole =
        ReadSide.await(orgs.changes("acme", null, 1_000, true)).changes();
    assertThat(whole.getLast().action()).isEqualTo("put_org");
    assertThat(whole.getLast().before()).isNull();
    assertThat(whole.getLast().after()).contains("\"name\"");
    assertThat(whole)
        .extracting(OrgQueries.Change::at)
        .isSortedAccordingTo((a, b) -> b.compareTo(a));
    List<OrgQueries.Change> paged = new ArrayList<>();
    boolean more = true;
    while (more) {
      OrgQueries.Changes page =
          ReadSide.await(
              orgs.changes("acme", paged.isEmpty() ? null : paged.getLast().place(), 3, false));
      paged.addAll(page.changes());
      more = page.hasMore();
    }
    assertThat(paged).isEqualTo(whole).hasSizeGreaterThan(4);
    assertThat(ReadSide.await(orgs.changes("nobody", null, 1, false)).changes()).isEmpty();
  }
}
