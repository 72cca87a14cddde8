package dev.bursar.journal;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bursar.domain.entity.Batch;
import dev.bursar.domain.identity.EntityId;
import dev.bursar.domain.org.OrgEvent;
import dev.bursar.domain.team.TeamEvent;
import dev.bursar.domain.wallet.WalletEvent;
import java.util.List;
import java.util.Set;

/**
 * The stored form of a journal row. The same batch always gives the same bytes, and decoding and
 * encoding them again gives them back, so that their hash can be relied upon. Thread-safe.
 *
 * @param <E> the events
 */
public final class BatchCodec<E> {

  private static final BatchCodec<WalletEvent> WALLETS =
      new BatchCodec<>("wallet", WalletEvent.class, List.of());
  private static final BatchCodec<TeamEvent> TEAMS =
      new BatchCodec<>("team", TeamEvent.class, List.of());
  private static final BatchCodec<OrgEvent> ORGS =
      new BatchCodec<>("org", OrgEvent.class, List.of());
  private static final BatchCodec<TeamEvent> TEAMS_WITHOUT_HOLDS =
      new BatchCodec<>(
          "team",
          TeamEvent.class,
          List.of(),
          StoredMapping.mapper(Set.of(TeamEvent.BudgetHeld.class, TeamEvent.BudgetBarred.class)));

  private final StoredForm<Batch<E>> form;

  BatchCodec(String name, Class<E> events, List<Upcaster> upcasters) {
    this(name, events, upcasters, StoredMapping.MAPPER);
  }

  private BatchCodec(String name, Class<E> events, List<Upcaster> upcasters, ObjectMapper mapper) {
    form = new StoredForm<>(name, mapper, StoredMapping.type(Batch.class, events), upcasters);
  }

  /** The rows of wallets. */
  public static BatchCodec<WalletEvent> wallets() {
    return WALLETS;
  }

  /** The rows of teams. */
  public static BatchCodec<TeamEvent> teams() {
    return TEAMS;
  }

  /** The rows of orgs. */
  public static BatchCodec<OrgEvent> orgs() {
    return ORGS;
  }

  /**
   * The rows of teams, read without their holds: those are most of what a team's journal holds, and
   * need not be read by who wants the rest. A row with a name that is not known, or that is not
   * well-formed, is refused all the same.
   */
  public static BatchCodec<TeamEvent> teamsWithoutHolds() {
    return TEAMS_WITHOUT_HOLDS;
  }

  /** The rows of entities of this kind. */
  public static BatchCodec<?> forKind(EntityId.Kind kind) {
    return switch (kind) {
      case ORG -> ORGS;
      case TEAM -> TEAMS;
      case WALLET -> WALLETS;
    };
  }

  /**
   * What a row of the journal holds.
   *
   * @param manifest says how to read the bytes
   * @param bytes the batch, compressed if it is neither small nor huge
   */
  public record Packed(String manifest, byte[] bytes) {}

  /** What stands after the manifest of compressed bytes. */
  private static final String COMPRESSED = "+lz4";

  /**
   * The batch as it is stored.
   *
   * @throws StoredFormException as {@link #encode} does
   */
  public Packed pack(Batch<E> batch) {
    byte[] bytes = encode(batch);
    return Compression.isWorthWhile(bytes)
        ? new Packed(manifest() + COMPRESSED, Compression.compressed(bytes))
        : new Packed(manifest(), bytes);
  }

  /** How many bytes a stored batch has before it is compressed, and in memory. */
  public static int plainLength(String manifest, byte[] stored) {
    return manifest.endsWith(COMPRESSED) ? Compression.plainLength(stored) : stored.length;
  }

  /** Which form and version {@link #encode} writes. */
  public String manifest() {
    return form.manifest();
  }

  /**
   * The batch in its stored form, before it is compressed.
   *
   * @throws StoredFormException if the batch has no stored form, such as a time with nanoseconds
   */
  public byte[] encode(Batch<E> batch) {
    return form.encode(batch);
  }

  /**
   * Reads a row, of this version or an earlier one.
   *
   * @param manifest what was stored beside the bytes
   * @throws StoredFormException if the manifest is not known here, as when a newer program wrote
   *     it, or if the bytes hold anything but such a row
   */
  public Batch<E> decode(String manifest, byte[] bytes) {
    Batch<E> batch =
        manifest.endsWith(COMPRESSED)
            ? form.decode(
                manifest.substring(0, manifest.length() - COMPRESSED.length()),
                Compression.expanded(bytes))
            : form.decode(manifest, bytes);
    return this == TEAMS_WITHOUT_HOLDS ? withoutPassedOver(batch) : batch;
  }

  @SuppressWarnings("NullAway") // What was passed over came out as null.
  private static <E> Batch<E> withoutPassedOver(Batch<E> batch) {
    return new Batch<>(
        batch.sequence(),
        batch.previousHash(),
        batch.nextDue(),
        batch.recorded().stream().filter(each -> each.event() != null).toList());
  }
}
