package dev.bursar.sidecar.envoy;

import dev.bursar.api.problem.Fault;
import dev.bursar.api.problem.Problem;
import dev.bursar.sidecar.gateway.Door;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Stands at the door of the gRPC services. Whom it does not let in is told so by the service, as a
 * denial: Envoy may let pass what ends with a status of gRPC.
 */
final class Guard implements ServerInterceptor {

  private static final Context.Key<Problem> SHUT = Context.key("shut");
  private static final Metadata.Key<String> KEY =
      Metadata.Key.of(Door.KEY, Metadata.ASCII_STRING_MARSHALLER);

  private final Door door;

  Guard(Door door) {
    this.door = door;
  }

  /** Why who calls may not; null if it may. */
  static @Nullable Problem shut() {
    return SHUT.get();
  }

  @Override
  public <I, O> ServerCall.Listener<I> interceptCall(
      ServerCall<I, O> call, Metadata headers, ServerCallHandler<I, O> next) {
    Context context = Context.current();
    try {
      door.demand(
          call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR) instanceof InetSocketAddress it
              ? it.getAddress()
              : null,
          headers.get(KEY));
    } catch (Fault fault) {
      context = context.withValue(SHUT, fault.problem());
    }
    return Contexts.interceptCall(context, call, headers, next);
  }
}
