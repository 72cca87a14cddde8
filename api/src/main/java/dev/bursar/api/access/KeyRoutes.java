package dev.bursar.api.access;

import dev.bursar.api.http.Call;
import dev.bursar.api.http.Endpoint;
import dev.bursar.api.http.Page;
import dev.bursar.api.http.Reply;
import dev.bursar.api.json.Body;
import dev.bursar.api.json.JsonWriter;
import dev.bursar.api.json.Words;
import dev.bursar.api.operation.Outcomes;
import dev.bursar.api.org.OrgRoutes;
import dev.bursar.api.problem.Problem;
import dev.bursar.domain.access.AccessKey;
import dev.bursar.domain.access.AccessKeys;
import dev.bursar.domain.access.Role;
import dev.bursar.domain.entity.Entities;
import dev.bursar.domain.operation.Answer;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * {@code /v1/keys} and {@code /v1/orgs/{org}/keys}. A key's secret is shown once, when it is made.
 * An org's keys never reach beyond it, whoever makes them.
 */
public final class KeyRoutes {

  private static final Set<String> POST = Set.of("role", "name", "expires_at");
  private static final Words<Role> OF_AN_ORG =
      Words.of(Role.SERVICE, Role.ORG_ADMIN, Role.ORG_FINANCE, Role.ORG_VIEWER);
  private static final Words<Role> OF_NO_ORG = Words.of(Role.OPERATOR, Role.SERVICE);
  private static final int NAME_CHARS_MAX = 200;

  private final AccessKeys keys;
  private final Entities entities;

  public KeyRoutes(AccessKeys keys, Entities entities) {
    this.keys = keys;
    this.entities = entities;
  }

  /** All of them. */
  public List<Endpoint> endpoints() {
    return List.of(
        Endpoint.post("/v1/orgs/{org}/keys", Access.ADMINISTER, this::createForOrg),
        Endpoint.get("/v1/orgs/{org}/keys", Access.READ_KEYS, call -> list(call, call.org())),
        Endpoint.delete(
            "/v1/orgs/{org}/keys/{key}", Access.ADMINISTER, call -> revoke(call, call.org())),
        Endpoint.post(
            "/v1/keys", Access.OPERATE, call -> create(call, body(call, OF_NO_ORG), null)),
        Endpoint.get("/v1/keys", Access.OPERATE, call -> list(call, null)),
        Endpoint.delete("/v1/keys/{key}", Access.OPERATE, call -> revoke(call, null)));
  }

  private record NewKey(Role role, String name, @Nullable Instant expiresAt) {}

  private NewKey body(Call call, Words<Role> roles) {
    Body body = call.body(POST);
    return new NewKey(
        body.requiredWord("role", roles),
        body.requiredText("name", NAME_CHARS_MAX),
        body.time("expires_at"));
  }

  private CompletionStage<Reply> createForOrg(Call call) {
    String org = call.org();
    NewKey asked = body(call, OF_AN_ORG);
    return OrgRoutes.settings(entities, org).thenCompose(settings -> create(call, asked, org));
  }

  private CompletionStage<Reply> create(Call call, NewKey asked, @Nullable String org) {
    return keys.create(asked.role(), org, asked.name(), asked.expiresAt(), call.caller())
        .thenApply(
            answer -> {
              Answer.Done<AccessKeys.Created> done = Outcomes.done(answer);
              return Reply.json(
                      201,
                      json -> {
                        key(json, done.value().key());
                        json.field("key", done.value().secret());
                      })
                  .replayed(done.replayed());
            });
  }

  private CompletionStage<Reply> list(Call call, @Nullable String org) {
    Page page = org == null ? call.page("keys") : call.page("keys", org);
    CompletionStage<?> known =
        org == null ? CompletableFuture.completedStage("") : OrgRoutes.settings(entities, org);
    return known
        .thenCompose(settings -> keys.page(org, page.after(), page.limit()))
        .thenApply(
            found ->
                Reply.ok(
                    json ->
                        page.write(
                            json, found.keys(), found.hasMore(), AccessKey::id, KeyRoutes::key)));
  }

  private CompletionStage<Reply> revoke(Call call, @Nullable String org) {
    String id = call.name("key");
    return keys.revoke(org, id)
        .thenApply(
            found -> {
              if (!found) {
                throw Problem.of(404, "key_not_found", "there is no key " + id).at("key").fault();
              }
              return Reply.nothing();
            });
  }

  private static void key(JsonWriter json, AccessKey key) {
    json.field("id", key.id())
        .field("role", key.role().word())
        .field("org", key.org())
        .field("name", key.name())
        .field("created_at", key.createdAt())
        .field("expires_at", key.expiresAt())
        .field("revoked_at", key.revokedAt());
  }
}
