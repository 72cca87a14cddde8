package dev.bursar.node.access;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.bursar.domain.access.AccessKey;
import dev.bursar.domain.access.AccessKeys;
import dev.bursar.domain.access.Role;
import dev.bursar.domain.enforcement.Caller;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.projections.progress.Outages;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/**
 * Access keys in PostgreSQL, with what was looked up lately kept in memory. A revoked key is gone
 * from this node's memory when the revocation answers.
 */
public final class StoredKeys implements AccessKeys {

  private static final String COMMAND_LINE = "from the command line";
  private static final int SECRET_BYTES = 32;
  private static final int ID_BYTES = 9;
  private static final int CACHED_MAX = 100_000;
  private static final Duration CACHED_FOR = Duration.ofSeconds(10);

  private static final String PREFIX = "bursar_";
  private static final String COLUMNS = "id, role, org, name, created_at, expires_at, revoked_at";

  private final Jdbi jdbi;
  private final Executor blocking;
  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();
  private final Cache<String, Optional<AccessKey>> bySecret =
      Caffeine.newBuilder().maximumSize(CACHED_MAX).expireAfterWrite(CACHED_FOR).build();

  /**
   * @param blocking where blocking calls run
   */
  public StoredKeys(Jdbi jdbi, Executor blocking, InstantSource clock) {
    this.jdbi = jdbi;
    this.blocking = blocking;
    this.clock = clock;
  }

  private <T extends @Nullable Object> CompletionStage<T> asking(Supplier<T> work) {
    return CompletableFuture.supplyAsync(() -> Outages.<T>asking(work), blocking);
  }

  @Override
  public CompletionStage<@Nullable AccessKey> find(String secret) {
    String hash = hash(secret);
    Optional<AccessKey> cached = bySecret.getIfPresent(hash);
    if (cached != null) {
      return CompletableFuture.completedFuture(cached.orElse(null));
    }
    // Whoever revokes it meanwhile waits for the load, and then has it forgotten.
    return asking(() -> bySecret.get(hash, this::stored).orElse(null));
  }

