package dev.bursar.api.otlp;

import dev.bursar.domain.catalog.Catalog;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What a span comes to. */
sealed interface Reading {

  /**
   * It is for an org: how it is counted is a matter of the catalog that counts there.
   *
   * @param org who is charged, if there is such an org
   * @param by what it comes to by the org's catalog, or without one if there is no such org
   */
  record OfOrg(String org, Function<@Nullable Catalog, Done> by) implements Reading {}

  /** What it comes to for good. */
  sealed interface Done extends Reading {}

  /** It tells of no model call, or of one that used nothing, or repeats what others tell of. */
  record Nothing() implements Done {}

  /** It tells of a model call. */
  record Counted(ModelCall call) implements Done {}

  /**
   * It tells of usage, but can't be accounted for.
   *
   * @param field the attribute or field at fault
   * @param detail a sentence for a person
   */
  record Refused(String field, String detail) implements Done {}
}
