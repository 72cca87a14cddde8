package dev.bursar.api.lease;

import dev.bursar.api.http.Call;
import dev.bursar.api.http.Endpoint;
import dev.bursar.api.http.Endpoint.Concerns;
import dev.bursar.api.operation.Callers;
import dev.bursar.api.operation.Outcomes;
import dev.bursar.domain.entity.Entities;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.ReservationId;
import dev.bursar.domain.lease.Listener;
import dev.bursar.domain.lease.Listeners;
import dev.bursar.domain.lease.Notice;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgReply;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Has operations that may take something away from leases answer once their holders have it. What
 * was changed is on record by then; first it is asked which leases are out, and then their holders
 * are told: so whoever is granted a lease later is granted it by what counts now. A repeated call
 * tells and waits as the first did.
 */
public final class ToldSidecars {

  private final Entities entities;
  private final Listeners listeners;

  public ToldSidecars(Entities entities, Listeners listeners) {
    this.entities = entities;
    this.listeners = listeners;
  }

  /** The same operation, which answers later, if it concerns leases. */
  public Endpoint telling(Endpoint endpoint) {
    Concerns concerns = endpoint.concerns();
    return concerns == Concerns.NO_LEASE
        ? endpoint
        : endpoint
            .handledBy(
                call ->
                    endpoint
                        .handler()
                        .handle(call)
                        .thenCompose(reply -> told(concerns, call).thenApply(reply::toldTo)))
            .slowly();
  }

  /** Tells whoever listens that another version of the catalog counts, and who has it then. */
  public static CompletionStage<Map<Listener, Listeners.Reached>> ofCatalog(Listeners listeners) {
    return listeners.tell(notice(Notice.Kind.CATALOG_CHANGED, null, null), Map.of());
  }

  /** Which sidecars have it, as the header says it; null where no lease is out. */
  private CompletionStage<@Nullable String> told(Concerns concerns, Call call) {
    return switch (concerns) {
      case NO_LEASE -> CompletableFuture.completedFuture(null);
      case ALL_ORGS -> ofCatalog(listeners).thenApply(reached -> SidecarList.of(reached, Map.of()));
      case AN_ORG -> {
        String org = call.org();
        yield leases(org)
            .thenCompose(
                out ->
                    told(
                        notice(Notice.Kind.ENTITLEMENTS_CHANGED, org, null),
                        out.asOf(),
                        out.leases()));
      }
      case ONE_LEASE -> {
        ReservationId lease = ReservationId.parse(call.text("lease"));
        yield lease == null
            ? CompletableFuture.completedFuture(null)
            : leases(lease.org())
                .thenCompose(
                    out ->
                        told(
                            notice(Notice.Kind.REVOKE, lease.org(), lease.toString()),
                            out.asOf(),
                            out.leases().stream()
                                .filter(each -> each.lease().equals(lease.toString()))
                                .toList()));
      }
    };
  }

  private CompletionStage<@Nullable String> told(
      Notice notice, Instant asOf, List<OrgReply.OpenLease> leases) {
    Map<Listener, Instant> until = new HashMap<>();
    for (OrgReply.OpenLease lease : leases) {
      until.merge(
          new Listener(lease.holder(), lease.sidecar()),
          lease.until(),
          (one, other) -> one.isAfter(other) ? one : other);
    }
    Map<Listener, Duration> awaited = new HashMap<>();
    until.forEach((who, end) -> awaited.put(who, Duration.between(asOf, end)));
    CompletionStage<Map<Listener, Listeners.Reached>> told = listeners.tell(notice, awaited);
    return awaited.isEmpty()
        ? CompletableFuture.completedFuture(null)
        : told.thenApply(reached -> SidecarList.of(reached, until));
  }

  /** What was changed is on record: that this can't be told now is no word that it is not. */
  private CompletionStage<OrgReply.Leased> leases(String org) {
    return entities
        .org(org, new Request<>(new OrgCommand.ListLeases(), null))
        .thenApply(
            answer ->
                switch (answer) {
                  case Answer.Done<OrgReply> done -> (OrgReply.Leased) done.value();
                  case Answer.Refused<OrgReply> none
                      when none.refusal().code() == Refusal.Code.ORG_NOT_FOUND ->
                      new OrgReply.Leased(List.of(), Instant.EPOCH);
                  case Answer<OrgReply> other ->
                      Outcomes.value(new Answer.Unreachable<>(), OrgReply.Leased.class);
                });
  }

  private static Notice notice(Notice.Kind kind, @Nullable String org, @Nullable String lease) {
    String id = "ntc_" + Base64.getUrlEncoder().withoutPadding().encodeToString(Callers.salt());
    return new Notice(id, kind, org, lease);
  }
}
