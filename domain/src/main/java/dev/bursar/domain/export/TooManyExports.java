package dev.bursar.domain.export;

/** As many exports are under way as may be at once: one is to be asked for again later. */
public final class TooManyExports extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /**
   * @param max how many may be
   */
  public TooManyExports(int max) {
    super(
        "%d exports are under way, which are as many as may be".formatted(max), null, false, false);
  }
}
