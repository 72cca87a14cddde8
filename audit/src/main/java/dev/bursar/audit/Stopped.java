package dev.bursar.audit;

/** Ends an audit with a verdict. */
final class Stopped extends Exception {

  private static final long serialVersionUID = 1L;

  private final transient Verdict verdict;

  private Stopped(Verdict verdict) {
    super(verdict.toString(), null, false, false);
    this.verdict = verdict;
  }

  static Stopped unreadable(long line, String reason) {
    return new Stopped(new Verdict.Unreadable(line, reason));
  }

  static Stopped at(Fault.Kind kind, Entry entry, String reason) {
    return new Stopped(new Verdict.Invalid(Fault.at(kind, entry, reason)));
  }

  static Stopped by(Fault fault) {
    return new Stopped(new Verdict.Invalid(fault));
  }

  Verdict verdict() {
    return verdict;
  }
}
