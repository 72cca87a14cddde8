package dev.bursar.domain.catalog;

/** What is done with a request while nobody can be asked whether it may run. */
public enum FailMode {
  /** It does not run. */
  DENY,
  /** It runs, and its use is recorded as unchecked. */
  ALLOW
}
