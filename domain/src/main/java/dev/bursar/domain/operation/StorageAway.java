package dev.bursar.domain.operation;

/** The database did not answer: what was asked is not known, and is to be asked again. */
public final class StorageAway extends RuntimeException {

  private static final long serialVersionUID = 1L;

  public StorageAway(Throwable cause) {
    super("the database does not answer", cause);
  }
}
