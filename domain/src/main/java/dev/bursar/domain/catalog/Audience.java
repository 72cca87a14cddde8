package dev.bursar.domain.catalog;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Set;

/** For whom a version that is staged counts. */
public sealed interface Audience {

  /** A hundredth of a percent: shares are drawn by these. */
  int BUCKETS = 10_000;

  /**
   * These orgs.
   *
   * @param orgs at least one; there need not be any such org yet
   */
  record Orgs(Set<String> orgs) implements Audience {

    /** Of these, which are copied. */
    public Orgs {
      orgs = Set.copyOf(orgs);
    }
  }

  /**
   * So many of a hundred orgs: always the same, whoever asks and when; those of a smaller share are
   * also in a larger one of the same version.
   *
   * @param percent 1 to 99
   */
  record Share(int percent) implements Audience {}

  /** Whether an org belongs to it, for a version. */
  default boolean includes(int version, String org) {
    return switch (this) {
      case Orgs it -> it.orgs.contains(org);
      case Share it -> bucket(version, org) < it.percent * (BUCKETS / 100);
    };
  }

  /** By the version, too: otherwise the same orgs would always be the first. */
  private static int bucket(int version, String org) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256")
              .digest((version + "|" + org).getBytes(StandardCharsets.UTF_8));
      return (int) (Integer.toUnsignedLong(ByteBuffer.wrap(hash).getInt()) % BUCKETS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
