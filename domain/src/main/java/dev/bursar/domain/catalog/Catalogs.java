package dev.bursar.domain.catalog;

import dev.bursar.domain.operation.StorageAway;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Which catalog counts for whom. */
public interface Catalogs {

  /**
   * The catalog that counts for an org; null while it is not known whether a later one does.
   * Whoever decides by it asks again afterwards: the same one then has counted all the time.
   *
   * @param pinned the version that the org has chosen for itself; null for none
   * @param at when it is to count
   */
  @Nullable Catalog of(String org, @Nullable Integer pinned, Instant at);

  /**
   * The version that counts for an org; null where there are none, or while it is not known.
   *
   * @param pinned the version that the org has chosen for itself; null for none
   */
  default @Nullable Integer version(String org, @Nullable Integer pinned, Instant at) {
    return pinned;
  }

  /**
   * The catalog that counts for an org, where nothing can be said without it.
   *
   * @param pinned the version that the org has chosen for itself; null for none
   * @throws StorageAway while it is not known
   */
  default Catalog known(String org, @Nullable Integer pinned, Instant at) {
    Catalog catalog = of(org, pinned, at);
    if (catalog == null) {
      throw new StorageAway("it is not known which catalog counts");
    }
    return catalog;
  }
}
