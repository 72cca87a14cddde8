package dev.bursar.node.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.domain.budget.WindowKind;
import dev.bursar.domain.catalog.Catalog;
import dev.bursar.domain.catalog.CreditType;
import dev.bursar.domain.catalog.Entitlement;
import dev.bursar.domain.catalog.FailMode;
import dev.bursar.domain.catalog.Price;
import dev.bursar.domain.catalog.PricingPlan;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.OveragePolicy;
import dev.bursar.node.yaml.FaultyYaml;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CatalogFileTest {

  private static final Instant NOW = Instant.parse("2026-12-01T00:00:00Z");

  @Test
  void theOneThatComesAlongIsRead() {
    Catalog catalog = CatalogFile.configured();
    assertThat(catalog.creditTypes())
        .containsEntry("platform", new CreditType("platform", "Platform credits", 6))
        .containsEntry("image", new CreditType("image", "Image credits", 0));
    assertThat(Objects.requireNonNull(catalog.price(null, "gpt-5", NOW)).rates())
        .isEqualTo(
            Map.of(
                "input_tokens", new BigDecimal("0.000125"),
                "cached_input_tokens", new BigDecimal("0.0000125"),
                "output_tokens", new BigDecimal("0.001")));
    assertThat(catalog.prices().names("gpt-5")).isTrue();
    assertThat(catalog.prices().names("gpt-6")).isFalse();
  }

  @Test
  void everyFaultIsToldWithPathAndLine() {
    String yaml =
        """
        credit_types:
          - { id: a, name: A }
          - { id: a, name: B }
        meters: [m]
        rates:
          - credit_type: b
            per: 20
            meters: { m: -1, n: x }
            surprise: 1
        """;
    assertThatThrownBy(() -> CatalogFile.parse(yaml))
        .hasMessageContainingAll(
            "credit_types[1].id (line 3): a is declared twice",
            "rates[0].credit_type (line 6): b is not declared in credit_types; declared are [a]",
            "rates[0].per (line 7): 20 is no power of ten from 1 to 1000000000",
            "rates[0].meters.m (line 8): -1 is negative; 0 or more is accepted",
            "rates[0].meters.n (line 8): n is not declared in meters; declared are [m]",
            "rates[0].meters.n (line 8): x is not a decimal of at most 30 characters",
            "rates[0].surprise (line 9): is unknown; known are [credit_type, effective_at, feature, formula, meters, model, per]");
  }

  @Test
  void whatIsMissingIsToldOnce() {
    assertThatThrownBy(
            () -> CatalogFile.parse("credit_types: [{ name: A }]\nmeters: ['']\nrates: []\n"))
        .hasMessage(
            """
            the catalog has faults:
              credit_types[0] (line 1): id is required
              meters[0] (line 2): a text is expected""");
  }

  private static String rates(String... lines) {
    return """
        credit_types: [{ id: c, name: C }]
        meters: [m]
        rates:
        """
        + String.join("\n", lines);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          -0.5        | -0.5 is negative; 0 or more is accepted
          0.1234567   | 0.1234567 has more than 6 decimals; say it for more units, with per
          1000000001  | 1000000001 is more than 1000000000
          1e400       | 1e400 is not a decimal of at most 30 characters
          NaN         | NaN is not a decimal of at most 30 characters
          0x10        | 0x10 is not a decimal of at most 30 characters
          1000000000000000000000000000000000 | 1000000000000000000000000000000000 is not a decimal of at most 30 characters
          """)
  void aRateThatCantBeChargedIsRefused(String rate, String fault) {
    String yaml = rates("- { credit_type: c, meters: { m: %s } }".formatted(rate));
    assertThatThrownBy(() -> CatalogFile.parse(yaml))
        .hasMessageContaining("rates[0].meters.m (line 4): " + fault);
  }

  /** Years that no database keeps would be found out about when somebody redeems the campaign. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          +999999999-12-31T00:00:00Z | is no year of four digits
          -0001-12-31T00:00:00Z      | is no year of four digits
          2026-02-30                 | is neither a day (2026-11-01) nor a time (2026-11-01T00:00:00Z)
          2026-01-01T00:00:00        | is neither a day (2026-11-01) nor a time (2026-11-01T00:00:00Z)
          2026-01-01T00:00:00.0000001Z | is finer than a microsecond
          """)
  void aTimeThatCantBeKeptIsRefused(String time, String fault) {
    String yaml =
        rates("- { credit_type: c, effective_at: '%s', meters: { m: 1 } }".formatted(time));
    assertThatThrownBy(() -> CatalogFile.parse(yaml))
        .hasMessageContaining("rates[0].effective_at (line 4): " + time + " " + fault);
  }

  @Test
  void sevenDecimalsAreSaidForMoreUnits() {
    Catalog catalog =
        CatalogFile.parse(rates("- { credit_type: c, per: 1000000, meters: { m: 12.500000 } }"));
    assertThat(Objects.requireNonNull(catalog.price("any", null, NOW)).rates())
        .isEqualTo(Map.of("m", new BigDecimal("0.0000125")));
  }

  @Test
  void twoRatesForTheSameAreRefused() {
    String yaml =
        rates(
            "- { feature: f, credit_type: c, meters: { m: 1 } }",
            "- { feature: f, model: x, credit_type: c, meters: { m: 1 } }",
            "- { feature: f, credit_type: c, meters: { m: 2 } }");
    assertThatThrownBy(() -> CatalogFile.parse(yaml))
        .hasMessageContaining(
            "rates[2] (line 6): is for the same feature and model as rates[0], from the same time on")
        .hasMessageNotContaining("rates[1]");
  }

  @Test
  void aNameThatNoRequestCanCarryIsRefused() {
    assertThatThrownBy(
            () ->
                CatalogFile.parse(
                    rates("- { model: \"a\\u0007\", credit_type: c, meters: { m: 1 } }")))
        .hasMessageContaining("rates[0].model (line 4): has the character U+0007 at position 1");
  }

  @Test
  void filesAreReadAsOne(@TempDir Path folder) throws IOException {
    Path types = folder.resolve("types.yaml");
    Path prices = folder.resolve("prices.yaml");
    Files.writeString(types, "credit_types: [{ id: c, name: C }]\nmeters: [m]\n");
    Files.writeString(prices, "rates:\n  - { credit_type: c, meters: { m: 1 } }\n");
    Catalog catalog = CatalogFile.read(List.of(types, prices));
    assertThat(catalog.price(null, null, NOW))
        .isEqualTo(new Price("c", Map.of("m", BigDecimal.ONE)));

    Files.writeString(prices, "meters: [m]\nrates:\n  - { credit_type: d, meters: { m: 1 } }\n");
    assertThatThrownBy(() -> CatalogFile.read(List.of(types, prices)))
        .hasMessageContainingAll(
            prices + ": meters[0] (line 1): m is declared twice",
            prices + ": rates[0].credit_type (line 3): d is not declared in credit_types");
    assertThatThrownBy(() -> CatalogFile.read(List.of(types)))
        .hasMessageContaining("(root) (line 1): rates is required");
    assertThatThrownBy(() -> CatalogFile.read(List.of(folder.resolve("none.yaml"))))
        .hasMessageContaining("none.yaml: (root): can't be read: there is no such file");
  }

  /** Whoever mends one file is not told of the next only then. */
  @Test
  void filesThatCantBeReadAreToldWithTheFaultsOfTheOthers(@TempDir Path folder) throws IOException {
    Path none = folder.resolve("none.yaml");
    Path empty = folder.resolve("empty.yaml");
    Path latin = folder.resolve("latin.yaml");
    Path prices = folder.resolve("prices.yaml");
    Files.writeString(empty, "# to be written\n");
    Files.writeString(
        latin, "plans:\n  - { id: p, name: Caf\u00e9 }\n", StandardCharsets.ISO_8859_1);
    Files.writeString(prices, "rates:\n  - { credit_type: c, meters: { m: -1 } }\n");
    List<Path> files = List.of(none, empty, latin, prices);
    for (ThrowingCallable read :
        List.<ThrowingCallable>of(() -> CatalogFile.read(files), () -> CatalogFile.text(files))) {
      assertThatThrownBy(read)
          .hasMessage(
              """
              the catalog has faults:
                %s: (root): can't be read: there is no such file
                %s: (root) (line 2): is not UTF-8, as is expected: it has the byte 0xE9
                %s: (root) (line 1): is empty; a mapping is expected
                %s: rates[0].meters.m (line 2): -1 is negative; 0 or more is accepted"""
                  .formatted(none, latin, empty, prices));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"~\n", "--- ~\n", "null # none\n", "---\n# none\nNULL\n...\n", "--- # none"})
  void aFileThatSaysNothingIsEmptyAlsoBesideOthers(String nothing, @TempDir Path folder)
      throws IOException {
    Path empty = folder.resolve("empty.yaml");
    Path prices = folder.resolve("prices.yaml");
    Files.writeString(empty, nothing);
    Files.writeString(prices, rates("- { credit_type: c, meters: { m: 1 } }"));
    List<Path> files = List.of(prices, empty);
    for (ThrowingCallable read :
        List.<ThrowingCallable>of(() -> CatalogFile.read(files), () -> CatalogFile.text(files))) {
      assertThatThrownBy(read)
          .hasMessage(
              "the catalog has faults:\n  %s: (root) (line 1): is empty; a mapping is expected"
                  .formatted(empty));
    }
  }

  /** As many parts as ten megabytes have room for are not looked at one by one. */
  @Test
  void tenMegabytesOfNothingAreRefused() {
    String dense = "credit_types: []\nmeters: []\nrates: []\nplans:\n" + "-\n".repeat(4_999_000);
    assertThatThrownBy(() -> CatalogFile.parse(dense))
        .hasMessageContaining("there are more than 2000000 parts to read up to here");
  }

  /** A file that is read by itself is read in the midst of others, too. */
  @Test
  void whatFilesMayBeginWithIsNotInTheWayWhereTheyAreOneText(@TempDir Path folder)
      throws IOException {
    Path types = folder.resolve("types.yaml");
    Path plans = folder.resolve("plans.yaml");
    Path prices = folder.resolve("prices.json");
    Files.writeString(types, "\uFEFFcredit_types: [{ id: c, name: C }]\nmeters: [m]\n");
    Files.writeString(plans, "\uFEFF# of YAML\n%YAML 1.2\n---\nplans: [{ id: a, name: A }]\n---\n");
    Files.writeString(
        prices,
        IntStream.range(0, 3_000)
            .mapToObj(
                i -> "{\"credit_type\":\"c\",\"model\":\"m%d\",\"meters\":{\"m\":1}}".formatted(i))
            .collect(Collectors.joining(",", "{\"rates\":[", "]}")));
    List<Path> files = List.of(types, plans, prices);
    for (Catalog catalog :
        List.of(CatalogFile.read(files), CatalogFile.parse(CatalogFile.text(files)))) {
      assertThat(catalog.prices().rates()).hasSize(3_000);
      assertThat(catalog.plans()).hasSize(1);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " \n\n", "# nothing\n", "---\n...\n", "~\n"})
  void whatIsEmptyIsToldWhatIsExpected(String yaml) {
    assertThatThrownBy(() -> CatalogFile.parse(yaml))
        .hasMessage("the catalog has faults:\n  (root) (line 1): is empty; a mapping is expected");
  }

  /** Nobody looks for a missing plan because of a tab in another file. */
  @Test
  void whatIsNoYamlIsToldWithItsLineBesideTheFaultsOfOtherFiles(@TempDir Path folder)
      throws IOException {
    Path types = folder.resolve("types.yaml");
    Path plans = folder.resolve("plans.yaml");
    Path prices = folder.resolve("prices.yaml");
    Files.writeString(types, "credit_types:\n  - id: c\n    name: C\n   scale: 0\n");
    Files.writeString(plans, "plans:\n\t- { id: a, name: A }\n");
    Files.writeString(
        prices,
        """
        rates:
          - { credit_type: c, meters: { m: 1 } }
          - { credit_type: c, model: x, meters: { m: -1 } }
        """);
    assertThatThrownBy(() -> CatalogFile.read(List.of(types, plans, prices)))
        .hasMessage(
            """
            the catalog has faults:
              %s: (root) (line 4): is not valid YAML: expected <block end>, but found '<block mapping start>', in column 4, while parsing a block collection that begins in line 2
              %s: (root) (line 2): is not valid YAML: found character '\\t(TAB)' that cannot start any token. (Do not use \\t(TAB) for indentation), in column 1, while scanning for the next token
              %s: rates[1].meters.m (line 3): -1 is negative; 0 or more is accepted"""
                .formatted(types, plans, prices));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          meters: [*m]        | (root) (line 2): is not valid YAML: found undefined alias m, in column 10
          meters: [m          | (root) (line 3): is not valid YAML: expected ',' or ']', but got <stream end>, in column 1, while parsing a flow sequence that begins in line 2
          meters: "m          | (root) (line 3): is not valid YAML: found unexpected end of stream, in column 1, while scanning a quoted scalar that begins in line 2
          meters: [m\7]       | (root) (line 2): is not valid YAML: the character U+0007 is not allowed
          meters: {m: 1, m: 2} | meters (line 2): a list is expected
          rates: {<<: {}}     | rates (line 2): a list is expected
          rates: [{<<: {}}]   | rates[0].<< (line 2): is unknown; known are
          rates: [{per: 1, per: 2}] | rates[0].per (line 2): is there twice
          """)
  void theLineOfWhatIsNoYamlIsTold(String line, String fault) {
    assertThatThrownBy(() -> CatalogFile.parse("features: []\n" + line + "\n"))
        .hasMessageContaining(fault);
  }

  @Test
  void ofANameThatIsMissingEverywhereTheCauseIsToldFirst() {
    String yaml =
        "credit_types: [{ id: platfrom, name: P }]\nmeters: [m]\nrates:\n"
            + IntStream.range(0, 2_000)
                .mapToObj(
                    i ->
                        "  - { model: m%d, credit_type: platform, meters: { m: 1 } }%n"
                            .formatted(i))
                .collect(Collectors.joining())
            + "plans:\n  - { id: a }\n";
    assertThatThrownBy(() -> CatalogFile.parse(yaml))
        .hasMessageStartingWith(
            """
            the catalog has faults:
              credit_types (line 1): platform is not declared here, and is used in 2000 places; the first 20 are told
              rates[0].credit_type (line 4): platform is not declared in credit_types; declared are [platfrom]
              rates[1].credit_type""")
        .hasMessageContaining("rates[19].credit_type")
        .hasMessageNotContaining("rates[20].")
        .hasMessageEndingWith("plans[0] (line 2005): name is required");
  }

  /** What is told of each is cut off: together they would be more than a node has room for. */
  @Test
  void aLongTextThatIsReferredToOftenIsNotToldInFullEachTime() {
    String plans =
        IntStream.range(0, 500)
            .mapToObj(i -> "  - { id: p%d, name: P, fail_mode: *x }%n".formatted(i))
            .collect(Collectors.joining());
    String yaml =
        "credit_types: [{ id: a, name: A }]\nplans:\n  - { id: p, name: &x %s }%n%s"
            .formatted("x".repeat(20_000), plans);
    assertThatThrownBy(() -> CatalogFile.parse(yaml))
        .isInstanceOfSatisfying(
            FaultyYaml.class,
            faulty ->
                assertThat(faulty.faults())
                    .hasSizeGreaterThanOrEqualTo(500)
                    .allMatch(fault -> fault.detail().length() <= 1_001));
  }

  @Test
  void whatWouldUseUpTheMemoryOrTheStackIsRefused(@TempDir Path folder) throws IOException {
    Path large = folder.resolve("large.yaml");
    Files.writeString(large, "# " + "x".repeat(10_000_000));
    assertThatThrownBy(() -> CatalogFile.read(List.of(large)))
        .hasMessageContaining(
            "large.yaml: (root) (line 1): has more than 10000000 bytes by here; so many are accepted at most");
    Files.writeString(large, "# a comment\n".repeat(500_000));
    for (ThrowingCallable read :
        List.<ThrowingCallable>of(
            () -> CatalogFile.read(List.of(large, large)),
            () -> CatalogFile.text(List.of(large, large)))) {
      assertThatThrownBy(read)
          .as("a node would not take it either")
          .hasMessageContaining(
              "large.yaml: (root) (line 333333): has more than 10000000 bytes by here, those of the files before it with them; so many are accepted at most");
    }

    assertThatThrownBy(() -> CatalogFile.parse("[\n".repeat(1_000_000)))
        .hasMessageContaining("nested more than 50 deep");

    for (String endless :
        List.of(
            "meters: [m] #" + "x".repeat(9_000_000),
            "meters: ['" + "x".repeat(9_000_000) + "']",
            "{\"meters\": [\"" + "x".repeat(9_000_000) + "\"]}")) {
      assertThatThrownBy(() -> CatalogFile.parse(endless))
          .hasMessageContaining("has a line, or a text in it, of more than 100000 characters");
    }

    StringBuilder bomb = new StringBuilder("a0: &a0 [x, x]\n");
    for (int i = 1; i < 60; i++) {
      bomb.append("a%d: &a%d [*a%d, *a%d]%n".formatted(i, i, i - 1, i - 1));
    }
    assertThatThrownBy(() -> CatalogFile.parse(bomb.toString()))
        .hasMessageContaining(
            "(root) (line 27): is not valid YAML: lists and mappings are referred to more than 50 times");
    assertThatThrownBy(() -> CatalogFile.parse("rates: &a [*a]"))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Fifty references are few, and yet they can make millions of parts of one. */
  @Test
  void whatBecomesLargeByReferencesIsRefused() {
    String many = "x,\n      ".repeat(100_000);
    String yaml =
        "credit_types: [{ id: c, name: C }]\nmeters: [m]\nrates: []\n"
            + "plans:\n  - &p { id: p, name: P, entitlements: &e { "
            + many
            + " y: 1 } }\n"
            + "  - *p\n".repeat(40);
    assertThatThrownBy(() -> CatalogFile.parse(yaml))
        .hasMessageMatching(
            "plans\\[[0-9]+].entitlements.x \\(line [0-9]+\\): there are more than 2000000 parts to read up to here, .*");
  }

  @Test
  void ofVeryManyFaultsAThousandAreTold() {
    String yaml = rates("- { credit_type: c, meters: { m: x } }\n".repeat(1_500));
    assertThatThrownBy(() -> CatalogFile.parse(yaml))
        .hasMessageContaining("rates[0].meters.m (line 4): x is not a decimal")
        .hasMessageEndingWith("and 1999 more")
        .isInstanceOfSatisfying(
            FaultyYaml.class, faulty -> assertThat(faulty.count()).isEqualTo(2_999));
  }

  @Test
  void aJsonFileIsRead() {
    Catalog catalog =
        CatalogFile.parse(
            """
            {"credit_types": [{"id": "c", "name": "C"}], "meters": ["m"],
             "rates": [{"credit_type": "c", "meters": {"m": 0.5}}]}
            """);
    assertThat(catalog.price(null, null, NOW))
        .isEqualTo(new Price("c", Map.of("m", new BigDecimal("0.5"))));
  }

  /** What stands for nothing in YAML is not the name of something. */
  @Test
  void nothingIsNoName() {
    assertThatThrownBy(
            () -> CatalogFile.parse(rates("- { feature: ~, credit_type: c, meters: { m: null } }")))
        .hasMessageContainingAll(
            "rates[0].feature (line 4): a text is expected",
            "rates[0].meters.m (line 4): a decimal is expected");
  }

  @Test
  void aPlanHasAllOfThoseThatItExtends() {
    Catalog catalog = CatalogFile.configured();
    PricingPlan enterprise = Objects.requireNonNull(catalog.plans().get("enterprise"));
    assertThat(enterprise.entitlement("chat")).isEqualTo(new Entitlement.Access(true));
    assertThat(enterprise.entitlement("seats"))
        .isEqualTo(new Entitlement.Quantity(new BigDecimal("10000")));
    assertThat(enterprise.entitlements()).hasSize(8);
    assertThat(enterprise.grants().keySet()).containsExactlyInAnyOrder("monthly", "welcome-images");
    assertThat(Objects.requireNonNull(enterprise.grants().get("monthly")).amount())
        .hasToString("100000");
    assertThat(enterprise.budgets().keySet()).containsExactlyInAnyOrder("org-day", "each-user");
    assertThat(enterprise.failMode()).isEqualTo(FailMode.ALLOW);

    PricingPlan free = Objects.requireNonNull(catalog.plans().get("free"));
    assertThat(free.entitlement("sso")).isNull();
    assertThat(free.failMode()).isEqualTo(FailMode.DENY);
    assertThat(free.overagePolicy()).isEqualTo(OveragePolicy.RECORD);
    assertThat(free.entitlement("chat"))
        .isEqualTo(new Entitlement.Allowance("requests", Credits.of(50), WindowKind.DAY, null));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          c        | requests          | meters[0] (line 2): requests is a measure of its own; another name is expected
          c        | open_reservations | meters[0] (line 2): open_reservations is a measure of its own; another name is expected
          requests | m                 | credit_types[0].id (line 1): requests is a measure of its own; another name is expected
          images   | images            | meters[0] (line 2): images is the name of a credit type, too; a limit on it could mean either
          """)
  void whatLimitsCountByIsOneThing(String creditType, String meter, String fault) {
    String yaml =
        """
        credit_types: [{ id: %s, name: C }]
        meters: [%s]
        rates: []
        """
            .formatted(creditType, meter);
    assertThatThrownBy(() -> CatalogFile.parse(yaml))
        .hasMessage("the catalog has faults:\n  " + fault);
    CatalogFile.Stored before = CatalogFile.stored(yaml);
    assertThat(Objects.requireNonNull(before.catalog()).meters()).containsExactly(meter);
    assertThat(Objects.requireNonNull(before.faults()).count()).isEqualTo(1);
  }

  /** A line for a feature goes before one for any, from when on it is in force. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # what goes before                                             | what has the meter               | counts
          {}                                                             | {}                               | true
          { feature: f, meters: { n: 1 } }                               | {}                               | false
          { feature: f, meters: { n: 1 } }                               | { effective_at: 2036-01-01 }     | false
          { feature: f, meters: { n: 1 }, effective_at: 2036-01-01 }     | {}                               | true
          { feature: f, meters: { n: 1 }, effective_at: 2036-01-01 }     | { effective_at: 2036-01-01 }     | false
          { feature: f, meters: { n: 1 } }                               | { model: a }                     | true
          { feature: f, model: a, meters: { n: 1 } }                     | { model: a }                     | false
          { feature: f, model: a, meters: { n: 1 } }                     | { model: b }                     | true
          { feature: f, model: a, meters: { n: 1 } }                     | {}                               | true
          { feature: g, meters: { n: 1 } }                               | {}                               | true
          """)
  void aMeterOfAFeatureHasALineThatCounts(String first, String second, boolean counts) {
    String line = "- { credit_type: c, %s }";
    String before = first.equals("{}") ? "{ model: z, meters: { n: 1 } }" : first;
    String with = second.equals("{}") ? "{ meters: { m: 1 } }" : second;
    String yaml =
        """
        credit_types: [{ id: c, name: C }]
        meters: [m, n]
        features:
          - { id: f, name: F, type: metered, meters: [m] }
          - { id: g, name: G, type: boolean }
        rates:
        """
            + line.formatted(inner(before))
            + "\n"
            + line.formatted(inner(with) + (with.contains("meters") ? "" : ", meters: { m: 1 }"));
    if (counts) {
      assertThat(CatalogFile.parse(yaml).features()).hasSize(2);
    } else {
      assertThatThrownBy(() -> CatalogFile.parse(yaml))
          .hasMessageEndingWith(
              "features[0].meters[0] (line 4): m has no rate: wherever a line of rates for any feature has it, one for f goes before that");
      assertThat(CatalogFile.stored(yaml).catalog()).isNotNull();
    }
  }

  @Test
  void aFormulaThatIsNoneLeadsToNoFurtherFault() {
    String yaml =
        """
        credit_types: [{ id: c, name: C }]
        meters: [m]
        features: [{ id: f, name: F, type: metered, meters: [m] }]
        rates: [{ credit_type: c, formula: 'm +' }]
        """;
    assertThatThrownBy(() -> CatalogFile.parse(yaml))
        .hasMessageContaining("rates[0].formula")
        .hasMessageNotContaining("has no rate");
  }

  private static String inner(String mapping) {
    return mapping.substring(1, mapping.length() - 1).trim();
  }

  private static String budget(String measure, String window) {
    return rates("- { credit_type: c, meters: { m: 1 } }")
        + """

        plans:
          - id: p
            name: P
            budgets:
              - { id: b, scope: { type: org }, measure: %s, window: %s, limit: 2 }
        """
            .formatted(measure, window);
  }

  /** As a budget that is set by hand: it would begin at 0 while much is open. */
  @Test
  void whatIsOpenAtOneTimeHasNoWindow() {
    assertThat(CatalogFile.parse(budget("open_reservations", "lifetime")).plans()).hasSize(1);
    assertThat(CatalogFile.parse(budget("requests", "day")).plans()).hasSize(1);
    String faulty = budget("open_reservations", "day");
    assertThatThrownBy(() -> CatalogFile.parse(faulty))
        .hasMessageEndingWith(
            "plans[0].budgets[0].window (line 9): is day; of open_reservations it has to be lifetime: what is open at one time has no window");
    assertThat(CatalogFile.stored(faulty).catalog()).as("what was taken before").isNotNull();
  }

  /** Declared in any order, and as many as there may be. */
  @Test
  void plansExtendEachOtherUpToTenInARow() {
    String plans =
        IntStream.iterate(9, i -> i >= 0, i -> i - 1)
            .mapToObj(
                i ->
                    "  - { id: p%d, name: P%s }%n"
                        .formatted(i, i + (i == 0 ? "" : ", extends: p" + (i - 1))))
            .collect(Collectors.joining());
    String yaml = rates() + "  []\nfeatures: []\nplans:\n" + plans;
    assertThat(CatalogFile.parse(yaml).plans()).hasSize(10);
    assertThatThrownBy(() -> CatalogFile.parse(yaml + "  - { id: p10, name: P10, extends: p9 }\n"))
        .hasMessageContaining(
            "plans[10].extends (line 17): more than 10 plans extend each other in a row");
  }
}
