package dev.bursar.journal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.bursar.domain.org.Org;
import dev.bursar.domain.team.Team;
import dev.bursar.domain.wallet.WalletSnapshot;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * The stored form of a snapshot. Equal states give equal bytes, whatever order their tables had in
 * memory. Thread-safe.
 *
 * @param <S> the kind of state
 */
public final class SnapshotCodec<S> {

  private static final SnapshotCodec<WalletSnapshot> WALLETS =
      new SnapshotCodec<>(
          "wallet-snapshot",
          WalletSnapshot.class,
          SnapshotOrder::of,
          List.of(SnapshotCodec::withoutCorrections, SnapshotCodec::withoutEndedTransfers));
  private static final SnapshotCodec<Team.Snapshot> TEAMS =
      new SnapshotCodec<>("team-snapshot", Team.Snapshot.class, SnapshotOrder::of, List.of());
  private static final SnapshotCodec<Org.Snapshot> ORGS =
      new SnapshotCodec<>("org-snapshot", Org.Snapshot.class, SnapshotOrder::of, List.of());

  private final StoredForm<EntitySnapshot<S>> form;
  private final UnaryOperator<S> order;

  private SnapshotCodec(
      String name, Class<S> state, UnaryOperator<S> order, List<Upcaster> upcasters) {
    this.order = order;
    form =
        new StoredForm<>(
            name, StoredMapping.MAPPER, StoredMapping.type(EntitySnapshot.class, state), upcasters);
  }

  /** What was refunded, and who had paid which debt: the ledger tells that. */
  private static ObjectNode withoutCorrections(ObjectNode stored) {
    if (stored.get("state") instanceof ObjectNode state) {
      state.remove(List.of("refunded", "debts"));
    }
    return stored;
  }

  /** Of the transfers that have left, those on their way, each with how it left. */
  private static ObjectNode withoutEndedTransfers(ObjectNode stored) {
    if (stored.get("state") instanceof ObjectNode state) {
      Map<String, JsonNode> left = new HashMap<>();
      for (JsonNode sent : state.path("sent_transfers")) {
        left.put(sent.path("id").asText(), sent.path("transaction"));
      }
      ArrayNode parts = stored.arrayNode();
      for (JsonNode transfer : state.path("transfers")) {
        ObjectNode part = parts.addObject().set("transfer", transfer);
        JsonNode transaction = left.get(transfer.path("id").asText());
        if (transaction != null) {
          part.set("transaction", transaction);
        }
      }
      state.set("transfers", parts);
      state.remove("sent_transfers");
    }
    return stored;
  }

  /** The snapshots of wallets. */
  public static SnapshotCodec<WalletSnapshot> wallets() {
    return WALLETS;
  }

  /** The snapshots of teams. */
  public static SnapshotCodec<Team.Snapshot> teams() {
    return TEAMS;
  }

  /** The snapshots of orgs. */
  public static SnapshotCodec<Org.Snapshot> orgs() {
    return ORGS;
  }

  /** What is stored beside the bytes: which form and version {@link #encode} writes. */
  public String manifest() {
    return form.manifest();
  }

  /**
   * The bytes to store.
   *
   * @throws StoredFormException if the snapshot has no stored form, such as a time with nanoseconds
   */
  public byte[] encode(EntitySnapshot<S> snapshot) {
    return form.encode(
        new EntitySnapshot<>(
            snapshot.sequence(),
            snapshot.head(),
            snapshot.memory(),
            order.apply(snapshot.state())));
  }

  /**
   * Reads a snapshot, of this version or an earlier one.
   *
   * @param manifest what was stored beside the bytes
   * @throws StoredFormException if the manifest is not known here, or if the bytes hold anything
   *     but such a snapshot
   */
  public EntitySnapshot<S> decode(String manifest, byte[] bytes) {
    return form.decode(manifest, bytes);
  }
}
