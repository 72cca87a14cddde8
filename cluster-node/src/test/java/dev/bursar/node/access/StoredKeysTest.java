package dev.bursar.node.access;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.database.Database;
import dev.bursar.database.DatabaseSettings;
import dev.bursar.domain.access.AccessKey;
import dev.bursar.domain.access.AccessKeys.Created;
import dev.bursar.domain.access.Role;
import dev.bursar.domain.enforcement.Caller;
import dev.bursar.domain.operation.Answer;
import dev.bursar.domain.operation.Refusal;
import dev.bursar.node.TestServer;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Keys in a real PostgreSQL, made once however often they are asked for. */
class StoredKeysTest {

  private static final Instant BEGINNING = Instant.parse("2026-03-01T00:00:00Z");
  private static final Instant END = BEGINNING.plusSeconds(60);

  private Database database;
  private StoredKeys keys;
  private Instant now = BEGINNING;

  @BeforeEach
  void start() {
    DatabaseSettings settings = TestServer.fresh();
    database = Database.open(settings);
    keys = new StoredKeys(database.jdbi(), Runnable::run, () -> now);
  }

  @AfterEach
  void stop() {
    database.close();
  }

  private Answer<Created> create(@Nullable String idempotencyKey, long fingerprint) {
    return keys.create(
            Role.SERVICE,
            "acme",
            "gateway",
            END,
            new Caller("operator", idempotencyKey, "call-1", fingerprint))
        .toCompletableFuture()
        .join();
  }

  @Test
  void aKeyThatHasEndedSinceIsToldAgainToWhoeverAskedForItInTime() {
    Answer.Done<Created> first = (Answer.Done<Created>) create("the-key", 1);

    now = END;
    Answer.Done<Created> again = (Answer.Done<Created>) create("the-key", 1);

    assertThat(again.replayed()).isTrue();
    assertThat(again.value()).isEqualTo(first.value());
    assertThat(create("the-key", 2)).isEqualTo(new Answer.Refused<>(Refusal.keyReused()));
  }

  @Test
  void aKeyThatWasUsedAndIsRevokedIsNotInUseAnyMore() {
    Created made = ((Answer.Done<Created>) create("the-key", 1)).value();
    assertThat(found(made.secret())).isEqualTo(made.key());

    assertThat(keys.revoke("globex", made.key().id()).toCompletableFuture().join()).isFalse();
    assertThat(found(made.secret())).isEqualTo(made.key());
    assertThat(keys.revoke("acme", made.key().id()).toCompletableFuture().join()).isTrue();

    assertThat(requireNonNull(found(made.secret())).revokedAt()).isEqualTo(now);
    assertThat(keys.page("acme", null, 10).toCompletableFuture().join().keys())
        .singleElement()
        .satisfies(key -> assertThat(key.revokedAt()).isEqualTo(now));
    assertThat(found("bursar_of_nobody")).isNull();
  }

  private @Nullable AccessKey found(String secret) {
    return keys.find(secret).toCompletableFuture().join();
  }

  @Test
  void noKeyIsMadeThatHasEndedAlready() {
    now = END;
    Answer<Created> refused =
        new Answer.Refused<>(
            new Refusal(Refusal.Code.INVALID, "expires_at", "is not in the future"));
    assertThat(create("another-key", 1)).isEqualTo(refused);
    assertThat(create(null, 1)).isEqualTo(refused);
  }
}
