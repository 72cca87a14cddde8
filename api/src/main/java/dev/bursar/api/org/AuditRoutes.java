package dev.bursar.api.org;

import dev.bursar.api.access.Access;
import dev.bursar.api.http.Call;
import dev.bursar.api.http.Endpoint;
import dev.bursar.api.http.Page;
import dev.bursar.api.http.Query;
import dev.bursar.api.http.Reply;
import dev.bursar.api.json.JsonWriter;
import dev.bursar.domain.entity.Entities;
import dev.bursar.domain.operation.Place;
import dev.bursar.domain.org.OrgQueries;
import dev.bursar.domain.org.OrgQueries.Change;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** {@code …/audit-log}: who changed what in an org, before and after. */
public final class AuditRoutes {

  private static final Pattern PLACE = Pattern.compile("([0-9]{1,18})\\.([0-9]{1,9})");

  private final Entities entities;
  private final OrgQueries queries;

  public AuditRoutes(Entities entities, OrgQueries queries) {
    this.entities = entities;
    this.queries = queries;
  }

  /** All of them. */
  public List<Endpoint> endpoints() {
    return List.of(Endpoint.get("/v1/orgs/{org}/audit-log", Access.READ, this::list));
  }

  private CompletionStage<Reply> list(Call call) {
    String org = call.org();
    Query query = call.query(Set.of("limit", "cursor", "fresh"));
    Page page = call.page(query, "audit-log", org);
    boolean fresh = query.flag("fresh");
    Place before = page.after() == null ? null : place(page.after());
    return OrgRoutes.settings(entities, org)
        .thenCompose(known -> queries.changes(org, before, page.limit(), fresh))
        .thenApply(
            found ->
                Reply.ok(
                    json -> {
                      page.write(
                          json,
                          found.changes(),
                          found.hasMore(),
                          each -> each.place().sequence() + "." + each.place().index(),
                          AuditRoutes::change);
                      json.field("as_of", found.asOf()).field("lag_ms", found.lagMs());
                    }));
  }

  private static Place place(String text) {
    Matcher place = PLACE.matcher(text);
    if (!place.matches()) {
      throw Page.bad();
    }
    return new Place(Long.parseLong(place.group(1)), Integer.parseInt(place.group(2)));
  }

  private static void change(JsonWriter json, Change change) {
    json.field("at", change.at())
        .field("actor", change.actor())
        .field("action", change.action())
        .object("target", in -> in.field("type", change.type()).field("id", change.target()));
    raw(json, "before", change.before());
    raw(json, "after", change.after());
  }

  private static void raw(JsonWriter json, String name, @Nullable String value) {
    if (value != null) {
      json.raw(name, value.getBytes(StandardCharsets.UTF_8));
    }
  }
}
