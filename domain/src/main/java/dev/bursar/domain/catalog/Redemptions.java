package dev.bursar.domain.catalog;

import java.util.concurrent.CompletionStage;

/** Which orgs have redeemed which campaigns, for good. */
public interface Redemptions {

  /** What became of an org's claim. */
  enum Claim {
    /** The campaign's credits are this wallet's to have, once. */
    CLAIMED,
    /** Another wallet of the org has claimed them. */
    CLAIMED_BY_ANOTHER_WALLET,
    /** As many orgs as may have claimed them. */
    EXHAUSTED
  }

  /**
   * Claims a campaign for a wallet: the same answer however often that is asked, by whatever node.
   *
   * @param campaign what is claimed; its {@code redemptionsMax} counts for orgs that have not
   *     claimed it yet
   */
  CompletionStage<Claim> claim(Campaign campaign, String org, String wallet);
}
