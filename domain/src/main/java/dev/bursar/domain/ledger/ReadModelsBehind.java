package dev.bursar.domain.ledger;

/** What was asked of the read models can't be told yet: they have not come to it in time. */
public class ReadModelsBehind extends RuntimeException {

  private static final long serialVersionUID = 1L;

  protected ReadModelsBehind(String message) {
    super(message);
  }
}
