package dev.bursar.domain.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.domain.operation.Refusal;
import dev.bursar.domain.operation.Refusal.Code;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Which version counts for whom, after what was done. */
final class ReleasesTest {

  private static final Instant NOON = Instant.parse("2026-11-01T12:00:00Z");
  private static final Instant MIDNIGHT = Instant.parse("2026-11-02T00:00:00Z");
  private static final int DRAFTED = 5;

  /** After these changes, a minute after each other, from noon on. */
  private static Releases after(ReleaseChange... changes) {
    Releases releases = Releases.NONE;
    for (int i = 0; i < changes.length; i++) {
      Instant at = NOON.plus(Duration.ofMinutes(i));
      assertThat(releases.fault(changes[i], DRAFTED, at)).as("%s", changes[i]).isNull();
      releases =
          releases.after(
              new ReleaseChange.Made(i + 1, at, "test", changes[i], releases.at(at).published()));
    }
    return releases;
  }

  private static ReleaseChange publish(int version) {
    return new ReleaseChange.Publish(version);
  }

  private static ReleaseChange schedule(int version, Instant at) {
    return new ReleaseChange.Schedule(version, at);
  }

  private static ReleaseChange stage(int version, String... orgs) {
    return new ReleaseChange.Stage(version, new Audience.Orgs(Set.of(orgs)));
  }

  private static ReleaseChange rollBack(int version) {
    return new ReleaseChange.RollBack(version);
  }

  @Test
  void beforeTheFirstIsPublishedNoneCounts() {
    assertThat(after(new ReleaseChange.Draft(1)).versionFor("acme", NOON)).isNull();
    assertThat(after(publish(1)).versionFor("acme", NOON)).isEqualTo(1);
  }

  @Test
  void whatIsStagedCountsForThoseAlone() {
    Releases staged = after(publish(1), stage(2, "acme"));
    assertThat(staged.versionFor("acme", MIDNIGHT)).isEqualTo(2);
    assertThat(staged.versionFor("beta", MIDNIGHT)).isEqualTo(1);
    Releases again = after(publish(1), stage(2, "acme"), stage(3, "beta"));
    assertThat(again.versionFor("acme", MIDNIGHT)).as("one is staged at a time").isEqualTo(1);
    assertThat(again.versionFor("beta", MIDNIGHT)).isEqualTo(3);
  }

  @Test
  void whatIsScheduledCountsFromThenOn() {
    Releases scheduled = after(publish(1), stage(2, "acme"), schedule(3, MIDNIGHT));
    Instant before = MIDNIGHT.minusNanos(1_000);
    assertThat(scheduled.versionFor("beta", before)).isEqualTo(1);
    assertThat(scheduled.versionFor("acme", before)).isEqualTo(2);
    assertThat(scheduled.versionFor("beta", MIDNIGHT)).isEqualTo(3);
    assertThat(scheduled.versionFor("acme", MIDNIGHT)).as("nothing is staged then").isEqualTo(3);
    assertThat(scheduled.versions()).containsExactlyInAnyOrder(1, 2, 3);
    assertThat(scheduled.status(3, before)).isEqualTo(Releases.Status.SCHEDULED);
    assertThat(scheduled.status(3, MIDNIGHT)).isEqualTo(Releases.Status.PUBLISHED);
    assertThat(scheduled.status(1, MIDNIGHT)).isEqualTo(Releases.Status.SUPERSEDED);
  }

  @Test
  void whatIsPublishedAtOnceEndsAllElse() {
    for (ReleaseChange last : List.of(publish(4), rollBack(1))) {
      Releases ended = after(publish(1), stage(2, "acme"), schedule(3, MIDNIGHT), last);
      assertThat(ended.versionFor("acme", MIDNIGHT)).isEqualTo(last.version());
      assertThat(ended.versionFor("beta", MIDNIGHT)).isEqualTo(last.version());
    }
  }

  @Test
  void onlyWhatCountedForEverybodyIsRolledBackTo() {
    Releases releases = after(publish(1), stage(2, "acme"), schedule(3, MIDNIGHT));
    assertThat(releases.fault(rollBack(2), DRAFTED, NOON))
        .extracting(Refusal::code)
        .isEqualTo(Code.VERSION_NOT_PUBLISHED);
    assertThat(releases.fault(rollBack(3), DRAFTED, MIDNIGHT)).isNull();
    assertThat(releases.fault(rollBack(3), DRAFTED, NOON)).isNotNull();
    assertThat(after(publish(1), publish(2), rollBack(1), rollBack(2)).published()).isEqualTo(2);
  }

  @Test
  void aVersionThatIsNotThereAndATimeThatIsOverAreRefused() {
    Refusal unknown = Objects.requireNonNull(Releases.NONE.fault(publish(6), DRAFTED, NOON));
    assertThat(unknown.code()).isEqualTo(Code.VERSION_NOT_FOUND);
    assertThat(unknown.field()).isEqualTo("version");
    assertThat(unknown.detail()).isEqualTo("there is no version 6; versions 1 to 5 are there");
    assertThat(Releases.NONE.fault(rollBack(6), DRAFTED, NOON))
        .extracting(Refusal::field)
        .as("the field that a rollback names it by")
        .isEqualTo("to");
    assertThat(Releases.NONE.fault(schedule(1, NOON), DRAFTED, NOON))
        .extracting(Refusal::field)
        .isEqualTo("at");
  }

  /** Who asked for ten percent does not expect others at twenty, nor the same each time. */
  @Test
  void aShareIsStableAndGrows() {
    Audience ten = new Audience.Share(10);
    Audience twenty = new Audience.Share(20);
    List<String> orgs = IntStream.range(0, 10_000).mapToObj(i -> "org-" + i).toList();
    List<String> ofTen = orgs.stream().filter(org -> ten.includes(7, org)).toList();
    assertThat(ofTen).hasSizeBetween(900, 1_100);
    assertThat(ofTen).allMatch(org -> twenty.includes(7, org));
    assertThat(orgs.stream().filter(org -> twenty.includes(7, org))).hasSizeBetween(1_850, 2_150);
    assertThat(ofTen.stream().filter(org -> ten.includes(8, org)).count()).isLessThan(200);
    assertThat(List.of(ten.includes(7, "org-1"), ten.includes(7, "org-3"), ten.includes(1, "acme")))
        .as("the same on every node, in every version of the program")
        .isEqualTo(List.of(false, false, true));
  }
}
