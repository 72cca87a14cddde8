package dev.bursar.node.entity;

import dev.bursar.entities.StoredBatch;
import dev.bursar.entities.StoredSnapshot;
import org.apache.pekko.serialization.SerializerWithStringManifest;

/** Hands stored forms to the journal as they are: the entity has encoded them, in parallel. */
public final class StoredFormSerializer extends SerializerWithStringManifest {

  static final int IDENTIFIER = 7001;
  private static final String SNAPSHOT = "snapshot.";

  @Override
  public int identifier() {
    return IDENTIFIER;
  }

  @Override
  public String manifest(Object stored) {
    return switch (stored) {
      case StoredBatch batch -> batch.manifest();
      case StoredSnapshot snapshot -> manifestOf(snapshot);
      default -> throw new IllegalArgumentException("no stored form: " + stored.getClass());
    };
  }

  static String manifestOf(StoredSnapshot snapshot) {
    return SNAPSHOT + snapshot.manifest();
  }

  @Override
  public byte[] toBinary(Object stored) {
    return switch (stored) {
      case StoredBatch batch -> batch.bytes();
      case StoredSnapshot snapshot -> snapshot.bytes();
      default -> throw new IllegalArgumentException("no stored form: " + stored.getClass());
    };
  }

  @Override
  public Object fromBinary(byte[] bytes, String manifest) {
    return manifest.startsWith(SNAPSHOT)
        ? new StoredSnapshot(manifest.substring(SNAPSHOT.length()), bytes)
        : new StoredBatch(manifest, bytes, false);
  }
}
