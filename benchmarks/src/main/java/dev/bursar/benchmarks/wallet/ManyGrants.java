package dev.bursar.benchmarks.wallet;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.domain.entity.Entity;
import dev.bursar.domain.entity.Outcome;
import dev.bursar.domain.entity.Request;
import dev.bursar.domain.identity.Subject;
import dev.bursar.domain.ledger.Attribution;
import dev.bursar.domain.operation.OperationMemory;
import dev.bursar.domain.operation.Origin;
import dev.bursar.domain.wallet.Grant;
import dev.bursar.domain.wallet.Wallet;
import dev.bursar.domain.wallet.WalletAggregate;
import dev.bursar.domain.wallet.WalletCommand;
import dev.bursar.domain.wallet.WalletEvent;
import dev.bursar.domain.wallet.WalletOwner;
import dev.bursar.domain.wallet.WalletReply;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A reservation and its release, in a wallet by itself, by how many grants it has and what those
 * may be used for. It must not matter how many there are.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class ManyGrants {

  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final byte[] HASH = new byte[32];
  private static final int REMEMBERED = 1000;
  private static final String CREDITS = "platform";

  /** What the grants may be used for; the request is for {@code chat} and {@code big}. */
  public enum AppliesTo {
    ANYTHING,
    A_FEATURE_EACH,
    CHAT_AND_A_FEATURE_EACH,
    CHAT_WITH_A_MODEL_EACH;

    Set<String> features(int grant) {
      return switch (this) {
        case ANYTHING -> Set.of();
        case A_FEATURE_EACH -> Set.of("feature-" + grant);
        case CHAT_AND_A_FEATURE_EACH -> Set.of("chat", "feature-" + grant);
        case CHAT_WITH_A_MODEL_EACH -> Set.of("chat");
      };
    }

    Set<String> models(int grant) {
      return this == CHAT_WITH_A_MODEL_EACH ? Set.of("model-" + grant) : Set.of();
    }
  }

  /** How many grants. */
  @Param({"10", "100000"})
  public int grants;

  /** What they may be used for. */
  @Param public AppliesTo appliesTo;

  private Entity<WalletCommand, WalletEvent, WalletReply> wallet;
  private long reservations;

  /** Fills the wallet; one grant more may be used for anything. */
  @Setup
  public void fill() {
    wallet =
        new Entity<>(
            new WalletAggregate(new Wallet("acme", "main", Duration.ofHours(1), memory())),
            memory());
    ask(new WalletCommand.Open(WalletOwner.ORG));
    ask(grant("any", Set.of(), Set.of()));
    for (int i = 0; i < grants; i++) {
      ask(grant("g" + i, appliesTo.features(i), appliesTo.models(i)));
    }
  }

  private static OperationMemory memory() {
    return new OperationMemory(REMEMBERED, Duration.ofDays(1).toMillis() * 1000);
  }

  private static WalletCommand grant(String id, Set<String> features, Set<String> models) {
    return new WalletCommand.AddGrant(
        new Grant(
            id,
            CREDITS,
            Credits.parse("1000"),
            Grant.Category.PAID,
            Grant.PRIORITY_DEFAULT,
            START,
            null,
            features,
            models,
            null,
            null,
            "benchmark",
            START),
        null,
        WHO);
  }

  private static final Attribution WHO =
      new Attribution(
          "reservation",
          "key",
          Subject.ofOrg("acme"),
          "chat",
          "big",
          null,
          null,
          Map.of(),
          new byte[16]);

  private WalletReply ask(WalletCommand command) {
    var decided = wallet.decide(List.of(new Request<>(command, null)), START);
    wallet.sealed(HASH);
    return switch (decided.outcomes().getFirst()) {
      case Outcome.Replied<WalletReply> replied -> replied.reply();
      case Outcome<WalletReply> other -> throw new IllegalStateException(other.toString());
    };
  }

  /** Sets ten credits aside, and gives them back. */
  @Benchmark
  public WalletReply reserveAndRelease() {
    String reservation = "rsv_" + reservations++;
    WalletReply held =
        ask(
            new WalletCommand.HoldCredits(
                reservation,
                CREDITS,
                Credits.parse("10"),
                null,
                300,
                OveragePolicy.RECORD,
                false,
                false,
                WHO,
                Origin.of(START, Long.MAX_VALUE)));
    if (!(held instanceof WalletReply.Held)) {
      throw new IllegalStateException(held.toString());
    }
    return ask(new WalletCommand.Release(reservation, "key", null));
  }
}
