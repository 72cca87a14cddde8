package dev.bursar.sidecar.terms;

/** The server does not tell terms to whom asks: the key is revoked, or may not enforce. */
public final class TermsRefused extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final boolean ofAllOrgs;

  /**
   * @param ofAllOrgs whether no terms are told by this key, of whichever org; else it is only not
   *     this org's
   */
  public TermsRefused(String detail, boolean ofAllOrgs) {
    super(detail, null, false, false);
    this.ofAllOrgs = ofAllOrgs;
  }

  public boolean ofAllOrgs() {
    return ofAllOrgs;
  }
}
