package dev.bursar.sidecar.http;

import dev.bursar.domain.catalog.Price;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.sidecar.Sidecar;
import dev.bursar.sidecar.openai.Prices;
import java.time.InstantSource;
import java.util.concurrent.CompletionStage;

/** Prices as far as an org's terms are known here. */
final class KnownPrices implements Prices {

  private final Sidecar sidecar;
  private final InstantSource clock;

  KnownPrices(Sidecar sidecar, InstantSource clock) {
    this.sidecar = sidecar;
    this.clock = clock;
  }

  @Override
  public CompletionStage<Boolean> has(ReserveRequest request, String meter) {
    return sidecar
        .terms(request.subject().org())
        .thenApply(
            terms -> {
              if (terms == null) {
                return false;
              }
              Price price =
                  terms.prices().price(request.feature(), request.model(), clock.instant());
              return price != null && price.has(meter);
            });
  }
}
