package dev.bursar.simulation;

import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.wallet.GrantPlace;
import dev.bursar.domain.wallet.WalletReply;
import dev.bursar.simulation.history.OrgShape;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Somebody who only looks, while others work: page by page, at what changes meanwhile. */
final class SimulatedViewer {

  private static final int LOOKS = 120;
  private static final long EVERY_MAX = 500_000;
  private static final int PAGE_MAX = 3;

  /** Of what was decided of, that which was last is looked for. */
  private static final int RECENT = 8;

  private final World world;
  private final ViewChecks views;

  /** Of its own, so that what it looks at changes nothing of what others want. */
  private final Random random;

  private int left = LOOKS;

  SimulatedViewer(World world, ViewChecks views) {
    this.world = world;
    this.views = views;
    this.random = new Random(world.scenario.seed() * 37);
  }

  void next() {
    if (left-- > 0) {
      world.time.after(
          random.nextLong(EVERY_MAX),
          () -> {
            look();
            next();
          });
    }
  }

  private void look() {
    String org = random.nextInt(4) == 0 ? SimulatedClient.OTHER_ORG : SimulatedClient.ORG;
    EntityId id = EntityId.org(org);
    EntityId wallet = EntityId.wallet(org, one(OrgShape.ALL_WALLETS));
    switch (random.nextInt(8)) {
      case 0 -> views.wallet(wallet);
      case 1, 2 -> grants(wallet, null);
      case 3 -> reservation(wallet);
      case 4 -> decided(id);
      case 5 -> views.org(id, one(ViewChecks.LISTS));
      case 6 -> budgets(id, null);
      default -> budget(id);
    }
  }

  private <T> T one(List<T> all) {
    return all.get(random.nextInt(all.size()));
  }

  private int limit() {
    return 1 + random.nextInt(PAGE_MAX);
  }

  /** Between two pages some of it changes. */
  private void later(Runnable what) {
    world.time.after(random.nextLong(EVERY_MAX), what);
  }

  private void grants(EntityId wallet, @Nullable GrantPlace after) {
    views.grants(
        wallet,
        after,
        limit(),
        page -> {
          if (page != null && page.hasMore()) {
            WalletReply.GrantView last = page.grants().getLast();
            later(() -> grants(wallet, new GrantPlace(last.state(), last.grant().id())));
          }
        });
  }

  private void budgets(EntityId org, @Nullable String after) {
    views.budgets(
        org,
        after,
        limit(),
        page -> {
          if (page != null && page.hasMore()) {
            later(() -> budgets(org, page.budgets().getLast().id()));
          }
        });
  }

  private void budget(EntityId org) {
    List<String> names =
        List.copyOf(world.watch.org(org).listing.at(world.watch.moment()).budgets().keySet());
    if (!names.isEmpty()) {
      views.budget(org, one(names), random.nextInt(3) == 0 ? null : one(OrgShape.USERS));
    }
  }

  private void reservation(EntityId wallet) {
    List<String> all = world.watch.wallet(wallet).reservations();
    if (!all.isEmpty()) {
      views.reservation(wallet, recent(all));
    }
  }

  private void decided(EntityId org) {
    List<String> all = world.watch.org(org).listing.reservations();
    if (!all.isEmpty()) {
      views.decided(org, recent(all));
    }
  }

  private String recent(List<String> all) {
    int few = random.nextInt(4) == 0 ? all.size() : Math.min(RECENT, all.size());
    return all.get(all.size() - 1 - random.nextInt(few));
  }
}
