package dev.bursar.api.wallet;

import dev.bursar.api.access.Access;
import dev.bursar.api.http.Call;
import dev.bursar.api.http.Endpoint;
import dev.bursar.api.http.Endpoint.Concerns;
import dev.bursar.api.http.Page;
import dev.bursar.api.http.Reply;
import dev.bursar.api.json.Body;
import dev.bursar.api.json.JsonWriter;
import dev.bursar.api.json.Words;
import dev.bursar.api.operation.Outcomes;
import dev.bursar.api.problem.Problem;
import dev.bursar.domain.enforcement.Caller;
import dev.bursar.domain.entity.Entities;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.wallet.Balance;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletOwner;
import dev.bursar.domain.wallet.WalletReply;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** {@code /v1/orgs/{org}/wallets}. Balances come from the wallet itself, exact and live. */
public final class WalletRoutes {

  private enum OwnerType {
    ORG,
    TEAM
  }

  private static final Set<String> PUT = Set.of("owner");
  private static final Set<String> OWNER = Set.of("type", "id");
  private static final Words<OwnerType> OWNER_TYPES = Words.of(OwnerType.values());

  private final Entities entities;

  public WalletRoutes(Entities entities) {
    this.entities = entities;
  }

  /** All of them. */
  public List<Endpoint> endpoints() {
    String one = "/v1/orgs/{org}/wallets/{wallet}";
    return List.of(
        Endpoint.get("/v1/orgs/{org}/wallets", Access.READ, this::list),
        Endpoint.put(one, Access.ADMINISTER, this::put).concerning(Concerns.AN_ORG),
        Endpoint.get(one, Access.READ_ENFORCEMENT, this::get));
  }

  /** The org takes note of the wallet first: it knows whether the owner exists. */
  private CompletionStage<Reply> put(Call call) {
    String org = call.org();
    String wallet = call.name("wallet");
    WalletOwner owner = owner(org, call.body(PUT).object("owner", OWNER));
    Caller caller = call.caller();
    return entities
        .org(
            org,
            new Request<>(
                new OrgCommand.PutWallet(wallet, owner, caller.actor()),
                caller.operation("put_wallet:" + wallet)))
        .thenCompose(
            answer -> {
              boolean replayed = Outcomes.done(answer).replayed();
              return entities
                  .wallet(
                      org,
                      wallet,
                      new Request<>(new WalletCommand.Open(owner), caller.operation("open_wallet")))
                  .thenApply(
                      opened -> {
                        Outcomes.done(opened);
                        return Reply.ok(json -> head(json, org, wallet, owner)).replayed(replayed);
                      });
            });
  }

  private static WalletOwner owner(String org, @Nullable Body body) {
    if (body == null) {
      return WalletOwner.ORG;
    }
    OwnerType type = body.requiredWord("type", OWNER_TYPES);
    String id = body.name("id");
    return switch (type) {
      case ORG -> {
        if (id != null && !id.equals(org)) {
          throw Problem.invalid("owner.id", "is another org than the one in the path").fault();
        }
        yield WalletOwner.ORG;
      }
      case TEAM -> {
        if (id == null) {
          throw body.missing("id");
        }
        yield new WalletOwner(id);
      }
    };
  }

  private CompletionStage<Reply> get(Call call) {
    String org = call.org();
    String wallet = call.name("wallet");
    call.query(Set.of());
    return entities
        .wallet(org, wallet, new Request<>(new WalletCommand.View(), null))
        .thenApply(
            answer -> {
              WalletReply.Viewed viewed = Outcomes.value(answer, WalletReply.Viewed.class);
              return Reply.ok(
                  json -> {
                    head(json, org, wallet, viewed.owner());
                    json.objects("balances", viewed.balances(), WalletRoutes::balance)
                        .field("next_expiry", viewed.nextExpiry());
                  });
            });
  }

  private CompletionStage<Reply> list(Call call) {
    String org = call.org();
    Page page = call.page("wallets", org);
    return entities
        .org(org, new Request<>(new OrgCommand.ListWallets(), null))
        .thenApply(
            answer -> {
              NavigableMap<String, WalletOwner> all =
                  new TreeMap<>(Outcomes.value(answer, OrgReply.Wallets.class).wallets());
              String after = page.after();
              NavigableMap<String, WalletOwner> rest =
                  after == null ? all : all.tailMap(after, false);
              List<Map.Entry<String, WalletOwner>> rows =
                  rest.entrySet().stream().limit(page.limit()).toList();
              return Reply.ok(
                  json ->
                      page.write(
                          json,
                          rows,
                          rest.size() > rows.size(),
                          Map.Entry::getKey,
                          (in, row) -> head(in, org, row.getKey(), row.getValue())));
            });
  }

  private static void head(JsonWriter json, String org, String wallet, WalletOwner owner) {
    String team = owner.team();
    json.field("id", wallet)
        .object(
            "owner",
            in ->
                in.field("type", team == null ? "org" : "team")
                    .field("id", team == null ? org : team));
  }

  private static void balance(JsonWriter json, Balance balance) {
    json.field("credit_type", balance.creditType())
        .field("balance", balance.balance())
        .field("held", balance.held())
        .field("available", balance.available())
        .field("debt", balance.debt());
  }
}
