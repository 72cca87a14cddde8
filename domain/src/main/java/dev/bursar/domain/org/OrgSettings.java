package dev.bursar.domain.org;

import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an org is called and what it has bought.
 *
 * @param name for people
 * @param zone the time zone of budgets that name none
 * @param plan the plan it subscribes to; null if it has none, and may use anything
 * @param addOns what it has bought besides
 * @param catalogVersion the version of the catalog that counts for it whatever is published; null
 *     for what counts for everybody
 * @param startsAt from when on it may use its plan; null means always
 * @param trialEndsAt until when it may use its plan without having bought it, exclusive; null if it
 *     has bought it
 * @param endsAt until when it may use its plan, exclusive; null means for ever
 */
public record OrgSettings(
    String name,
    ZoneId zone,
    @Nullable String plan,
    List<String> addOns,
    @Nullable Integer catalogVersion,
    @Nullable Instant startsAt,
    @Nullable Instant trialEndsAt,
    @Nullable Instant endsAt) {

  /** By the catalog that counts for everybody, always. */
  public OrgSettings(String name, ZoneId zone, @Nullable String plan, List<String> addOns) {
    this(name, zone, plan, addOns, null, null, null, null);
  }

  /** Where in its time the subscription stands. */
  public Subscription.Status status(Instant now) {
    if (plan == null) {
      return Subscription.Status.NONE;
    }
    if (startsAt != null && now.isBefore(startsAt)) {
      return Subscription.Status.SCHEDULED;
    }
    if (isOver(endsAt, now) || isOver(trialEndsAt, now)) {
      return Subscription.Status.ENDED;
    }
    return trialEndsAt == null ? Subscription.Status.ACTIVE : Subscription.Status.TRIAL;
  }

  static boolean isOver(@Nullable Instant end, Instant now) {
    return end != null && !now.isBefore(end);
  }
}
