package dev.bursar.api.node;

import dev.bursar.domain.access.AccessKey;
import dev.bursar.domain.access.AccessKeys;
import dev.bursar.domain.access.Role;
import dev.bursar.domain.enforcement.Caller;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Refusal;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Keys in memory. */
public final class InMemoryKeys implements AccessKeys {

  private final InstantSource clock;

  /** Whether nobody can tell which keys there are. */
  private volatile boolean silent;

  private final AtomicInteger made = new AtomicInteger();
  private final Map<String, String> ids = new ConcurrentSkipListMap<>();
  private final Map<String, AccessKey> keys = new ConcurrentSkipListMap<>();

  public InMemoryKeys(InstantSource clock) {
    this.clock = clock;
  }

  /** From now on, no look-up ends. */
  public void fallSilent() {
    silent = true;
  }

  /** How many keys there are. */
  public int size() {
    return keys.size();
  }

  @Override
  public CompletionStage<@Nullable AccessKey> find(String secret) {
    if (silent) {
      return new CompletableFuture<>();
    }
    String id = ids.get(secret);
    return CompletableFuture.completedStage(id == null ? null : keys.get(id));
  }

  @Override
  public CompletionStage<Answer<Created>> create(
      Role role, @Nullable String org, String name, @Nullable Instant expiresAt, Caller caller) {
    return CompletableFuture.completedStage(
        expiresAt != null && !expiresAt.isAfter(clock.instant())
            ? new Answer.Refused<>(
                new Refusal(Refusal.Code.INVALID, "expires_at", "is not in the future"))
            : new Answer.Done<>(create(role, org, name, expiresAt), false));
  }

  /** A key at once. */
  public Created create(Role role, @Nullable String org, String name, @Nullable Instant expiresAt) {
    int number = made.incrementAndGet();
    AccessKey key =
        new AccessKey(
            "key_%06d".formatted(number), role, org, name, clock.instant(), expiresAt, null);
    String secret = "bsk_" + number;
    keys.put(key.id(), key);
    ids.put(secret, key.id());
    return new Created(key, secret);
  }

  @Override
  public CompletionStage<Page> page(@Nullable String org, @Nullable String after, int limit) {
    List<AccessKey> rest =
        keys.values().stream()
            .filter(key -> Objects.equals(key.org(), org))
            .filter(key -> after == null || key.id().compareTo(after) > 0)
            .toList();
    return CompletableFuture.completedStage(
        new Page(rest.subList(0, Math.min(limit, rest.size())), rest.size() > limit));
  }

  @Override
  public CompletionStage<Boolean> revoke(@Nullable String org, String id) {
    AccessKey key = keys.get(id);
    if (key == null || !Objects.equals(key.org(), org)) {
      return CompletableFuture.completedStage(false);
    }
    keys.put(
        id,
        new AccessKey(
            id, key.role(), org, key.name(), key.createdAt(), key.expiresAt(), clock.instant()));
    return CompletableFuture.completedStage(true);
  }
}
