package dev.bursar.benchmarks.bench;

/** How the load is made. */
enum Kind {
  ONE_SHOT("one-shot"),
  RESERVE_AND_COMMIT("reserve+commit"),
  /** At half of the server's own one-shot rate, measured just before. */
  OPEN("one-shot, open");

  private final String label;

  Kind(String label) {
    this.label = label;
  }

  String label() {
    return label;
  }
}
