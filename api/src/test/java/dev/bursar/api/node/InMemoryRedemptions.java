package dev.bursar.api.node;

import dev.bursar.domain.catalog.Campaign;
import dev.bursar.domain.catalog.Redemptions;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Redemptions that last as long as the process. */
public final class InMemoryRedemptions implements Redemptions {

  private final Map<String, Map<String, String>> wallets = new HashMap<>();

  @Override
  public synchronized CompletionStage<Claim> claim(Campaign campaign, String org, String wallet) {
    Map<String, String> claimed = wallets.computeIfAbsent(campaign.id(), id -> new HashMap<>());
    Integer max = campaign.redemptionsMax();
    if (!claimed.containsKey(org) && max != null && claimed.size() >= max) {
      return CompletableFuture.completedStage(Claim.EXHAUSTED);
    }
    return CompletableFuture.completedStage(
        claimed.computeIfAbsent(org, none -> wallet).equals(wallet)
            ? Claim.CLAIMED
            : Claim.CLAIMED_BY_ANOTHER_WALLET);
  }
}
