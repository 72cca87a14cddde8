package dev.bursar.audit;

import java.util.List;

/**
 * The first line of an export: what it claims to be.
 *
 * @param from its first leaf
 * @param to one after its last leaf
 * @param left the hashes of the complete subtrees before
 * @param right the hashes of the complete subtrees after
 * @param note the signed head
 * @param verifier the key that is said to have signed it
 */
record Header(
    String org,
    String month,
    long from,
    long to,
    List<byte[]> left,
    List<byte[]> right,
    String note,
    String verifier) {

  static final String KIND = "bursar-ledger-export";
  static final long LINE = 1;

  static Header read(Fields fields) throws Stopped {
    if (!fields.has("kind") || !fields.text("kind").equals(KIND)) {
      throw fields.wrong("kind", "the first line is not the header of a \"" + KIND + "\"");
    }
    long version = fields.count("version");
    if (version != 1) {
      throw fields.wrong(
          "version", version + " is not known here; a later auditor is needed, or version 1");
    }
    Header header =
        new Header(
            fields.text("org"),
            fields.text("month"),
            fields.count("from_leaf"),
            fields.count("to_leaf"),
            fields.hashes("left"),
            fields.hashes("right"),
            fields.text("checkpoint"),
            fields.text("verifier"));
    fields.end();
    if (!header.month.matches("[0-9]{4}-(0[1-9]|1[0-2])")) {
      throw Stopped.unreadable(LINE, "month: is not a month such as 2026-11");
    }
    return header;
  }

  /** The key stated here. */
  VerifierKey key() throws Stopped {
    try {
      return VerifierKey.parse(verifier);
    } catch (IllegalArgumentException e) {
      throw Stopped.unreadable(LINE, "verifier: " + e.getMessage());
    }
  }

  /** That the header, by itself and with the signed head, makes sense. */
  void check(Checkpoint head, VerifierKey key) throws Stopped {
    String origin = Checkpoint.originOf(key.name(), org);
    if (!head.origin().equals(origin)) {
      throw contradiction(
          "the header says org %s, whose ledger is %s, but the signed head is of %s"
              .formatted(org, origin, head.origin()));
    }
    if (from > to) {
      throw contradiction("from_leaf %d is after to_leaf %d".formatted(from, to));
    }
    if (head.size() < from) {
      throw contradiction(
          "the export begins at leaf %d, but the signed head covers only the first %d"
              .formatted(from, head.size()));
    }
    count("left", left.size(), 0, from);
    count("right", right.size(), to, head.size());
  }

  private void count(String name, int stated, long from, long to) throws Stopped {
    int needed = CompactRange.levels(from, to).size();
    if (stated != needed) {
      throw contradiction(
          "%s has %d hashes, but the leaves from %d up to %d, without it, make %d subtrees"
              .formatted(name, stated, from, to, needed));
    }
  }

  static Stopped contradiction(String reason) {
    return Stopped.by(Fault.ofFile(Fault.Kind.CONTRADICTION, LINE, reason));
  }
}
