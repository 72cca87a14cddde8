package dev.bursar.audit;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of an entry that its hash covers. A version; then the fields in fixed order: integers
 * as 8 bytes, the most significant first; texts in UTF-8 and byte strings after their length in 4
 * bytes, which is -1 for what is absent. The attribution is in it as a salted hash.
 */
final class Canonical {

  private final ByteArrayOutputStream out = new ByteArrayOutputStream(320);

  private Canonical(int version) {
    out.write(version);
  }

  /** Version 2 if there is a value or a corrected transaction, otherwise version 1. */
  static byte[] of(Entry entry) {
    int version = entry.value() == null && entry.corrects() == null ? 1 : 2;
    Canonical form = new Canonical(version);
    form.text(entry.org()).text(entry.wallet()).number(entry.sequence());
    form.text(entry.transactionId()).number(entry.postedAtMicros());
    form.number(entry.kind().number()).text(entry.creditType());
    form.number(entry.amount()).number(entry.balance()).number(entry.debt());
    form.text(entry.grant()).text(entry.reservation());
    if (version == 2) {
      Entry.Value value = entry.value();
      if (value == null) {
        form.text(null);
      } else {
        form.text(value.currency()).number(value.micros());
      }
      form.text(entry.corrects());
    }
    form.bytes(attributionDigest(entry.attribution())).bytes(entry.previousHash());
    return form.out.toByteArray();
  }

  private static byte[] attributionDigest(Entry.Attribution of) {
    Canonical form = new Canonical(1);
    form.bytes(of.salt()).text(of.trigger()).text(of.actor());
    form.text(of.org()).text(of.team()).text(of.user()).text(of.product());
    form.text(of.costCenter()).text(of.agent());
    form.text(of.feature()).text(of.model()).text(of.session()).text(of.idempotencyKey());
    form.number(of.metadata().size());
    // By UTF-16 code units, as Java compares texts: that is the order that was hashed.
    for (Map.Entry<String, String> each : new TreeMap<>(of.metadata()).entrySet()) {
      form.text(each.getKey()).text(each.getValue());
    }
    return Sha256.of(form.out.toByteArray());
  }

  private Canonical number(long value) {
    for (int shift = Long.SIZE - Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
      out.write((int) (value >>> shift));
    }
    return this;
  }

  private Canonical text(@Nullable String value) {
    return bytes(value == null ? null : value.getBytes(StandardCharsets.UTF_8));
  }

  private Canonical bytes(byte @Nullable [] value) {
    int length = value == null ? -1 : value.length;
    for (int shift = Integer.SIZE - Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
      out.write(length >>> shift);
    }
    if (value != null) {
      out.writeBytes(value);
    }
    return this;
  }
}
