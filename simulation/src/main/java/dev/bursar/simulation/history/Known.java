package dev.bursar.simulation.history;

import dev.bursar.domain.identity.EntityId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the clients of one history know of each other's doings. Those who play it say what came of
 * it. For one thread at a time.
 */
public final class Known {

  /** A call that was carried out, and its key. */
  record Used(Call call, String key) {}

  /** A grant that was added. */
  record Granted(EntityId wallet, String id) {}

  final List<Call.Reserved> reserved = new ArrayList<>();
  final List<Granted> grants = new ArrayList<>();
  final List<Call.Report> reports = new ArrayList<>();
  final List<Used> used = new ArrayList<>();

  /** With which key a reservation is ended by several, each of whom says something else. */
  final Map<String, String> contested = new HashMap<>();

  int names;

  /** A client was allowed to set something aside. */
  public void reserved(Call.Reserved one) {
    reserved.add(one);
  }

  /** A grant was added. */
  public void granted(EntityId wallet, String id) {
    grants.add(new Granted(wallet, id));
  }

  /**
   * A call was carried out, and its key is used.
   *
   * @param call a reservation, a grant, an adjustment or a transfer
   */
  public void used(Call call, String key) {
    used.add(new Used(call, key));
  }
}
