package dev.bursar.node.catalog;

import dev.bursar.domain.catalog.Campaign;
import dev.bursar.domain.catalog.Redemptions;
import dev.bursar.projections.progress.Outages;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** Redemptions in PostgreSQL. Those of one campaign are claimed one after the other. */
public final class StoredRedemptions implements Redemptions {

  private final Jdbi jdbi;
  private final Executor blocking;

  /**
   * @param blocking where blocking calls run
   */
  public StoredRedemptions(Jdbi jdbi, Executor blocking) {
    this.jdbi = jdbi;
    this.blocking = blocking;
  }

  @Override
  public CompletionStage<Claim> claim(Campaign campaign, String org, String wallet) {
    return CompletableFuture.supplyAsync(
        () ->
            Outages.<Claim>asking(
                () -> jdbi.inTransaction(handle -> claim(handle, campaign, org, wallet))),
        blocking);
  }

  private static Claim claim(Handle handle, Campaign campaign, String org, String wallet) {
    // Until the end of the transaction nobody else counts, or adds to, those of this campaign.
    handle.execute(
        "select pg_advisory_xact_lock(hashtextextended('campaign_redemption:' || ?, 0))",
        campaign.id());
    String before =
        handle
            .createQuery(
                "select wallet from campaign_redemption where campaign = :campaign and org = :org")
            .bind("campaign", campaign.id())
            .bind("org", org)
            .mapTo(String.class)
            .findOne()
            .orElse(null);
    if (before != null) {
      return before.equals(wallet) ? Claim.CLAIMED : Claim.CLAIMED_BY_ANOTHER_WALLET;
    }
    Integer max = campaign.redemptionsMax();
    if (max != null && claimed(handle, campaign.id()) >= max) {
      return Claim.EXHAUSTED;
    }
    handle.execute(
        "insert into campaign_redemption (campaign, org, wallet) values (?, ?, ?)",
        campaign.id(),
        org,
        wallet);
    return Claim.CLAIMED;
  }

  private static long claimed(Handle handle, String campaign) {
    return handle
        .createQuery("select count(*) from campaign_redemption where campaign = :campaign")
        .bind("campaign", campaign)
        .mapTo(Long.class)
        .one();
  }
}
