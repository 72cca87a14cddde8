package dev.bursar.api.wallet;

import dev.bursar.api.problem.Problem;
import dev.bursar.domain.catalog.Catalog;

/** The credit types that requests may name. */
final class CreditTypes {

  private CreditTypes() {}

  /**
   * The name of a credit type.
   *
   * @throws dev.bursar.api.problem.Fault if the catalog has none of this name
   */
  static String checked(Catalog catalog, String name) {
    if (!catalog.creditTypes().containsKey(name)) {
      throw Problem.of(
              400,
              "unknown_credit_type",
              "%s is no credit type of the catalog; known are %s"
                  .formatted(name, catalog.creditTypes().keySet()))
          .at("credit_type")
          .fault();
    }
    return name;
  }
}
