package dev.bursar.benchmarks.bench;

/** What is measured. */
enum Contender {
  BURSAR("Bursar"),
  IN_HOUSE("in-house"),
  NO_OP("no-op"),
  OTHER_BURSAR("other");

  private final String label;

  Contender(String label) {
    this.label = label;
  }

  String label() {
    return label;
  }
}
