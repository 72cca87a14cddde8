package dev.bursar.benchmarks.bench;

/** Why a measurement could not be made; the first line says it, others show what a server said. */
public final class BenchFailure extends Exception {

  private static final long serialVersionUID = 1L;

  BenchFailure(String message) {
    super(message);
  }

  BenchFailure(String message, Throwable cause) {
    super(message, cause);
  }
}
