package dev.bursar.api.lease;

import dev.bursar.api.access.Access;
import dev.bursar.api.access.Authentication;
import dev.bursar.api.http.Call;
import dev.bursar.api.http.Endpoint;
import dev.bursar.api.http.Reply;
import dev.bursar.api.json.Body;
import dev.bursar.api.json.Texts;
import dev.bursar.api.problem.Fault;
import dev.bursar.api.problem.Problem;
import dev.bursar.domain.lease.Listener;
import dev.bursar.domain.lease.Listeners;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;
import org.jspecify.annotations.Nullable;

/**
 * {@code /v1/leases/stream}: what changes for those who hold leases, as it changes, and how they
 * say that they have it.
 */
public final class StreamRoutes {

  private static final int NOTICE_CHARS_MAX = 64;
  private static final Set<String> ACKNOWLEDGE = Set.of("sidecar", "notice");
  private static final ByteString OVER = ByteString.emptyByteString();

  private final Listeners listeners;
  private final Authentication authentication;
  private final StreamTerms terms;

  public StreamRoutes(Listeners listeners, Authentication authentication, StreamTerms terms) {
    this.listeners = listeners;
    this.authentication = authentication;
    this.terms = terms;
  }

  /** All of them. */
  public List<Endpoint> endpoints() {
    String stream = "/v1/leases/stream";
    return List.of(
        Endpoint.get(stream, Access.ENFORCE, this::stream),
        Endpoint.post(stream + "/acknowledge", Access.ENFORCE, this::acknowledge));
  }

  private CompletionStage<Reply> stream(Call call) {
    String name = call.query(Set.of("sidecar")).get("sidecar");
    if (name == null) {
      throw Problem.invalid("sidecar", "is required").fault();
    }
    Listener who =
        new Listener(
            call.key().id(), Texts.checked("sidecar", name, LeaseBodies.SIDECAR_CHARS_MAX));
    return CompletableFuture.completedFuture(
        Reply.events(events(who, call.key().org(), call.authorization())));
  }

  /** What it is told, as long as its key is valid: that is looked at before each event. */
  private Source<ByteString, NotUsed> events(
      Listener who, @Nullable String org, @Nullable String authorization) {
    return Source.<ByteString>queue(terms.waitingMax())
        .mapMaterializedValue(queue -> listeners.listen(who, org, new EventReader(queue, terms)))
        .merge(
            Source.tick(terms.heartbeatEvery(), terms.heartbeatEvery(), EventReader.HEARTBEAT),
            true)
        .mapAsync(1, event -> whileValid(authorization, event))
        .takeWhile(event -> !event.isEmpty())
        .watchTermination(
            (listening, ended) -> {
              ended.whenComplete((done, error) -> listening.close());
              return NotUsed.getInstance();
            });
  }

  /** A key of which nobody can be asked now is not taken for one that is over. */
  private CompletionStage<ByteString> whileValid(@Nullable String authorization, ByteString event) {
    return authentication
        .key(authorization)
        .handle(
            (key, error) -> {
              Throwable cause = error instanceof CompletionException ? error.getCause() : error;
              return cause instanceof Fault ? OVER : event;
            });
  }

  private CompletionStage<Reply> acknowledge(Call call) {
    Body body = call.body(ACKNOWLEDGE);
    listeners.acknowledge(
        new Listener(call.key().id(), body.requiredText("sidecar", LeaseBodies.SIDECAR_CHARS_MAX)),
        body.requiredText("notice", NOTICE_CHARS_MAX));
    return CompletableFuture.completedFuture(Reply.nothing());
  }
}
