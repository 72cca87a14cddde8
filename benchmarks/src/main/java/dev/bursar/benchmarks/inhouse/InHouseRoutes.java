package dev.bursar.benchmarks.inhouse;

import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.http.javadsl.server.AllDirectives;
import org.apache.pekko.http.javadsl.server.PathMatchers;
import org.apache.pekko.http.javadsl.server.Route;
import org.apache.pekko.http.javadsl.unmarshalling.Unmarshaller;

/**
 * {@code POST /v1/reservations} and {@code POST /v1/reservations/{id}/commit}, as in Bursar's API.
 */
final class InHouseRoutes extends AllDirectives {

  private final InHouseReservations reservations;
  private final Executor blocking;

  InHouseRoutes(InHouseReservations reservations, Executor blocking) {
    this.reservations = reservations;
    this.blocking = blocking;
  }

  private interface Work {
    InHouseReservations.Result run(String key, byte[] json) throws SQLException;
  }

  Route route() {
    return pathPrefix(
        "v1",
        () ->
            pathPrefix(
                "reservations",
                () ->
                    concat(
                        pathEnd(() -> post(() -> answer(reservations::reserve))),
                        path(
                            PathMatchers.segment().slash("commit"),
                            id ->
                                post(
                                    () ->
                                        answer(
                                            (key, json) -> reservations.commit(id, key, json)))))));
  }

  private Route answer(Work work) {
    return optionalHeaderValueByName(
        "Idempotency-Key",
        key ->
            entity(
                Unmarshaller.entityToByteArray(),
                json ->
                    completeWithFuture(
                        CompletableFuture.supplyAsync(() -> response(work, key, json), blocking))));
  }

  private static HttpResponse response(Work work, Optional<String> key, byte[] json) {
    if (key.isEmpty()) {
      return response(
          InHouseReservations.Result.problem(400, "invalid_request", "Idempotency-Key: required"));
    }
    try {
      return response(work.run(key.get(), json));
    } catch (BadRequest e) {
      return response(
          InHouseReservations.Result.problem(
              400, "invalid_request", String.valueOf(e.getMessage())));
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static HttpResponse response(InHouseReservations.Result result) {
    HttpResponse response =
        HttpResponse.create()
            .withStatus(result.status())
            .withEntity(ContentTypes.APPLICATION_JSON, result.json());
    return result.replayed()
        ? response.addHeader(RawHeader.create("Idempotency-Replayed", "true"))
        : response;
  }
}
