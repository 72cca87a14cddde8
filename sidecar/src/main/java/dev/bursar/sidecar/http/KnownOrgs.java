package dev.bursar.sidecar.http;

import dev.bursar.api.http.PassedOn;
import dev.bursar.domain.entity.Entities;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.org.EntitlementView;
import dev.bursar.domain.org.OrgCommand;
import dev.bursar.domain.org.OrgReply;
import dev.bursar.domain.team.TeamCommand;
import dev.bursar.domain.team.TeamReply;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletReply;
import dev.bursar.sidecar.Sidecar;
import dev.bursar.sidecar.terms.Terms;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Orgs as far as their terms are known here: what they may use. The rest is the server's to say.
 */
final class KnownOrgs implements Entities {

  private final Sidecar sidecar;

  KnownOrgs(Sidecar sidecar) {
    this.sidecar = sidecar;
  }

  @Override
  public CompletionStage<Answer<OrgReply>> org(String org, Request<OrgCommand> request) {
    if (!(request.command() instanceof OrgCommand.ViewEntitlements(List<String> features))) {
      throw new PassedOn();
    }
    return sidecar
        .terms(org)
        .thenApply(
            terms -> {
              if (terms == null) {
                throw new PassedOn();
              }
              return new Answer.Done<>(entitled(terms, features), false);
            });
  }

  private static OrgReply entitled(Terms terms, List<String> features) {
    OrgReply.Entitled all = terms.entitled();
    if (features.isEmpty()) {
      return all;
    }
    List<EntitlementView> some = new ArrayList<>(features.size());
    for (String feature : features) {
      EntitlementView view = terms.feature(feature);
      some.add(
          view != null
              ? view
              : new EntitlementView(feature, null, null, null, null, terms.fault(feature)));
    }
    return new OrgReply.Entitled(all.settings(), all.status(), all.failMode(), all.frozen(), some);
  }

  @Override
  public CompletionStage<Answer<OrgReply>> orgSettled(String org, Request<OrgCommand> request) {
    throw new PassedOn();
  }

  @Override
  public CompletionStage<Answer<TeamReply>> team(
      String org, String team, Request<TeamCommand> request) {
    throw new PassedOn();
  }

  @Override
  public CompletionStage<Answer<WalletReply>> wallet(
      String org, String wallet, Request<WalletCommand> request) {
    throw new PassedOn();
  }
}
