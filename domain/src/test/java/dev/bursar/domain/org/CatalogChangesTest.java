package dev.bursar.domain.org;

import static dev.bursar.domain.budget.BudgetWords.NOON;
import static dev.bursar.domain.org.OrgWords.CATALOG;
import static dev.bursar.domain.org.OrgWords.reserve;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.Given;
import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.catalog.Catalogs;
import dev.bursar.domain.catalog.Rate;
import dev.bursar.domain.operation.OperationMemory;
import dev.bursar.domain.operation.Refusal.Code;
import dev.bursar.domain.wallet.WalletOwner;
import java.math.BigDecimal;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** An org while the catalog changes: it decides by one that counts, or not at all. */
final class CatalogChangesTest {

  private static final Catalog DEARER =
      new Catalog(
          Map.of("platform", "Credits"),
          Set.of("tokens"),
          List.of(new Rate(null, "big", "platform", Map.of("tokens", new BigDecimal("0.5")))));

  /** What counts is asked before and after: these are the answers; the last one stays. */
  private static Given<OrgCommand, OrgEvent, OrgReply> acme(Catalog... counts) {
    OperationMemory memory = OrgWords.memory();
    AtomicInteger asked = new AtomicInteger();
    Catalogs catalogs =
        (org, pinned, at) -> {
          assertThat(org).isEqualTo("acme");
          return counts[Math.min(asked.getAndIncrement(), counts.length - 1)];
        };
    return Given.nothing(new OrgAggregate(OrgWords.newOrg(memory), catalogs), memory)
        .after(
            NOON,
            new OrgCommand.PutOrg(new OrgSettings("Acme", ZoneOffset.UTC, null, List.of()), "test"),
            new OrgCommand.PutWallet("main", WalletOwner.ORG, "test"));
  }

  private static OrgCommand ask() {
    return reserve(null, "big", Map.of("tokens", 2L));
  }

  @Test
  void whatIsPublishedWhileARequestIsDecidedCountsForIt() {
    assertThat(acme(CATALOG, DEARER).when(ask(), NOON).reply(OrgReply.Begun.class).plan().amount())
        .hasToString("1");
    assertThat(acme(CATALOG, CATALOG).when(ask(), NOON).reply(OrgReply.Begun.class).plan().amount())
        .hasToString("0.006");
  }

  @Test
  void whoDoesNotKnowWhatCountsDecidesNothing() {
    acme(new Catalog[] {null}).when(ask(), NOON).thenRefused(Code.CATALOG_UNKNOWN);
    acme(CATALOG, null).when(ask(), NOON).thenRefused(Code.CATALOG_UNKNOWN);
  }
}
