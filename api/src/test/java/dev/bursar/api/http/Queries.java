package dev.bursar.api.http;

import java.util.Set;

/** Query parameters, as if they had come with a request. */
public final class Queries {

  private Queries() {}

  /** Those of what follows a question mark. */
  public static Query of(String raw, String... accepted) {
    return new Query(raw, Set.of(accepted));
  }
}
