package dev.bursar.sidecar.envoy;

import dev.bursar.sidecar.gateway.Door;
import dev.bursar.sidecar.gateway.Gate;
import dev.bursar.sidecar.gateway.Said;
import io.grpc.BindableService;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.okhttp.OkHttpServerBuilder;
import io.grpc.util.TransmitStatusRuntimeExceptionInterceptor;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The gRPC services that Envoy asks: external authorization and rate limits, on a port of their
 * own, without TLS.
 */
public final class EnvoyServer implements AutoCloseable {

  /**
   * Larger messages are refused: a request is told of without its body, or with what Envoy buffers
   * of it. What still comes of one that is refused is lost to its connection, which takes nothing
   * more in the end: so no connection lasts for long.
   */
  private static final int MESSAGE_BYTES_MAX = 4 << 20;

  /** Of one connection; more wait at their gateway: each has its headers in memory. */
  private static final int CALLS_MAX = 1_024;

  private static final Duration CONNECTION = Duration.ofMinutes(1);
  private static final Duration CONNECTION_ENDS = Duration.ofSeconds(5);

  private static final Duration STOP = Duration.ofSeconds(5);

  private final Server server;

  private EnvoyServer(Server server) {
    this.server = server;
  }

  /**
   * Starts it; it listens when this is done.
   *
   * @param port the port; 0 takes any that is free
   * @param defaults what is said of requests of which nobody else says it
   * @throws IOException if the port can't be had
   */
  public static EnvoyServer start(
      String host,
      int port,
      Gate gate,
      Checks checks,
      Door door,
      Said defaults,
      MeterRegistry registry)
      throws IOException {
    return new EnvoyServer(
        OkHttpServerBuilder.forPort(
                new InetSocketAddress(host, port), InsecureServerCredentials.create())
            // Nothing that is done for a call waits for anything.
            .directExecutor()
            .maxInboundMessageSize(MESSAGE_BYTES_MAX)
            .maxConcurrentCallsPerConnection(CALLS_MAX)
            .maxConnectionAge(CONNECTION.toSeconds(), TimeUnit.SECONDS)
            .maxConnectionAgeGrace(CONNECTION_ENDS.toSeconds(), TimeUnit.SECONDS)
            .intercept(new Guard(door))
            .addService(readable(new GrpcAuthorization(checks)))
            .addService(readable(new RateLimits(gate, defaults, registry)))
            .build()
            .start());
  }

  /** Bytes that are no message of its end their call, and are no fault of this program. */
  private static ServerServiceDefinition readable(BindableService service) {
    return ServerInterceptors.intercept(
        ServerInterceptors.useInputStreamMessages(service.bindService()),
        TransmitStatusRuntimeExceptionInterceptor.instance());
  }

  /** Where it listens. */
  public int port() {
    return server.getPort();
  }

  /** Takes nothing more, and lets what is under way finish, for five seconds. */
  @Override
  public void close() {
    server.shutdown();
    try {
      if (!server.awaitTermination(STOP.toMillis(), TimeUnit.MILLISECONDS)) {
        server.shutdownNow();
      }
    } catch (InterruptedException e) {
      server.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
