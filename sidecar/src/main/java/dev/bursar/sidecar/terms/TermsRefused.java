package dev.bursar.sidecar.terms;

/** The server does not tell terms to whom asks: the key is revoked, or may not enforce. */
public final class TermsRefused extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public TermsRefused(String detail) {
    super(detail, null, false, false);
  }
}
