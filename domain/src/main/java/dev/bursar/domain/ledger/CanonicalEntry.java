package dev.bursar.domain.ledger;

import dev.bursar.domain.credits.Money;
import dev.bursar.domain.identity.Subject;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The binary form of an entry that is hashed and stored as it was hashed. Version 1: a version
 * byte, then the fields in fixed order; integers as 8 bytes big-endian; texts and byte strings as a
 * 4-byte length and their bytes, with length -1 for what is absent; instants as microseconds since
 * the epoch. Attribution enters by a salted SHA-256, so that nobody finds out by guessing whom an
 * entry is about. Version 2 adds, after the reservation, the value (currency, then amount; only an
 * absent currency where there is none) and the corrected transaction; it is used where there is one
 * of them.
 */
public final class CanonicalEntry {

  /** The predecessor's hash of a wallet's first entry. */
  public static final byte[] NO_HASH = new byte[32];

  private CanonicalEntry() {}

  /**
   * The bytes of one entry. The posting's own hash is not part of them.
   *
   * @param attributionDigest what {@link #attributionDigest} gives for the transaction
   * @param previousHash the hash of the entry before this one, 32 bytes
   */
  public static byte[] bytes(
      String org,
      String wallet,
      Transaction transaction,
      Posting posting,
      byte[] attributionDigest,
      byte[] previousHash) {
    int version = posting.value() == null && transaction.corrects() == null ? 1 : 2;
    Form form = new Form(256);
    form.version(version);
    form.text(org).text(wallet).number(posting.sequence()).text(transaction.id());
    form.instant(transaction.postedAt()).number(posting.type().number());
    form.text(transaction.creditType()).number(posting.amount().micros());
    form.number(posting.balance().micros()).number(posting.debt().micros());
    form.text(posting.grant()).text(transaction.reservation());
    if (version > 1) {
      form.money(posting.value()).text(transaction.corrects());
    }
    form.bytes(attributionDigest).bytes(previousHash);
    return form.done();
  }

  /** The salted digest that stands for an attribution: 32 bytes. */
  public static byte[] attributionDigest(Attribution of) {
    Form form = new Form(256);
    form.version(1);
    form.bytes(of.salt()).text(of.trigger()).text(of.actor());
    Subject subject = of.subject();
    form.text(subject.org()).text(subject.team()).text(subject.user()).text(subject.product());
    form.text(subject.costCenter()).text(subject.agent());
    form.text(of.feature()).text(of.model()).text(of.session()).text(of.idempotencyKey());
    form.number(of.metadata().size());
    for (Map.Entry<String, String> each : new TreeMap<>(of.metadata()).entrySet()) {
      form.text(each.getKey()).text(each.getValue());
    }
    return sha256(form.done());
  }

  /** SHA-256. */
  public static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Writes fields one after the other; nothing it writes can be read in two ways. */
  private static final class Form {
    private final ByteArrayOutputStream bytes;
    private final DataOutputStream out;

    Form(int size) {
      bytes = new ByteArrayOutputStream(size);
      out = new DataOutputStream(bytes);
    }

    void version(int version) {
      try {
        out.writeByte(version);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    Form number(long value) {
      try {
        out.writeLong(value);
        return this;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    Form instant(Instant value) {
      return number(ChronoUnit.MICROS.between(Instant.EPOCH, value));
    }

    /** The amount and the currency; for none, just a currency that is absent. */
    Form money(@Nullable Money value) {
      return value == null ? text(null) : text(value.currency()).number(value.amount().micros());
    }

    Form text(@Nullable String value) {
      return bytes(value == null ? null : value.getBytes(StandardCharsets.UTF_8));
    }

    Form bytes(byte @Nullable [] value) {
      try {
        if (value == null) {
          out.writeInt(-1);
        } else {
          out.writeInt(value.length);
          out.write(value);
        }
        return this;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    byte[] done() {
      return bytes.toByteArray();
    }
  }
}
