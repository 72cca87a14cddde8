package dev.bursar.audit;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the line of an entry. */
final class EntryReader {

  private static final Pattern INSTANT =
      Pattern.compile(
          "[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,6})?Z");
  private static final long MICROS = 1_000_000;

  private EntryReader() {}

  static Entry read(Fields fields) throws Stopped {
    String postedAt = fields.text("posted_at");
    EntryKind kind = EntryKind.named(fields.text("type"));
    if (kind == null) {
      throw fields.wrong("type", "is not a type of entry");
    }
    Entry entry =
        new Entry(
            fields.line(),
            fields.count("leaf"),
            fields.text("entry_id"),
            fields.text("org"),
            fields.text("wallet"),
            fields.count("sequence"),
            fields.text("transaction_id"),
            postedAt,
            micros(fields, postedAt),
            kind,
            fields.text("credit_type"),
            fields.micros("amount"),
            fields.micros("balance"),
            fields.micros("debt"),
            fields.optionalText("grant"),
            value(fields.object("value")),
            fields.optionalText("reservation"),
            fields.optionalText("corrects"),
            attribution(fields),
            fields.hash("previous_hash"),
            fields.hash("hash"));
    fields.end();
    return entry;
  }

  private static long micros(Fields fields, String postedAt) throws Stopped {
    if (INSTANT.matcher(postedAt).matches()) {
      try {
        Instant at = Instant.parse(postedAt);
        return Math.multiplyExact(at.getEpochSecond(), MICROS) + at.getNano() / 1000;
      } catch (DateTimeException noSuchDay) {
        // Said below.
      }
    }
    throw fields.wrong("posted_at", "is not a time such as 2026-11-03T09:00:00.123456Z");
  }

  private static Entry.@Nullable Value value(@Nullable Fields fields) throws Stopped {
    if (fields == null) {
      return null;
    }
    Entry.Value value = new Entry.Value(fields.micros("amount"), fields.text("currency"));
    fields.end();
    return value;
  }

  private static Entry.Attribution attribution(Fields fields) throws Stopped {
    Fields subject = fields.object("subject");
    if (subject == null) {
      throw fields.wrong("subject", "is missing");
    }
    Fields metadata = fields.object("metadata");
    Entry.Attribution attribution =
        new Entry.Attribution(
            fields.text("trigger"),
            fields.text("actor"),
            subject.text("org"),
            subject.optionalText("team"),
            subject.optionalText("user"),
            subject.optionalText("product"),
            subject.optionalText("cost_center"),
            subject.optionalText("agent"),
            fields.optionalText("feature"),
            fields.optionalText("model"),
            fields.optionalText("session"),
            fields.optionalText("idempotency_key"),
            metadata == null ? Map.of() : metadata.texts(),
            fields.hex("salt"));
    subject.end();
    return attribution;
  }
}
