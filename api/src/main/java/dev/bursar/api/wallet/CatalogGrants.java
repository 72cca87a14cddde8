package dev.bursar.api.wallet;

import dev.bursar.api.http.Call;
import dev.bursar.api.json.Body;
import dev.bursar.api.org.OrgCatalogs;
import dev.bursar.api.org.OrgRoutes;
import dev.bursar.api.problem.Problem;
import dev.bursar.domain.catalog.Campaign;
import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.catalog.Redemptions;
import dev.bursar.domain.catalog.TopUpPack;
import dev.bursar.domain.credits.Money;
import dev.bursar.domain.enforcement.Caller;
import dev.bursar.domain.entity.Entities;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Operation;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.org.OrgSettings;
import dev.bursar.domain.wallet.Grant;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletReply;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Grants whose terms are the catalog's, as it counts for the org: a top-up pack that was bought,
 * and a campaign that is redeemed, once for each org.
 */
final class CatalogGrants {

  private static final Set<String> WITH_PACK = Set.of("id", "pack", "currency", "metadata");
  private static final Set<String> WITH_CAMPAIGN = Set.of("campaign", "code", "metadata");
  private static final int CODE_CHARS_MAX = 200;

  private final Entities entities;
  private final OrgCatalogs catalogs;
  private final Redemptions redemptions;
  private final InstantSource clock;

  CatalogGrants(
      Entities entities, OrgCatalogs catalogs, Redemptions redemptions, InstantSource clock) {
    this.entities = entities;
    this.catalogs = catalogs;
    this.redemptions = redemptions;
    this.clock = clock;
  }

  /** Whether a request is for one of these. */
  static boolean areNamed(Body body) {
    return body.has("pack") || body.has("campaign") || body.has("code");
  }

  /** Adds the grant. What was answered before is answered again, whatever the catalog says now. */
  CompletionStage<Answer<WalletReply>> add(Call call, Body body) {
    return body.has("pack") ? buy(call, body) : redeem(call, body);
  }

  private CompletionStage<Answer<WalletReply>> buy(Call call, Body body) {
    refuseOthers(body, WITH_PACK, "a pack");
    String name = body.requiredName("pack");
    String currency = body.requiredText("currency", 3);
    String asked = GrantBodies.id(body);
    String id = asked == null ? Attributions.idFrom("gr_", call.caller()) : asked;
    return byCatalog(
        call,
        (settings, catalog) -> {
          Instant now = now();
          Grant grant = bought(pack(catalog, name), currency, id, now);
          return entities.wallet(call.org(), call.name("wallet"), adding(call, body, grant));
        });
  }

  private static TopUpPack pack(Catalog catalog, String name) {
    TopUpPack pack = catalog.topUpPacks().get(name);
    if (pack == null) {
      throw Problem.invalid("pack", name + " is no top-up pack of the catalog").fault();
    }
    return pack;
  }

  private static Grant bought(TopUpPack pack, String currency, String id, Instant now) {
    Money price =
        pack.prices().stream()
            .filter(each -> each.currency().equals(currency))
            .findFirst()
            .orElseThrow(
                () ->
                    Problem.invalid(
                            "currency",
                            "the pack %s has no price in %s; it can be paid in %s"
                                .formatted(
                                    pack.id(),
                                    currency,
                                    new TreeSet<>(
                                        pack.prices().stream().map(Money::currency).toList())))
                        .fault());
    return new Grant(
        id,
        pack.creditType(),
        pack.amount(),
        Grant.Category.PAID,
        Grant.PRIORITY_DEFAULT,
        now,
        after(pack.validDays(), now),
        Set.of(),
        Set.of(),
        price,
        null,
        "pack:" + pack.id(),
        now);
  }

  private CompletionStage<Answer<WalletReply>> redeem(Call call, Body body) {
    refuseOthers(body, WITH_CAMPAIGN, "a campaign");
    String name = body.name("campaign");
    String code = body.text("code", CODE_CHARS_MAX);
    String org = call.org();
    String wallet = call.name("wallet");
    return byCatalog(
        call,
        (settings, catalog) -> {
          Campaign campaign = campaign(catalog, name, code);
          Instant now = now();
          Problem fault = fault(campaign, org, settings, now);
          if (fault != null) {
            throw fault.fault();
          }
          return redemptions
              .claim(campaign, org, wallet)
              .thenCompose(
                  claim -> {
                    Problem lost = lost(claim, campaign);
                    if (lost != null) {
                      throw lost.fault();
                    }
                    return entities.wallet(
                        org, wallet, adding(call, body, promotional(campaign, now)));
                  })
              .thenApply(answer -> once(answer, campaign));
        });
  }

