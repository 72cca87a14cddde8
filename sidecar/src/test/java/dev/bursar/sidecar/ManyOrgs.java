package dev.bursar.sidecar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.ReserveRequest;
import dev.bursar.domain.identity.Subject;
import dev.bursar.sidecar.decision.Decision;
import dev.bursar.sidecar.decision.Ended;
import dev.bursar.sidecar.lease.ModelServer;
import dev.bursar.sidecar.usage.UsageFile;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;

/** Many requests of many orgs, in a process of its own with little memory. */
final class ManyOrgs {

  private static final int ORGS = 40;
  private static final int REQUESTS = 10_000;

  private ManyOrgs() {}

  /** Fails if it does not come to an end. */
  public static void main(String[] directory) throws Exception {
    ModelServer server = new ModelServer(1_000_000_000);
    UsageFile file =
        UsageFile.open(Path.of(directory[0]), new UsageFile.Settings(1 << 26, 1 << 23));
    try (Sidecar sidecar =
        new Sidecar(SidecarSettings.USUAL, server, server, file, InstantSource.system())) {
      for (int n = 0; n < ORGS * REQUESTS; n++) {
        ReserveRequest request = request("org-" + n % ORGS, n);
        Decision decision;
        do {
          decision = sidecar.decide(request).toCompletableFuture().join();
        } while (!(decision instanceof Decision.Allowed));
        String id = ((Decision.Allowed) decision).reservation();
        assertThat(sidecar.end(String.valueOf(id), null, null).toCompletableFuture().join())
            .isInstanceOf(Ended.Done.class);
      }
      assertThat(sidecar.rooms().open().taken()).isZero();
      // As many as there is room for stay open; the rest is for the server.
      for (int n = 0; n < 20_000; n++) {
        sidecar.decide(request("org-" + n % ORGS, n)).toCompletableFuture().join();
      }
      assertThat(sidecar.rooms().open().isFull()).isTrue();
    }
    System.out.println("done");
  }

  private static ReserveRequest request(String org, int n) {
    return new ReserveRequest(
        new Subject(org, "team", "user-" + n % 100, null, null, null),
        "chat",
        null,
        "session-" + n,
        null,
        null,
        Credits.parse("0.01"),
        "platform",
        300,
        null,
        false,
        false,
        Map.of("ticket", "T-" + n, "note", "something that is said of each request"));
  }
}
