package dev.bursar.api;

import dev.bursar.api.http.Lines;
import dev.bursar.api.http.Refusing;
import dev.bursar.api.http.UnderWay;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.japi.function.Function;
import org.apache.pekko.stream.SystemMaterializer;
import org.apache.pekko.stream.javadsl.Flow;

/** The listening server. Its settings are in {@code http.conf}. */
public final class HttpServer {

  /** Of one connection; as {@code pipelining-limit} has it. */
  private static final int AT_ONCE = 1;

  /** How long the last answers have to go out; it is all that a connection is waited for. */
  private static final Duration LAST_WORDS = Duration.ofMillis(500);

  private final ServerBinding binding;
  private final UnderWay underWay;
  private final Lines lines;

  private HttpServer(ServerBinding binding, UnderWay underWay, Lines lines) {
    this.binding = binding;
    this.underWay = underWay;
    this.lines = lines;
  }

  /** The same, where who is not answered is told so as RFC 9457 has it. */
  public static CompletionStage<HttpServer> bind(
      ClassicActorSystemProvider system,
      String host,
      int port,
      Function<HttpRequest, CompletionStage<HttpResponse>> handler) {
    return bind(system, host, port, handler, Refusing.STANDARD);
  }

  /**
   * Starts to listen.
   *
   * @param port the port; 0 takes any that is free
   * @param refusing tells who is not answered, since it stops
   * @return done once it listens; failed with {@code BindException} as the cause if it can't
   */
  public static CompletionStage<HttpServer> bind(
      ClassicActorSystemProvider system,
      String host,
      int port,
      Function<HttpRequest, CompletionStage<HttpResponse>> handler,
      Refusing refusing) {
    UnderWay underWay =
        new UnderWay(handler, refusing, SystemMaterializer.get(system).materializer());
    Lines lines = new Lines();
    return Http.get(system)
        .newServerAt(host, port)
        .bindFlow(Flow.<HttpRequest>create().via(lines).mapAsync(AT_ONCE, underWay::answer))
        .thenApply(binding -> new HttpServer(binding, underWay, lines));
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return binding.localAddress();
  }

  /**
   * Takes no new connections and begins no requests any more, not on connections that there are,
   * either. Pekko's own termination is no use for that: it cuts every answer whose head has gone
   * out, if only its last bytes are still to go.
   *
   * @return done once all that was under way has been answered to the end, or after so long
   */
  public CompletionStage<Done> drain(Duration within) {
    CompletionStage<Done> ended = underWay.stop();
    return binding
        .unbind()
        .thenCompose(
            unbound ->
                ended
                    .toCompletableFuture()
                    .completeOnTimeout(
                        Done.getInstance(), within.toMillis(), TimeUnit.MILLISECONDS));
  }

  /**
   * Stops: takes nothing new, lets what is under way finish until the deadline, and cuts off the
   * rest; who has no answer yet is told so.
   */
  public CompletionStage<Done> stop(Duration deadline) {
    return drain(deadline)
        .thenCompose(
            drained -> {
              underWay.giveUp();
              return lines
                  .hangUp()
                  .toCompletableFuture()
                  .completeOnTimeout(drained, LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS);
            })
        .thenCompose(hungUp -> binding.terminate(LAST_WORDS))
        .thenApply(terminated -> Done.getInstance());
  }
}