  private static Campaign campaign(Catalog catalog, @Nullable String name, @Nullable String code) {
    if (name == null) {
      return catalog.campaigns().values().stream()
          .filter(each -> code != null && code.equals(each.code()))
          .findFirst()
          .orElseThrow(
              () -> Problem.invalid("code", "is the code of no campaign of the catalog").fault());
    }
    Campaign campaign = catalog.campaigns().get(name);
    if (campaign == null) {
      throw Problem.invalid("campaign", name + " is no campaign of the catalog").fault();
    }
    if (!Objects.equals(code, campaign.code())) {
      throw Problem.invalid(
              "code",
              campaign.code() == null
                  ? "the campaign %s has none".formatted(name)
                  : "is not that of the campaign %s, which has one".formatted(name))
          .fault();
    }
    return campaign;
  }

  private static @Nullable Problem fault(
      Campaign campaign, String org, OrgSettings settings, Instant now) {
    Instant start = campaign.startsAt();
    if (start != null && now.isBefore(start)) {
      return refused("campaign_not_running", campaign, "begins at " + start);
    }
    for (Instant end : new Instant[] {campaign.endsAt(), campaign.expiresAt()}) {
      if (end != null && !now.isBefore(end)) {
        return refused("campaign_not_running", campaign, "ended at " + end);
      }
    }
    boolean meant =
        (campaign.orgs().isEmpty() || campaign.orgs().contains(org))
            && (campaign.plans().isEmpty() || isSubscribed(settings, campaign.plans(), now));
    return meant
        ? null
        : refused("campaign_not_eligible", campaign, "is not meant for " + org + " and its plan");
  }

  /** No finer than what is stored: a grant's end is counted from it. */
  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }

  /** Whether it has one of these plans, and may use it. */
  private static boolean isSubscribed(OrgSettings settings, Set<String> plans, Instant now) {
    return settings.plan() != null
        && plans.contains(settings.plan())
        && switch (settings.status(now)) {
          case TRIAL, ACTIVE -> true;
          case NONE, SCHEDULED, ENDED -> false;
        };
  }

  private static @Nullable Problem lost(Redemptions.Claim claim, Campaign campaign) {
    return switch (claim) {
      case CLAIMED -> null;
      case CLAIMED_BY_ANOTHER_WALLET -> redeemed(campaign);
      case EXHAUSTED ->
          refused("campaign_exhausted", campaign, "has been redeemed by as many orgs as may");
    };
  }

  private static Problem redeemed(Campaign campaign) {
    return refused("campaign_redeemed", campaign, "has been redeemed by the org");
  }

  private static Problem refused(String code, Campaign campaign, String what) {
    return Problem.of(409, code, "the campaign %s %s".formatted(campaign.id(), what))
        .at("campaign");
  }

  /** The wallet has a grant of the campaign's name once, for good. */
  private static Answer<WalletReply> once(Answer<WalletReply> answer, Campaign campaign) {
    if (answer instanceof Answer.Refused<WalletReply> refused
        && refused.refusal().code() == Refusal.Code.GRANT_EXISTS) {
      throw redeemed(campaign).fault();
    }
    return answer;
  }

  private static Grant promotional(Campaign campaign, Instant now) {
    Instant byDays = after(campaign.validDays(), now);
    return new Grant(
        GrantBodies.OF_CAMPAIGN + campaign.id(),
        campaign.creditType(),
        campaign.amount(),
        Grant.Category.PROMOTIONAL,
        Grant.PRIORITY_DEFAULT,
        now,
        byDays == null ? campaign.expiresAt() : byDays,
        campaign.features(),
        campaign.models(),
        null,
        null,
        "campaign:" + campaign.id(),
        now);
  }

  private static @Nullable Instant after(@Nullable Integer days, Instant now) {
    return days == null ? null : now.plus(Duration.ofDays(days));
  }

  private static Request<WalletCommand> adding(Call call, Body body, Grant grant) {
    Caller caller = call.caller();
    return new Request<>(
        new WalletCommand.AddGrant(
            grant,
            null,
            Attributions.of(call.org(), "grant", caller, body.pairs("metadata")),
            true),
        operation(call));
  }

  private static Operation operation(Call call) {
    return call.caller().operation("add_grant");
  }

  /** Decides by the catalog that counts for the org, unless the wallet has answered already. */
  private CompletionStage<Answer<WalletReply>> byCatalog(
      Call call, BiFunction<OrgSettings, Catalog, CompletionStage<Answer<WalletReply>>> decide) {
    String org = call.org();
    return Earlier.answerOr(
        entities,
        org,
        call.name("wallet"),
        operation(call),
        none ->
            OrgRoutes.settings(entities, org)
                .thenCompose(settings -> decide.apply(settings, catalogs.of(org, settings))));
  }

  private static void refuseOthers(Body body, Set<String> accepted, String what) {
    for (String field : new TreeSet<>(GrantBodies.POST)) {
      if (!accepted.contains(field) && body.has(field)) {
        throw Problem.invalid(field, "does not go with " + what + ", whose terms are the catalog's")
            .fault();
      }
    }
  }
}
