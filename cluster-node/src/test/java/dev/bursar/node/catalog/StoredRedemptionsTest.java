package dev.bursar.node.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.database.Database;
import dev.bursar.domain.catalog.Campaign;
import dev.bursar.domain.catalog.Redemptions;
import dev.bursar.domain.catalog.Redemptions.Claim;
import dev.bursar.domain.credits.Credits;
import dev.bursar.node.TestServer;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Campaigns are redeemed once for each org, by no more orgs than may, whoever is asked. */
final class StoredRedemptionsTest {

  private static Campaign campaign(Integer redemptionsMax) {
    return new Campaign(
        "launch",
        "Launch",
        "platform",
        Credits.of(5),
        null,
        null,
        null,
        null,
        null,
        Set.of(),
        Set.of(),
        redemptionsMax,
        Set.of(),
        Set.of());
  }

  @Test
  void asManyOrgsAsMayClaimItAndEachOnce() {
    try (Database database = Database.open(TestServer.fresh())) {
      Executor threads = task -> Thread.ofPlatform().start(task);
      Redemptions one = new StoredRedemptions(database.jdbi(), threads);
      Redemptions other = new StoredRedemptions(database.jdbi(), threads);
      List<CompletableFuture<Claim>> atOnce =
          IntStream.range(0, 8)
              .mapToObj(
                  i ->
                      (i % 2 == 0 ? one : other)
                          .claim(campaign(3), "org-" + i / 2, "main")
                          .toCompletableFuture())
              .toList();
      List<Claim> claims = atOnce.stream().map(CompletableFuture::join).toList();

      assertThat(claims).containsOnly(Claim.CLAIMED, Claim.EXHAUSTED);
      assertThat(claims.stream().filter(Claim.CLAIMED::equals)).hasSize(6);
      int had = claims.indexOf(Claim.CLAIMED) / 2;
      assertThat(one.claim(campaign(1), "org-" + had, "main").toCompletableFuture().join())
          .as("whoever has it keeps it")
          .isEqualTo(Claim.CLAIMED);
      assertThat(one.claim(campaign(3), "org-" + had, "ours").toCompletableFuture().join())
          .isEqualTo(Claim.CLAIMED_BY_ANOTHER_WALLET);
      assertThat(one.claim(campaign(null), "org-9", "main").toCompletableFuture().join())
          .isEqualTo(Claim.CLAIMED);
    }
  }
}
