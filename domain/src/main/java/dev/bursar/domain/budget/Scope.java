package dev.bursar.domain.budget;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a budget caps.
 *
 * @param type the kind of scope
 * @param id the name of the unit or user; null for the org, each user and each member
 * @param team for a user within one team, and for each member of a team: the team; else null
 */
public record Scope(Type type, @Nullable String id, @Nullable String team) {

  /** The kinds of scopes, the nearest to the user first. */
  public enum Type {
    USER,
    EACH_USER,
    EACH_MEMBER,
    TEAM,
    DEPARTMENT,
    AGENT,
    PRODUCT,
    COST_CENTER,
    ORG
  }

  /** Whether this is a default that applies to each user by itself. */
  public boolean isDefault() {
    return type == Type.EACH_USER || type == Type.EACH_MEMBER;
  }

  /** The scope that a request of this user counts for: for a default, the user's own. */
  public Scope countedFor(@Nullable String user) {
    return isDefault() ? new Scope(Type.USER, user, team) : this;
  }

  /** Whether it is of this unit, or within it. */
  public boolean names(String unit) {
    return unit.equals(team) || (type != Type.USER && unit.equals(id));
  }

  /** For people. */
  public String words() {
    String what = type.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    return (type == Type.ORG ? "the org" : id == null ? what : what + " " + id)
        + (team == null ? "" : " of team " + team);
  }

  /** Which of a budget's counters a user counts in: for a default the user's own, else the one. */
  public String member(@Nullable String user) {
    return isDefault() && user != null ? user : "";
  }

  /** Whether the team's own entity counts this budget; the org's counts the others. */
  public boolean countedByTeam() {
    return type == Type.TEAM || type == Type.EACH_MEMBER || (type == Type.USER && team != null);
  }

  /** The team whose entity counts this budget, if {@link #countedByTeam}; else null. */
  public @Nullable String countingTeam() {
    return type == Type.TEAM ? id : team;
  }
}
