package dev.bursar.projections.usage;

/**
 * How usage is kept and summed up. The same for all nodes, and for whoever makes it anew.
 *
 * @param retention for how long it is kept
 * @param groupsRememberedMax groups, and words, that are remembered for a slice range, to save
 *     looking them up
 * @param wordsMax features, and as many models, of an org and UTC day that have sums of their own,
 *     from 1; all others are summed up together
 */
public record UsageSettings(Retention retention, long groupsRememberedMax, int wordsMax) {

  /**
   * Checks them.
   *
   * @throws IllegalArgumentException if there would be no word
   */
  public UsageSettings {
    if (wordsMax < 1) {
      throw new IllegalArgumentException(
          "bursar.projections.usage-words-max is %d; from 1 would be accepted".formatted(wordsMax));
    }
  }
}
