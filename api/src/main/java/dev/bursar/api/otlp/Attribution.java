package dev.bursar.api.otlp;

import java.util.Locale;

/** What a span may say about who is charged, for what. */
public enum Attribution {
  ORG("subject.org"),
  TEAM("subject.team"),
  USER("subject.user"),
  PRODUCT("subject.product"),
  COST_CENTER("subject.cost_center"),
  AGENT("subject.agent"),
  FEATURE("feature"),
  SESSION("session"),
  WALLET("wallet");

  private final String field;

  Attribution(String field) {
    this.field = field;
  }

  /** The name in the mapping, and in metadata. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The field of a reservation's body that means the same. */
  String field() {
    return field;
  }
}
