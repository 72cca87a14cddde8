package dev.bursar.api.problem;

/** Ends a request with a problem. Expected, and therefore cheap: it has no stack trace. */
public final class Fault extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final transient Problem problem;

  Fault(Problem problem) {
    super(problem.detail(), null, false, false);
    this.problem = problem;
  }

  public Problem problem() {
    return problem;
  }
}
