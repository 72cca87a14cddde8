package dev.bursar.sidecar.usage;

import dev.bursar.api.enforcement.ReservationBodies;
import dev.bursar.api.enforcement.ReservationViews;
import dev.bursar.api.json.Body;
import dev.bursar.api.json.JsonReader;
import dev.bursar.api.json.JsonWriter;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.ReserveRequest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Entries as bytes. */
final class Entries {

  private static final int USED = 1;
  private static final int OPENED = 2;
  private static final int CLOSED = 3;
  private static final int CONFIRMED = 4;
  private static final int USED_BY_CALL = 5;
  private static final int OPENED_BY_CALL = 6;
  private static final int CLOSED_BY_CALL = 7;
  private static final int PASSED = 8;
  private static final int OWED = 9;

  /** So many pairs the server takes: the last of a client's give way to ours. */
  private static final int PAIRS_MAX = 20;

  private static final Comparator<Map.Entry<String, String>> OURS_FIRST =
      Comparator.<Map.Entry<String, String>, Boolean>comparing(
              pair -> !pair.getKey().startsWith("bursar."))
          .thenComparing(Map.Entry.comparingByKey());

  private Entries() {}

  static byte[] bytes(Entry entry) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    DataOutputStream out = new DataOutputStream(bytes);
    switch (entry) {
      case Entry.Used(Use use, Answer answer) -> stored(out, stored(use, answer, null));
      case Entry.Stored it -> stored(out, it);
      case Entry.Opened it -> {
        ReserveRequest request = it.request();
        out.writeByte(OPENED_BY_CALL);
        out.writeInt(it.version());
        key(out, it.key());
        out.writeUTF(it.id());
        out.writeUTF(it.lease());
        out.writeUTF(orEmpty(request.wallet()));
        out.writeUTF(it.creditType());
        out.writeLong(it.micros());
        time(out, it.madeAt());
        time(out, it.expiresAt());
        blob(out, work(request, request.usage(), request.amount(), request.creditType(), false));
      }
      case Entry.Closed(String id, Answer answer) -> {
        out.writeByte(CLOSED_BY_CALL);
        out.writeUTF(id);
        answer(out, answer);
      }
      case Entry.Passed(CallKey key) -> {
        out.writeByte(PASSED);
        key(out, key);
      }
      case Entry.Confirmed(long segment, long offset) -> {
        out.writeByte(CONFIRMED);
        out.writeLong(segment);
        out.writeLong(offset);
      }
    }
    return bytes.toByteArray();
  }

  /**
   * @throws IOException if it is no entry
   */
  static Entry read(byte[] bytes) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    int kind = in.readUnsignedByte();
    return switch (kind) {
      case USED, USED_BY_CALL, OWED ->
          new Entry.Stored(
              in.readUTF(),
              orNull(in.readUTF()),
              in.readUTF(),
              orNull(in.readUTF()),
              time(in),
              in.readLong(),
              blob(in),
              kind == USED ? null : answer(in),
              kind == OWED ? others(in) : null);
      case OPENED, OPENED_BY_CALL -> {
        int version = kind == OPENED ? 0 : in.readInt();
        CallKey key = kind == OPENED ? null : key(in);
        String id = in.readUTF();
        String lease = in.readUTF();
        String wallet = orNull(in.readUTF());
        String creditType = in.readUTF();
        long micros = in.readLong();
        Instant madeAt = time(in);
        Instant expiresAt = time(in);
        yield new Entry.Opened(
            id,
            lease,
            version,
            request(blob(in), wallet),
            creditType,
            micros,
            madeAt,
            expiresAt,
            key);
      }
      case CLOSED -> new Entry.Closed(in.readUTF(), null);
      case CLOSED_BY_CALL -> new Entry.Closed(in.readUTF(), answer(in));
      case PASSED -> new Entry.Passed(new CallKey(in.readUTF(), in.readLong()));
      case CONFIRMED -> new Entry.Confirmed(in.readLong(), in.readLong());
      default -> throw new IOException("unknown kind of entry: " + kind);
    };
  }

  /** As it is read. What the server is to charge by itself was decided by it. */
  static Entry.Stored stored(
      Use use, @Nullable Answer answer, @Nullable List<Map<String, Long>> others) {
    ReserveRequest request = use.request();
    boolean unchecked = use.lease() == null && others == null;
    return new Entry.Stored(
        use.id(),
        use.lease(),
        request.subject().org(),
        request.wallet(),
        use.at(),
        use.micros(),
        work(request, use.usage(), use.amount(), use.creditType(), unchecked),
        answer,
        others);
  }

  private static void stored(DataOutputStream out, Entry.Stored it) throws IOException {
    List<Map<String, Long>> others = it.others();
    out.writeByte(others == null ? USED_BY_CALL : OWED);
    out.writeUTF(it.id());
    out.writeUTF(orEmpty(it.lease()));
    out.writeUTF(it.org());
    out.writeUTF(orEmpty(it.wallet()));
    time(out, it.at());
    out.writeLong(it.micros());
    blob(out, it.work());
    answer(out, it.answer());
    if (others != null) {
      others(out, others);
    }
  }

  private static void others(DataOutputStream out, List<Map<String, Long>> others)
      throws IOException {
    out.writeByte(others.size());
    for (Map<String, Long> usage : others) {
      out.writeByte(usage.size());
      for (Map.Entry<String, Long> each : usage.entrySet()) {
        out.writeUTF(each.getKey());
        out.writeLong(each.getValue());
      }
    }
  }

  private static List<Map<String, Long>> others(DataInputStream in) throws IOException {
    List<Map<String, Long>> others = new ArrayList<>();
    for (int left = in.readUnsignedByte(); left > 0; left--) {
      Map<String, Long> usage = new TreeMap<>();
      for (int meters = in.readUnsignedByte(); meters > 0; meters--) {
        usage.put(in.readUTF(), in.readLong());
      }
      others.add(usage);
    }
    return others;
  }

  private static void key(DataOutputStream out, @Nullable CallKey key) throws IOException {
    out.writeUTF(key == null ? "" : key.name());
    out.writeLong(key == null ? 0 : key.fingerprint());
  }

  private static @Nullable CallKey key(DataInputStream in) throws IOException {
    String name = in.readUTF();
    long fingerprint = in.readLong();
    return name.isEmpty() ? null : new CallKey(name, fingerprint);
  }

  private static void answer(DataOutputStream out, @Nullable Answer answer) throws IOException {
    key(out, answer == null ? null : answer.key());
    if (answer != null) {
      out.writeUTF(answer.creditType());
      out.writeLong(answer.released());
      out.writeBoolean(answer.late());
    }
  }

  private static @Nullable Answer answer(DataInputStream in) throws IOException {
    CallKey key = key(in);
    return key == null ? null : new Answer(key, in.readUTF(), in.readLong(), in.readBoolean());
  }

  /** Whether it was decided by nobody a client can't say. */
  private static byte[] work(
      ReserveRequest request,
      @Nullable Map<String, Long> usage,
      @Nullable Credits amount,
      @Nullable String creditType,
      boolean unchecked) {
    return JsonWriter.bytes(
        json -> {
          ReservationViews.subject(json, request.subject());
          json.field("feature", request.feature())
              .field("model", request.model())
              .field("session", request.session());
          if (usage != null) {
            json.object("usage", in -> usage.forEach(in::field));
          }
          json.field("amount", amount).field("credit_type", creditType);
          if (!request.metadata().isEmpty() || unchecked) {
            json.object(
                "metadata",
                in -> {
                  request.metadata().entrySet().stream()
                      .filter(pair -> !pair.getKey().equals(Use.UNCHECKED))
                      .sorted(OURS_FIRST)
                      .limit(unchecked ? PAIRS_MAX - 1 : PAIRS_MAX)
                      .forEach(pair -> in.field(pair.getKey(), pair.getValue()));
                  if (unchecked) {
                    in.field(Use.UNCHECKED, "true");
                  }
                });
          }
        });
  }

  static ReserveRequest request(byte[] work, @Nullable String wallet) {
    ReserveRequest read =
        ReservationBodies.work(Body.of(JsonReader.read(work), ReservationBodies.WORK), null);
    return new ReserveRequest(
        read.subject(),
        read.feature(),
        read.model(),
        read.session(),
        wallet,
        read.usage(),
        read.amount(),
        read.creditType(),
        read.ttlSeconds(),
        null,
        false,
        false,
        read.metadata());
  }

  private static void time(DataOutputStream out, Instant at) throws IOException {
    out.writeLong(at.getEpochSecond());
    out.writeInt(at.getNano());
  }

  private static Instant time(DataInputStream in) throws IOException {
    return Instant.ofEpochSecond(in.readLong(), in.readInt());
  }

  private static void blob(DataOutputStream out, byte[] bytes) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static byte[] blob(DataInputStream in) throws IOException {
    return in.readNBytes(in.readInt());
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }

  private static @Nullable String orNull(String text) {
    return text.isEmpty() ? null : text;
  }
}
