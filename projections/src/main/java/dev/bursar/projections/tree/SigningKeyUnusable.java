package dev.bursar.projections.tree;

/** There is no key to sign with. The message names the file and what is wrong with it. */
public final class SigningKeyUnusable extends RuntimeException {

  private static final long serialVersionUID = 1L;

  SigningKeyUnusable(String message, Throwable cause) {
    super(message, cause);
  }
}
