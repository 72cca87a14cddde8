package dev.bursar.benchmarks.sidecar;

import dev.bursar.api.HttpServer;
import dev.bursar.api.access.Access;
import dev.bursar.api.access.Authentication;
import dev.bursar.api.enforcement.ReservationBodies;
import dev.bursar.api.http.Call;
import dev.bursar.api.http.Endpoint;
import dev.bursar.api.http.Reply;
import dev.bursar.api.http.RequestHandler;
import dev.bursar.domain.access.AccessKey;
import dev.bursar.domain.access.AccessKeys;
import dev.bursar.domain.access.Role;
import dev.bursar.domain.enforcement.Caller;
import dev.bursar.domain.operation.Answer;
import dev.bursar.sidecar.command.SidecarCommand;
import dev.bursar.sidecar.http.SidecarProcess;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.jspecify.annotations.Nullable;

/**
 * The process: a sidecar as {@code bursar sidecar} is, and on another port the same HTTP server
 * with routes that parse a body and answer with a constant that is as long as a sidecar's answer.
 * The first argument is that port, the others are the sidecar's.
 */
public final class SidecarBesideNoOp {

  private static final byte[] RESERVED =
      ("{\"reservation_id\":\"lrs_few-0001_0123456789abcdef-01234567\",\"decision\":\"allow\",\"status\":\"open\","
              + "\"amount\":\"0.325\",\"credit_type\":\"platform\",\"expires_at\":\"2026-01-01T00:00:00.000000Z\","
              + "\"limits\":[],\"source\":\"lease\"}")
          .getBytes(StandardCharsets.UTF_8);
  private static final byte[] ENDED =
      ("{\"reservation_id\":\"lrs_few-0001_0123456789abcdef-01234567\",\"status\":\"released\",\"amount\":\"0\","
              + "\"credit_type\":\"platform\",\"released\":\"0.325\",\"debt\":\"0\",\"entries\":[]}")
          .getBytes(StandardCharsets.UTF_8);

  private SidecarBesideNoOp() {}

  public static void main(String[] args) {
    noOp(Integer.parseInt(args[0]));
    SidecarCommand.main(Arrays.copyOfRange(args, 1, args.length));
  }

  private static void noOp(int port) {
    ActorSystem system = ActorSystem.create("no-op", SidecarProcess.config());
    String one = "/v1/reservations/{reservation}";
    List<Endpoint> endpoints =
        List.of(
            Endpoint.post(
                "/v1/reservations",
                Access.PUBLIC,
                call -> answer(call, ReservationBodies.RESERVE, RESERVED)),
            Endpoint.post(
                one + "/commit",
                Access.PUBLIC,
                call -> answer(call, ReservationBodies.COMMIT, ENDED)),
            Endpoint.post(one + "/release", Access.PUBLIC, call -> answer(call, Set.of(), ENDED)));
    RequestHandler handler =
        new RequestHandler(
            system,
            endpoints,
            new Authentication(new NoKeys(), InstantSource.system()),
            new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
    HttpServer.bind(system, "127.0.0.1", port, handler).toCompletableFuture().join();
  }

  private static CompletionStage<Reply> answer(Call call, Set<String> accepted, byte[] constant) {
    call.body(accepted);
    return CompletableFuture.completedFuture(Reply.of(ContentTypes.APPLICATION_JSON, constant));
  }

  /** Nobody has a key, and none is asked for. */
  private static final class NoKeys implements AccessKeys {
    private static final String UNASKED = "no route here asks for it";

    @Override
    public CompletionStage<@Nullable AccessKey> find(String secret) {
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletionStage<Answer<Created>> create(
        Role role, @Nullable String org, String name, @Nullable Instant expiresAt, Caller caller) {
      throw new UnsupportedOperationException(UNASKED);
    }

    @Override
    public CompletionStage<Page> page(@Nullable String org, @Nullable String after, int limit) {
      throw new UnsupportedOperationException(UNASKED);
    }

    @Override
    public CompletionStage<Boolean> revoke(@Nullable String org, String id) {
      throw new UnsupportedOperationException(UNASKED);
    }
  }
}
