package dev.bursar.node.catalog;

import dev.bursar.domain.catalog.Campaign;
import dev.bursar.domain.catalog.TopUpPack;
import dev.bursar.domain.credits.Money;
import dev.bursar.node.yaml.YamlPart;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads what is sold or given away by itself: top-up packs and campaigns. */
final class OfferReader {

  private static final int DAYS_MAX = 36_500;
  private static final int REDEMPTIONS_MAX = 1_000_000_000;

  private final Declared declared;

  OfferReader(Declared declared) {
    this.declared = declared;
  }

  Map<String, TopUpPack> topUpPacks(List<YamlPart> parts) {
    return Declared.byId(parts, this::topUpPack, TopUpPack::id);
  }

  private TopUpPack topUpPack(YamlPart part, Set<String> inUse) {
    YamlPart.Fields fields =
        part.fields(Set.of("id", "name", "credit_type", "amount", "prices", "valid_days"));
    String creditType = declared.creditType(fields);
    return new TopUpPack(
        Declared.id(inUse, fields),
        fields.text("name"),
        creditType,
        declared.amount(fields, creditType),
        fields.required("prices").map(OfferReader::prices).orElse(List.of()),
        Scalars.optionalWhole(fields.find("valid_days"), 1, DAYS_MAX));
  }

  /** One in each currency. */
  private static List<Money> prices(YamlPart part) {
    List<Money> prices = new ArrayList<>();
    part.fields()
        .forEach(
            (currency, price) -> {
              Integer decimals = Money.decimals(currency);
              if (decimals == null) {
                price.fault("is in no currency of ISO 4217 that anything is paid in");
              } else {
                prices.add(
                    new Money(
                        Scalars.credits(price, decimals, ", those of " + currency), currency));
              }
            });
    if (part.isMapping() && prices.isEmpty()) {
      part.fault("names no currency; at least one is expected");
    }
    return List.copyOf(prices);
  }

  Map<String, Campaign> campaigns(List<YamlPart> parts) {
    Set<String> codes = new HashSet<>();
    return Declared.byId(parts, (part, inUse) -> campaign(part, inUse, codes), Campaign::id);
  }

  private Campaign campaign(YamlPart part, Set<String> inUse, Set<String> codes) {
    YamlPart.Fields fields =
        part.fields(
            Set.of(
                "id",
                "name",
                "credit_type",
                "amount",
                "starts_at",
                "ends_at",
                "valid_days",
                "expires_at",
                "code",
                "audience",
                "redemptions_max",
                "applies_to"));
    String creditType = declared.creditType(fields);
    YamlPart expires = fields.find("expires_at");
    if (expires != null && fields.find("valid_days") != null) {
      expires.fault("is said by valid_days already; either of the two is expected");
    }
    Instant startsAt = Scalars.time(fields.find("starts_at"));
    Instant endsAt = Scalars.time(fields.find("ends_at"));
    YamlPart ends = fields.find("ends_at");
    if (ends != null && startsAt != null && endsAt != null && !endsAt.isAfter(startsAt)) {
      ends.fault("is not after starts_at");
    }
    YamlPart audience = fields.find("audience");
    YamlPart.Fields whom = audience == null ? null : audience.fields(Set.of("plans", "orgs"));
    Declared.Only only = declared.only(fields.find("applies_to"));
    return new Campaign(
        Declared.id(inUse, fields),
        fields.text("name"),
        creditType,
        declared.amount(fields, creditType),
        startsAt,
        endsAt,
        Scalars.optionalWhole(fields.find("valid_days"), 1, DAYS_MAX),
        Scalars.time(expires),
        code(fields.find("code"), codes),
        whom == null ? Set.of() : Scalars.names(whom.find("plans"), declared::plan),
        whom == null ? Set.of() : Scalars.names(whom.find("orgs"), Scalars::name),
        Scalars.optionalWhole(fields.find("redemptions_max"), 1, REDEMPTIONS_MAX),
        only.features(),
        only.models());
  }

  private static @Nullable String code(@Nullable YamlPart part, Set<String> codes) {
    if (part == null) {
      return null;
    }
    String code = Scalars.name(part);
    if (!code.isEmpty() && !codes.add(code)) {
      part.fault(code + " is the code of another campaign");
    }
    return code;
  }
}
