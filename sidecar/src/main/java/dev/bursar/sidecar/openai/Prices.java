package dev.bursar.sidecar.openai;

import dev.bursar.domain.enforcement.ReserveRequest;
import java.util.concurrent.CompletionStage;

/** What is known of prices. */
@FunctionalInterface
public interface Prices {

  /** Whether what a request is for has a price for the units of a meter; false if nobody knows. */
  CompletionStage<Boolean> has(ReserveRequest request, String meter);
}