  private Optional<AccessKey> stored(String hash) {
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery("select " + COLUMNS + " from access_key where secret_hash = :hash")
                .bind("hash", hash)
                .map(StoredKeys::row)
                .findOne());
  }

  @Override
  public CompletionStage<Answer<Created>> create(
      Role role, @Nullable String org, String name, @Nullable Instant expiresAt, Caller caller) {
    return asking(
        () -> {
          String operation =
              caller.idempotencyKey() == null
                  ? null
                  : hash((org == null ? "" : org) + '\0' + caller.idempotencyKey());
          if (expiresAt != null && !expiresAt.isAfter(now())) {
            return past(operation, caller.fingerprint());
          }
          String secret = operation == null ? PREFIX + text(SECRET_BYTES) : derived(operation);
          AccessKey key =
              new AccessKey("key_" + text(ID_BYTES), role, org, name, now(), expiresAt, null);
          if (insert(key, hash(secret), operation, caller.fingerprint())) {
            return new Answer.Done<>(new Created(key, secret), false);
          }
          return madeBefore(String.valueOf(operation), caller.fingerprint()).orElseThrow();
        });
  }

  /** A key that was made in time is told again also when it has ended since. */
  private Answer<Created> past(@Nullable String operation, long fingerprint) {
    Optional<Answer<Created>> before =
        operation == null ? Optional.empty() : madeBefore(operation, fingerprint);
    return before.orElseGet(
        () ->
            new Answer.Refused<>(
                new Refusal(Refusal.Code.INVALID, "expires_at", "is not in the future")));
  }

  private Optional<Answer<Created>> madeBefore(String operation, long fingerprint) {
    String secret = derived(operation);
    return jdbi.withHandle(
        handle ->
            handle
                .createQuery(
                    "select "
                        + COLUMNS
                        + ", fingerprint from access_key where operation = :operation")
                .bind("operation", operation)
                .<Answer<Created>>map(
                    (rs, context) ->
                        rs.getLong("fingerprint") == fingerprint
                            ? new Answer.Done<>(new Created(row(rs, context), secret), true)
                            : new Answer.Refused<>(Refusal.keyReused()))
                .findOne());
  }

  /** The secret that belongs to an operation: nobody can tell it who does not know the root. */
  private String derived(String operation) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(root(), "HmacSHA256"));
      return PREFIX + base64(mac.doFinal(operation.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private byte[] root() {
    byte[] drawn = new byte[SECRET_BYTES];
    random.nextBytes(drawn);
    return jdbi.withHandle(
        handle -> {
          handle.execute("insert into access_root (root) values (?) on conflict do nothing", drawn);
          return handle.createQuery("select root from access_root").mapTo(byte[].class).one();
        });
  }

  /**
   * Makes sure that an operator's key with this secret exists, and revokes the one that a start
   * with another secret made; blocks.
   */
  public void ensureOperator(String secret) {
    String hash = hash(secret);
    // The same secret always has the same id, so that starting again changes nothing.
    AccessKey key =
        new AccessKey(
            "key_" + hash.substring(0, 12), Role.OPERATOR, null, COMMAND_LINE, now(), null, null);
    insert(key, hash, null, 0);
    jdbi.useHandle(
        handle ->
            handle
                .createUpdate(
                    """
                    update access_key
                    set revoked_at = case when id = :id then null else coalesce(revoked_at, :now) end
                    where role = 'operator' and org is null and name = :name and operation is null
                    """)
                .bind("id", key.id())
                .bind("now", Timestamp.from(now()))
                .bind("name", COMMAND_LINE)
                .execute());
    bySecret.invalidateAll();
  }

  /** Whether it is new. */
  private boolean insert(AccessKey key, String hash, @Nullable String operation, long fingerprint) {
    return jdbi.withHandle(
        handle ->
            handle
                    .createUpdate(
                        """
                    insert into access_key
                      (id, secret_hash, role, org, name, created_at, expires_at, operation, fingerprint)
                    values
                      (:id, :hash, :role, :org, :name, :createdAt, :expiresAt, :operation, :fingerprint)
                    on conflict do nothing
                    """)
                    .bind("id", key.id())
                    .bind("hash", hash)
                    .bind("role", key.role().word())
                    .bind("org", key.org())
                    .bind("name", key.name())
                    .bind("createdAt", Timestamp.from(key.createdAt()))
                    .bind(
                        "expiresAt",
                        key.expiresAt() == null ? null : Timestamp.from(key.expiresAt()))
                    .bind("operation", operation)
                    .bind("fingerprint", fingerprint)
                    .execute()
                > 0);
  }

  @Override
  public CompletionStage<Page> page(@Nullable String org, @Nullable String after, int limit) {
    return asking(
        () -> {
          List<AccessKey> rows =
              jdbi.withHandle(
                  handle ->
                      handle
                          .createQuery(
                              """
                              select id, role, org, name, created_at, expires_at, revoked_at
                              from access_key
                              where org is not distinct from :org
                                and (cast(:after as text) is null
                                  or (created_at, id) > (select created_at, id from access_key where id = :after))
                              order by created_at, id limit :limit
                              """)
                          .bind("org", org)
                          .bind("after", after)
                          .bind("limit", limit + 1)
                          .map(StoredKeys::row)
                          .list());
          boolean more = rows.size() > limit;
          return new Page(more ? List.copyOf(rows.subList(0, limit)) : rows, more);
        });
  }

  @Override
  public CompletionStage<Boolean> revoke(@Nullable String org, String id) {
    return asking(
        () -> {
          Optional<String> hash =
              jdbi.withHandle(
                  handle ->
                      handle
                          .createQuery(
                              """
                              update access_key set revoked_at = coalesce(revoked_at, :now)
                              where id = :id and org is not distinct from :org
                              returning secret_hash
                              """)
                          .bind("id", id)
                          .bind("org", org)
                          .bind("now", Timestamp.from(now()))
                          .mapTo(String.class)
                          .findOne());
          hash.ifPresent(bySecret::invalidate);
          return hash.isPresent();
        });
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }

  private String text(int bytes) {
    byte[] drawn = new byte[bytes];
    random.nextBytes(drawn);
    return base64(drawn);
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes).replace("_", "-");
  }

  private static AccessKey row(ResultSet rs, StatementContext context) throws SQLException {
    return new AccessKey(
        rs.getString("id"),
        Role.valueOf(rs.getString("role").toUpperCase(Locale.ROOT)),
        rs.getString("org"),
        rs.getString("name"),
        rs.getTimestamp("created_at").toInstant(),
        instant(rs.getTimestamp("expires_at")),
        instant(rs.getTimestamp("revoked_at")));
  }

  private static @Nullable Instant instant(@Nullable Timestamp timestamp) {
    return timestamp == null ? null : timestamp.toInstant();
  }

  private static String hash(String secret) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(secret.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
