package dev.bursar.api;

import dev.bursar.api.http.RequestHandler;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.ClassicActorSystemProvider;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.ServerBinding;

/** The listening server. Its settings are in {@code http.conf}. */
public final class HttpServer {

  private final ServerBinding binding;

  private HttpServer(ServerBinding binding) {
    this.binding = binding;
  }

  /**
   * Starts to listen.
   *
   * @param port the port; 0 takes any that is free
   * @return done once it listens; failed with {@code BindException} as the cause if it can't
   */
  public static CompletionStage<HttpServer> bind(
      ClassicActorSystemProvider system, String host, int port, RequestHandler handler) {
    return Http.get(system).newServerAt(host, port).bind(handler).thenApply(HttpServer::new);
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return binding.localAddress();
  }

  /**
   * Stops: takes no new connections, and lets requests that are under way finish until the
   * deadline.
   */
  public CompletionStage<Done> stop(Duration deadline) {
    return binding.terminate(deadline).thenApply(terminated -> Done.getInstance());
  }
}
