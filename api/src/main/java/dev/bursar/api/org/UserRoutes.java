package dev.bursar.api.org;

import dev.bursar.api.access.Access;
import dev.bursar.api.http.Call;
import dev.bursar.api.http.Endpoint;
import dev.bursar.api.http.Endpoint.Concerns;
import dev.bursar.api.http.Page;
import dev.bursar.api.http.Reply;
import dev.bursar.api.json.Body;
import dev.bursar.api.json.JsonWriter;
import dev.bursar.api.operation.Outcomes;
import dev.bursar.domain.enforcement.Caller;
import dev.bursar.domain.entity.Entities;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.org.User;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** {@code /v1/orgs/{org}/users}: people and service accounts. */
public final class UserRoutes {

  private static final Set<String> PUT = Set.of("name", "email", "teams");
  private static final int NAME_CHARS_MAX = 200;
  private static final int EMAIL_CHARS_MAX = 254;
  private static final int TEAMS_MAX = 100;

  private final Entities entities;

  public UserRoutes(Entities entities) {
    this.entities = entities;
  }

  /** All of them. */
  public List<Endpoint> endpoints() {
    String one = "/v1/orgs/{org}/users/{user}";
    return List.of(
        Endpoint.get("/v1/orgs/{org}/users", Access.READ, this::list),
        Endpoint.put(one, Access.ADMINISTER, this::put).concerning(Concerns.AN_ORG),
        Endpoint.get(one, Access.READ, this::get));
  }

  private CompletionStage<Reply> put(Call call) {
    String id = call.name("user");
    Body body = call.body(PUT);
    User user =
        new User(
            id,
            body.text("name", NAME_CHARS_MAX),
            body.text("email", EMAIL_CHARS_MAX),
            body.names("teams", TEAMS_MAX));
    Caller caller = call.caller();
    return entities
        .org(
            call.org(),
            new Request<>(
                new OrgCommand.PutUser(user, caller.actor()), caller.operation("put_user:" + id)))
        .thenApply(
            answer ->
                Reply.ok(json -> user(json, user)).replayed(Outcomes.done(answer).replayed()));
  }

  private CompletionStage<Reply> get(Call call) {
    call.query(Set.of());
    return entities
        .org(call.org(), new Request<>(new OrgCommand.ViewUser(call.name("user")), null))
        .thenApply(
            answer -> {
              User user = Outcomes.value(answer, OrgReply.OneUser.class).user();
              return Reply.ok(json -> user(json, user));
            });
  }

  private CompletionStage<Reply> list(Call call) {
    String org = call.org();
    Page page = call.page("users", org);
    return entities
        .org(org, new Request<>(new OrgCommand.ListUsers(page.after(), page.limit()), null))
        .thenApply(
            answer -> {
              OrgReply.Users found = Outcomes.value(answer, OrgReply.Users.class);
              return Reply.ok(
                  json ->
                      page.write(json, found.users(), found.hasMore(), User::id, UserRoutes::user));
            });
  }

  private static void user(JsonWriter json, User user) {
    json.field("id", user.id())
        .field("name", user.name())
        .field("email", user.email())
        .texts("teams", user.teams());
  }
}
