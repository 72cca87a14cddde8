package dev.bursar.domain.enforcement;

import dev.bursar.domain.budget.Quantities;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.lease.LeaseTerms;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A wish to spend, before the work runs; or what work that has run already has used. Either {@code
 * usage}, priced by the catalog, or {@code amount} and {@code creditType}.
 *
 * @param subject who it is for
 * @param feature the product feature, or null
 * @param model the model, or null
 * @param session the session, or null
 * @param wallet the wallet; null means the team's if it owns one, else the org's {@code main}
 * @param usage units by meter, each 0 or more; null when it is by amount
 * @param amount how much, 0 or more; null when it is by usage
 * @param creditType the credit type of the amount; null when it is by usage
 * @param ttlSeconds how long the reservation lives unless it is ended before
 * @param overagePolicy what happens to an actual cost above the amount; null means what the org's
 *     plan says, and {@code RECORD} if that is nobody's to say
 * @param commit whether to charge at once
 * @param dryRun whether to decide and explain, and change nothing
 * @param metadata the client's own words
 * @param traceId the trace that the call belongs to, as W3C Trace Context has it: 32 hexadecimal
 *     digits in lower case; or null
 * @param reported the event that told of it, for work that has run already; else null
 * @param lease what somebody else is to decide from it; null where it is for one request
 */
public record ReserveRequest(
    Subject subject,
    @Nullable String feature,
    @Nullable String model,
    @Nullable String session,
    @Nullable String wallet,
    @Nullable Map<String, Long> usage,
    @Nullable Credits amount,
    @Nullable String creditType,
    long ttlSeconds,
    @Nullable OveragePolicy overagePolicy,
    boolean commit,
    boolean dryRun,
    Map<String, String> metadata,
    @Nullable String traceId,
    @Nullable Reported reported,
    @Nullable LeaseTerms lease) {

  /** The wallet of an org that names none. */
  public static final String MAIN_WALLET = "main";

  /** For one request. */
  public ReserveRequest(
      Subject subject,
      @Nullable String feature,
      @Nullable String model,
      @Nullable String session,
      @Nullable String wallet,
      @Nullable Map<String, Long> usage,
      @Nullable Credits amount,
      @Nullable String creditType,
      long ttlSeconds,
      @Nullable OveragePolicy overagePolicy,
      boolean commit,
      boolean dryRun,
      Map<String, String> metadata,
      @Nullable String traceId,
      @Nullable Reported reported) {
    this(
        subject,
        feature,
        model,
        session,
        wallet,
        usage,
        amount,
        creditType,
        ttlSeconds,
        overagePolicy,
        commit,
        dryRun,
        metadata,
        traceId,
        reported,
        null);
  }

  /** For work to come, of no known trace. */
  public ReserveRequest(
      Subject subject,
      @Nullable String feature,
      @Nullable String model,
      @Nullable String session,
      @Nullable String wallet,
      @Nullable Map<String, Long> usage,
      @Nullable Credits amount,
      @Nullable String creditType,
      long ttlSeconds,
      @Nullable OveragePolicy overagePolicy,
      boolean commit,
      boolean dryRun,
      Map<String, String> metadata) {
    this(
        subject,
        feature,
        model,
        session,
        wallet,
        usage,
        amount,
        creditType,
        ttlSeconds,
        overagePolicy,
        commit,
        dryRun,
        metadata,
        null,
        null);
  }

  /** The same, as an event reports it: it has run, and is charged at once. */
  public ReserveRequest as(Reported event) {
    return with(subject, wallet, overagePolicy, true, false, metadata, event, null);
  }

  /** The same, with a policy if it names none. */
  public ReserveRequest withDefault(OveragePolicy policy) {
    return overagePolicy != null
        ? this
        : with(subject, wallet, policy, commit, dryRun, metadata, reported, lease);
  }

  /** The same, saying so much more in its metadata. */
  public ReserveRequest remarked(Map<String, String> remarks) {
    Map<String, String> all = new LinkedHashMap<>(metadata);
    all.putAll(remarks);
    return with(subject, wallet, overagePolicy, commit, dryRun, Map.copyOf(all), reported, lease);
  }

  /** The same, for somebody else or paid from elsewhere. */
  public ReserveRequest by(Subject other, @Nullable String payer) {
    return with(other, payer, overagePolicy, commit, dryRun, metadata, reported, lease);
  }

  private ReserveRequest with(
      Subject who,
      @Nullable String payer,
      @Nullable OveragePolicy policy,
      boolean committed,
      boolean dry,
      Map<String, String> said,
      @Nullable Reported event,
      @Nullable LeaseTerms terms) {
    return new ReserveRequest(
        who,
        feature,
        model,
        session,
        payer,
        usage,
        amount,
        creditType,
        ttlSeconds,
        policy,
        committed,
        dry,
        said,
        traceId,
        event,
        terms);
  }

  /** What happens to an actual cost above the amount; never null. */
  @Override
  public OveragePolicy overagePolicy() {
    return overagePolicy == null ? OveragePolicy.RECORD : overagePolicy;
  }

  /** Whether it names an overage policy: else the plan's counts. */
  public boolean namesOveragePolicy() {
    return overagePolicy != null;
  }

  /** Whether the work has run already: nothing can be denied any more. */
  public boolean hasRun() {
    return reported != null;
  }

  /** Whether somebody else is to decide from it: it is no work by itself. */
  public boolean isLease() {
    return lease != null;
  }

  /** Whether it is for any feature, by somebody who could ask for one at a time. */
  public boolean canNameFeature() {
    return feature == null && lease != null && lease.canName().contains(LeaseTerms.FEATURE);
  }

  /** How much it asks for in every measure, once its amount is known. */
  public Quantities quantities(Credits priced) {
    if (lease != null) {
      return Quantities.ofLease(priced, lease.allowances());
    }
    return new Quantities(priced, usage == null ? Map.of() : usage);
  }
}
