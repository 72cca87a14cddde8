package dev.bursar.api.cost;

import dev.bursar.api.cost.FocusCharge.Category;
import dev.bursar.api.table.Column;
import dev.bursar.api.table.Column.Amount;
import dev.bursar.api.table.Column.Pairs;
import dev.bursar.api.table.Column.Text;
import dev.bursar.api.table.Column.Time;
import dev.bursar.api.table.Table;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A month of an org in the columns of FOCUS 1.2, by their names, in the alphabet's order; our own,
 * which begin with {@code x_}, come after them. Money is in the billing currency, prices in
 * credits: what a credit costs depends on the grant that it comes from.
 *
 * @param org the org's id
 * @param orgName the org's name
 * @param teamNames the names of its teams, by id
 * @param seller who sells, and what
 * @param month the billing period
 */
record FocusTable(
    String org,
    String orgName,
    Map<String, String> teamNames,
    FocusRoutes.Seller seller,
    YearMonth month) {

  private static final String SERVICE_CATEGORY = "AI and Machine Learning";
  private static final String SERVICE_SUBCATEGORY = "Generative AI";
  private static final String PRICED_IN = "Credits";

  Table<FocusCharge> table() {
    return Table.flat(FocusCharge.class, columns());
  }

  private List<Column<FocusCharge>> columns() {
    return List.of(
        new Amount<>("BilledCost", FocusCharge::billed),
        new Text<>("BillingAccountId", row -> org),
        new Text<>("BillingAccountName", row -> orgName),
        new Text<>("BillingAccountType", row -> "Organization"),
        new Text<>("BillingCurrency", FocusCharge::currency),
        new Time<>("BillingPeriodEnd", row -> start(month.plusMonths(1).atDay(1))),
        new Time<>("BillingPeriodStart", row -> start(month.atDay(1))),
        new Text<>("ChargeCategory", row -> row.category().word()),
        new Text<>("ChargeClass", row -> row.correction() ? "Correction" : null),
        new Text<>("ChargeDescription", FocusTable::description),
        new Text<>("ChargeFrequency", row -> row.category().frequency()),
        new Time<>("ChargePeriodEnd", row -> start(row.day().plusDays(1))),
        new Time<>("ChargePeriodStart", row -> start(row.day())),
        new Amount<>("ConsumedQuantity", FocusTable::quantity),
        new Text<>("ConsumedUnit", row -> row.use() == null ? null : unit(row.use().meter())),
        new Amount<>("ContractedCost", FocusTable::cost),
        new Amount<>("EffectiveCost", FocusCharge::effective),
        new Text<>("InvoiceId", row -> null),
        new Text<>("InvoiceIssuerName", row -> seller.provider()),
        new Amount<>("ListCost", FocusTable::cost),
        new Text<>("PricingCategory", row -> row.category().priced() ? "Standard" : null),
        new Text<>("PricingCurrency", row -> row.work().creditType()),
        new Amount<>("PricingCurrencyContractedUnitPrice", FocusTable::unitPrice),
        new Amount<>("PricingCurrencyEffectiveCost", FocusTable::effectiveCredits),
        new Amount<>("PricingCurrencyListUnitPrice", FocusTable::unitPrice),
        new Amount<>("PricingQuantity", row -> row.category().priced() ? row.credits() : null),
        new Text<>("PricingUnit", row -> row.category().priced() ? PRICED_IN : null),
        new Text<>("ProviderName", row -> seller.provider()),
        new Text<>("PublisherName", row -> seller.provider()),
        new Text<>("ResourceId", row -> row.work().model()),
        new Text<>("ResourceName", row -> row.work().model()),
        new Text<>("ResourceType", row -> row.work().model() == null ? null : "Model"),
        new Text<>("ServiceCategory", row -> SERVICE_CATEGORY),
        new Text<>("ServiceName", row -> seller.service()),
        new Text<>("ServiceSubcategory", row -> SERVICE_SUBCATEGORY),
        new Text<>("SkuId", FocusCharge::sku),
        new Text<>("SkuMeter", row -> unit(row.meter())),
        new Pairs<>("SkuPriceDetails", row -> null),
        new Text<>("SkuPriceId", row -> row.sku() + "/" + row.meter()),
        new Text<>("SubAccountId", row -> row.work().team()),
        new Text<>("SubAccountName", this::teamName),
        new Text<>("SubAccountType", row -> row.work().team() == null ? null : "Team"),
        new Pairs<>("Tags", FocusTable::tags),
        new Text<>("x_Agent", row -> row.work().agent()),
        new Text<>("x_CostCenter", row -> row.work().costCenter()),
        new Text<>("x_EntryType", row -> row.type().word()),
        new Text<>("x_Feature", row -> row.work().feature()),
        new Text<>("x_Grant", FocusCharge::grant),
        new Text<>("x_Meter", row -> row.use() == null ? null : row.use().meter()),
        new Text<>("x_Model", row -> row.work().model()),
        new Text<>("x_Product", row -> row.work().product()),
        new Text<>("x_Wallet", row -> row.work().wallet()));
  }

  private static Instant start(LocalDate day) {
    return day.atStartOfDay(ZoneOffset.UTC).toInstant();
  }

  private @Nullable String teamName(FocusCharge row) {
    String team = row.work().team();
    return team == null ? null : teamNames.getOrDefault(team, team);
  }

  private static @Nullable BigDecimal quantity(FocusCharge row) {
    return row.use() == null ? null : row.use().quantity();
  }

  /** Nothing is sold at a discount: what it costs is what was paid, now or before. */
  private static BigDecimal cost(FocusCharge row) {
    return row.category() == Category.PURCHASE ? row.billed() : row.effective();
  }

  /** A credit costs a credit. */
  private static @Nullable BigDecimal unitPrice(FocusCharge row) {
    return row.category().priced() ? BigDecimal.ONE : null;
  }

  /** What is bought is counted when it is used. */
  private static BigDecimal effectiveCredits(FocusCharge row) {
    return row.category() == Category.PURCHASE ? BigDecimal.ZERO : row.credits();
  }

  private static String description(FocusCharge row) {
    return switch (row.type()) {
      case CONSUME -> "Used: " + row.meter() + of(row);
      case LATE_USAGE -> "Used, and reported late: " + row.meter() + of(row);
      case DEBT -> "Used without credits, on debt: " + row.meter() + of(row);
      case DEBT_REPAID -> "Earlier use on debt, paid for with credits";
      case GRANT -> "Credits bought: " + row.grant();
      case REFUND -> "Use given back" + of(row);
      case EXPIRE -> "Credits that lapsed unused";
      case VOID -> "Credits voided";
      case ADJUST -> "Balance adjusted";
      case TRANSFER_IN -> "Credits moved here from another wallet";
      case TRANSFER_OUT -> "Credits moved to another wallet";
    };
  }

  private static String of(FocusCharge row) {
    String feature = row.work().feature();
    String model = row.work().model();
    return (feature == null ? "" : ", " + feature) + (model == null ? "" : ", " + model);
  }

  /** A meter as FOCUS writes units: {@code input_tokens} are {@code Input Tokens}. */
  private static String unit(String meter) {
    StringBuilder unit = new StringBuilder();
    for (String word : meter.split("_", -1)) {
      if (!word.isEmpty()) {
        unit.append(unit.isEmpty() ? "" : " ")
            .append(word.substring(0, 1).toUpperCase(Locale.ROOT))
            .append(word.substring(1));
      }
    }
    return unit.isEmpty() ? meter : unit.toString();
  }

  private static Map<String, String> tags(FocusCharge row) {
    Map<String, String> tags = new TreeMap<>();
    tag(tags, "agent", row.work().agent());
    tag(tags, "cost_center", row.work().costCenter());
    tag(tags, "feature", row.work().feature());
    tag(tags, "product", row.work().product());
    tag(tags, "wallet", row.work().wallet());
    return tags;
  }

  private static void tag(Map<String, String> tags, String key, @Nullable String value) {
    if (value != null) {
      tags.put(key, value);
    }
  }
}
