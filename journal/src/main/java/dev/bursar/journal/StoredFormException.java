package dev.bursar.journal;

/**
 * Stored bytes that can't be read, or a value that has no stored form. Nothing may be guessed or
 * skipped: whoever meets it stops.
 */
public final class StoredFormException extends RuntimeException {

  StoredFormException(String message) {
    super(message);
  }

  StoredFormException(String message, Exception cause) {
    super(message + ": " + cause.getMessage(), cause);
  }
}
