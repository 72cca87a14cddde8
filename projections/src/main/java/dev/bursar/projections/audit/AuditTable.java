package dev.bursar.projections.audit;

import dev.bursar.domain.budget.Budget;
import dev.bursar.domain.budget.Freeze;
import dev.bursar.domain.budget.LimitOverride;
import dev.bursar.domain.budget.Scope;
import dev.bursar.domain.entity.Recorded;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.org.OrgSettings;
import dev.bursar.domain.org.Unit;
import dev.bursar.domain.org.User;
import dev.bursar.projections.copy.JsonColumns;
import dev.bursar.projections.journal.JournalRow;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jspecify.annotations.Nullable;

/**
 * The table {@code audit_log}: who changed what in an org. What was before is what was last after.
 */
public final class AuditTable {

  // No values, which the driver would put together to one statement: each is to see those before
  // it.
  private static final String INSERT =
      """
      insert into audit_log (
        org, sequence, index, changed_at, actor, action, target_type, target, before, after)
      select
        :org, :sequence, :index, :at, :actor, :action, :type, :target,
        (select after from audit_log
         where org = :org and target_type = :type and target = :target
         order by sequence desc, index desc limit 1),
        cast(:after as jsonb)
      """;

  /** A change; {@code after} is null for what is no more. */
  private record Change(
      String action,
      String type,
      String target,
      String actor,
      @Nullable Map<String, @Nullable Object> after) {}

  private AuditTable() {}

  /** Writes what these rows change, all at once. */
  public static void project(Handle handle, List<JournalRow> rows) {
    PreparedBatch batch = handle.prepareBatch(INSERT);
    for (JournalRow row : rows) {
      if (row instanceof JournalRow.OfOrg org) {
        int index = 0;
        for (Recorded<OrgEvent> recorded : org.batch().recorded()) {
          Change change = change(recorded.event());
          if (change != null) {
            add(batch, org, index, recorded.event(), change);
          }
          index++;
        }
      }
    }
    if (batch.size() > 0) {
      batch.execute();
    }
  }

  private static void add(
      PreparedBatch batch, JournalRow.OfOrg row, int index, OrgEvent event, Change change) {
    batch
        .bind("org", row.entity().org())
        .bind("sequence", row.sequence())
        .bind("index", index)
        .bind("at", event.at().atOffset(ZoneOffset.UTC))
        .bind("actor", change.actor())
        .bind("action", change.action())
        .bind("type", change.type())
        .bind("target", change.target())
        .bind("after", change.after() == null ? null : JsonColumns.tree(change.after()))
        .add();
  }

  private static @Nullable Change change(OrgEvent event) {
    return switch (event) {
      case OrgEvent.OrgPut e ->
          new Change("put_org", "org", e.org(), e.actor(), settings(e.settings()));
      case OrgEvent.UnitPut e ->
          new Change("put_unit", "unit", e.unit().id(), e.actor(), unit(e.unit()));
      case OrgEvent.UnitRemoved e -> new Change("remove_unit", "unit", e.unit(), e.actor(), null);
      case OrgEvent.UserPut e ->
          new Change("put_user", "user", e.user().id(), e.actor(), user(e.user()));
      case OrgEvent.BudgetPut e ->
          new Change("put_budget", "budget", e.budget().id(), e.actor(), budget(e.budget()));
      case OrgEvent.BudgetRemoved e ->
          new Change("remove_budget", "budget", e.budget(), e.actor(), null);
      case OrgEvent.OverridePut e ->
          new Change(
              "put_override", "override", e.override().id(), e.actor(), override(e.override()));
      case OrgEvent.OverrideRemoved e ->
          new Change("remove_override", "override", e.override(), e.actor(), null);
      case OrgEvent.Frozen e ->
          new Change("freeze", "freeze", e.freeze().scope().words(), e.actor(), freeze(e.freeze()));
      case OrgEvent.Unfrozen e ->
          new Change("unfreeze", "freeze", e.scope().words(), e.actor(), null);
      case OrgEvent.WalletPut e -> {
        Map<String, @Nullable Object> owner = new LinkedHashMap<>();
        owner.put("team", e.owner().team());
        yield new Change("put_wallet", "wallet", e.wallet(), e.actor(), owner);
      }
      case OrgEvent.BudgetDrafted e -> null;
      case OrgEvent.PlanGrantsSettled e -> null;
      case OrgEvent.PlanGrantTold e -> null;
      case OrgEvent.ReservationBegun e -> null;
      case OrgEvent.ReservationTakenOver e -> null;
      case OrgEvent.ReservationBarred e -> null;
      case OrgEvent.ReservationDenied e -> null;
      case OrgEvent.ReservationSettled e -> null;
    };
  }

  private static Map<String, @Nullable Object> settings(OrgSettings settings) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("name", settings.name());
    json.put("timezone", settings.zone().getId());
    json.put("plan", settings.plan());
    json.put("add_ons", settings.addOns());
    json.put("catalog_version", settings.catalogVersion());
    json.put("starts_at", text(settings.startsAt()));
    json.put("trial_ends_at", text(settings.trialEndsAt()));
    json.put("ends_at", text(settings.endsAt()));
    return json;
  }

  private static @Nullable String text(@Nullable Object value) {
    return value == null ? null : value.toString();
  }

  private static Map<String, @Nullable Object> unit(Unit unit) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("kind", unit.kind().word());
    json.put("name", unit.name());
    json.put("parent", unit.parent());
    return json;
  }

  private static Map<String, @Nullable Object> user(User user) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("name", user.name());
    json.put("email", user.email());
    json.put("teams", user.teams());
    return json;
  }

  private static Map<String, @Nullable Object> budget(Budget budget) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("scope", scope(budget.scope()));
    json.put("measure", budget.measure());
    json.put("window", budget.window().word());
    json.put("limit", budget.limit().toString());
    json.put("mode", budget.mode().name().toLowerCase(Locale.ROOT));
    json.put("features", new TreeSet<>(budget.features()));
    json.put("models", new TreeSet<>(budget.models()));
    json.put("thresholds", budget.thresholds());
    json.put("timezone", budget.zone().getId());
    json.put("anchor_day", budget.anchorDay());
    return json;
  }

  private static Map<String, @Nullable Object> override(LimitOverride override) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("scope", scope(override.scope()));
    json.put("budget", override.budget());
    json.put("limit", override.limit() == null ? null : override.limit().toString());
    json.put("suspend", override.suspends());
    json.put("until", override.until().toString());
    json.put("reason", override.reason());
    return json;
  }

  private static Map<String, @Nullable Object> freeze(Freeze freeze) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("scope", scope(freeze.scope()));
    json.put("until", freeze.until() == null ? null : freeze.until().toString());
    json.put("reason", freeze.reason());
    return json;
  }

  private static Map<String, @Nullable Object> scope(Scope scope) {
    Map<String, @Nullable Object> json = new LinkedHashMap<>();
    json.put("type", scope.type().name().toLowerCase(Locale.ROOT));
    json.put("id", scope.id());
    json.put("team", scope.team());
    return json;
  }
}
