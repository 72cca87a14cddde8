package dev.bursar.domain.ledger;

/**
 * What was asked of the read models can't be told yet: they have not come to it in time, or it is
 * not certain yet what there is to come to.
 */
public class ReadModelsBehind extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public ReadModelsBehind(String message) {
    super(message);
  }
}
