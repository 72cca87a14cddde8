package dev.bursar.api.org;

import dev.bursar.api.operation.Outcomes;
import dev.bursar.api.problem.Fault;
import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.catalog.Catalogs;
import dev.bursar.domain.entity.Entities;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.StorageAway;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.org.OrgSettings;
import java.time.InstantSource;
import java.util.concurrent.CompletionStage;

/**
 * The catalog that counts for an org now, which is for the org to say: it may have chosen a version
 * for itself. Nobody gets at one without its settings.
 */
public final class OrgCatalogs {

  private final Entities entities;
  private final Catalogs catalogs;
  private final InstantSource clock;

  public OrgCatalogs(Entities entities, Catalogs catalogs, InstantSource clock) {
    this.entities = entities;
    this.catalogs = catalogs;
    this.clock = clock;
  }

  /**
   * Asks the org; ends the request if there is none. The stage fails with {@link StorageAway} while
   * it is not known what counts, and with a {@link Fault} if the org does not answer.
   */
  public CompletionStage<Catalog> of(String org) {
    return asked(org).thenApply(answer -> Outcomes.done(answer).value());
  }

  /** The same, with what the org says if it does not tell. */
  public CompletionStage<Answer<Catalog>> asked(String org) {
    return entities
        .org(org, new Request<>(new OrgCommand.ViewOrg(), null))
        .thenApply(answer -> answer.map(reply -> of(org, ((OrgReply.Settings) reply).settings())));
  }

  /**
   * The same of an org that has been asked.
   *
   * @throws StorageAway while it is not known what counts
   */
  public Catalog of(String org, OrgSettings settings) {
    return catalogs.known(org, settings.catalogVersion(), clock.instant());
  }
}
