package dev.bursar.api.catalog;

import dev.bursar.api.json.JsonWriter;
import dev.bursar.api.json.Words;
import dev.bursar.domain.catalog.Audience;
import dev.bursar.domain.catalog.CatalogDiff;
import dev.bursar.domain.catalog.CatalogVersions.Version;
import dev.bursar.domain.catalog.ReleaseChange;
import dev.bursar.domain.catalog.ReleaseChange.Made;
import dev.bursar.domain.catalog.Releases;
import java.util.TreeSet;

/** How versions, and what was done with them, are shown. */
final class CatalogViews {

  private CatalogViews() {}

  static void releases(JsonWriter json, Releases now) {
    Integer published = now.published();
    if (published != null) {
      int version = published;
      json.object("published", in -> in.field("version", version));
    }
    Releases.Scheduled scheduled = now.scheduled();
    if (scheduled != null) {
      json.object(
          "scheduled", in -> in.field("version", scheduled.version()).field("at", scheduled.at()));
    }
    Releases.Staged staged = now.staged();
    if (staged != null) {
      json.object(
          "staged",
          in -> {
            in.field("version", staged.version());
            audience(in, staged.audience());
          });
    }
  }

  static void version(JsonWriter json, Version version) {
    json.field("version", version.number())
        .field("status", Words.word(version.status()))
        .field("drafted_at", version.draftedAt())
        .field("actor", version.actor())
        .field("digest", "sha256:" + version.digest());
  }

  static void made(JsonWriter json, Made made) {
    ReleaseChange change = made.change();
    json.field("sequence", made.sequence())
        .field("at", made.madeAt())
        .field("actor", made.actor())
        .field("action", change.action())
        .field("version", change.version());
    Integer before = made.before();
    if (before != null) {
      json.field("published_before", before);
    }
    if (change instanceof ReleaseChange.Schedule schedule) {
      json.field("effective_at", schedule.at());
    } else if (change instanceof ReleaseChange.Stage stage) {
      audience(json, stage.audience());
    }
  }

  private static void audience(JsonWriter json, Audience audience) {
    switch (audience) {
      case Audience.Orgs it -> json.texts("orgs", new TreeSet<>(it.orgs()));
      case Audience.Share it -> json.field("percent", it.percent());
    }
  }

  static void diff(JsonWriter json, CatalogDiff diff) {
    json.field("orgs", diff.orgs())
        .field("orgs_in_all", diff.orgsInAll())
        .objects(
            "changes",
            diff.changes(),
            (in, change) ->
                in.field("section", Words.word(change.section()))
                    .field("id", change.id())
                    .field("change", Words.word(change.kind()))
                    .field("orgs", change.orgs())
                    .objects(
                        "fields",
                        change.fields(),
                        (inner, field) ->
                            inner
                                .field("field", field.name())
                                .field("before", field.before())
                                .field("after", field.after())));
  }
}
