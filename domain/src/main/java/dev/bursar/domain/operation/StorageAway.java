package dev.bursar.domain.operation;

/** The database did not answer: what was asked is not known, and is to be asked again. */
public final class StorageAway extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** What is not known without it. */
  public StorageAway(String message) {
    super(message);
  }

  public StorageAway(Throwable cause) {
    super("the database does not answer", cause);
  }
}
