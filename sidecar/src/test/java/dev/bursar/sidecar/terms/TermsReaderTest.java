package dev.bursar.sidecar.terms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.bursar.domain.catalog.FailMode;
import dev.bursar.domain.catalog.Price;
import dev.bursar.domain.credits.Credits;
import dev.bursar.domain.enforcement.OveragePolicy;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the server's routes answer, read. */
final class TermsReaderTest {

  private static final Instant NOON = Instant.parse("2026-03-02T12:00:00Z");

  private static final String ENTITLEMENTS =
      """
      {'plan':'team','add_ons':['sso'],'status':'active','fail_mode':'deny','features':[
       {'feature':'chat','type':'metered','entitled':false,'fail_mode':'allow','detail':'all of it is used',
        'limit':{'scope':{'type':'org'},'budget':'plan:feature:chat:input_tokens','measure':'input_tokens','window':'day','mode':'hard',
         'limit':'3000','used':'0','held':'3000','remaining':'0','resets_at':'2026-03-03T00:00:00Z','source':'plan'}},
       {'feature':'export','type':'boolean','entitled':false,'detail':'not included'},
       {'feature':'seats','type':'number','entitled':true,'value':20}]}
      """;

  private static JsonNode json(String text) {
    try {
      return new ObjectMapper().readTree(text.replace('\'', '"'));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static Terms terms(String rates) {
    return TermsReader.read(
        json(ENTITLEMENTS),
        TermsReader.prices(
            json(
                "{'credit_types':['platform'],'overage_policy':'record','rates':["
                    + rates
                    + "]}")));
  }

  private static Credits cost(String price, long input, long output) {
    Price found =
        terms("{'credit_type':'platform'," + price + "}").prices().price("chat", "m", NOON);
    assertThat(found).isNotNull();
    return found.of(Map.of("input", input, "output", output));
  }

  @Test
  void whatAnOrgMayUse() {
    Terms terms = terms("");
    assertThat(terms.fault("chat")).as("what is leased may be all that there is").isNull();
    assertThat(terms.fault("export")).isEqualTo("not included");
    assertThat(terms.fault("other")).contains("does not include");
    assertThat(terms.fault(null)).isNull();
    assertThat(terms.failMode("chat")).isEqualTo(FailMode.ALLOW);
    assertThat(terms.failMode("seats")).isEqualTo(FailMode.DENY);
    assertThat(terms.overagePolicy()).isEqualTo(OveragePolicy.RECORD);
    assertThat(terms.isCreditType("platform")).isTrue();
    assertThat(terms.isCreditType("image")).isFalse();
  }

  /** The server says so itself, by its own code; here it may be over sooner than that is heard. */
  @Test
  void thatTheOrgIsFrozenIsNoFaultOfItsPlan() {
    JsonNode frozen =
        json(
            "{'plan':'team','add_ons':[],'status':'active','frozen':'the org is frozen: unpaid','features':["
                + "{'feature':'sso','type':'boolean','entitled':false,'detail':'the org is frozen: unpaid'},"
                + "{'feature':'export','type':'boolean','entitled':false,'detail':'not included'}]}");
    Terms terms =
        TermsReader.read(
            frozen,
            TermsReader.prices(json("{'credit_types':[],'overage_policy':'record','rates':[]}")));
    assertThat(terms.fault("sso")).isNull();
    assertThat(terms.fault("export")).isEqualTo("not included");
    assertThat(terms.entitled().denied(terms.feature("sso")))
        .isEqualTo("the org is frozen: unpaid");
  }

  @Test
  void whatItCosts() {
    assertThat(cost("'rates':{'input':'0.5','output':'2'}", 3, 4)).isEqualTo(Credits.parse("9.5"));
    assertThat(
            cost(
                "'rates':{'output':'1'},'tiers':{'input':{'kind':'graduated','steps':[{'up_to':10,'rate':'0.5'},{'rate':'0.25'}]}}",
                12,
                0))
        .isEqualTo(Credits.parse("5.5"));
  }

  @Test
  void aFormulaCostsWhatItCostsThere() {
    assertThat(
            cost(
                """
                'formula':'…','expression':{'when':{'both':{'order':'more','left':{'units':'input'},'right':{'constant':'10'}},
                 'and':{'not':{'always':false}}},
                 'then':{'sum':{'product':{'units':'input'},'and':{'constant':'2'}},'and':{'least':{'units':'output'},'and':{'constant':'3'}}},
                 'otherwise':{'difference':{'greatest':{'quotient':{'units':'input'},'by':4},'and':{'remainder':{'units':'input'},'by':4}},
                  'and':{'constant':'1'}}}
                """,
                11,
                5))
        .isEqualTo(Credits.of(25));
    assertThat(
            cost(
                "'formula':'…','expression':{'difference':{'greatest':{'quotient':{'units':'input'},'by':4},"
                    + "'and':{'remainder':{'units':'output'},'by':4}},'and':{'constant':'1'}}",
                11,
                7))
        .isEqualTo(Credits.of(2));
  }

  @Test
  void aRateCountsFromWhenItIsInForce() {
    Terms terms =
        terms(
            "{'credit_type':'platform','rates':{'input':'1'}},"
                + "{'credit_type':'platform','effective_at':'2026-03-02T12:00:01Z','rates':{'input':'2'}}");
    Price now = terms.prices().price(null, null, NOON);
    Price then = terms.prices().price(null, null, NOON.plusSeconds(1));
    assertThat(now).isNotNull();
    assertThat(then).isNotNull();
    assertThat(now.of(Map.of("input", 1L))).isEqualTo(Credits.of(1));
    assertThat(then.of(Map.of("input", 1L))).isEqualTo(Credits.of(2));
  }

  @Test
  void anAnswerOfSomethingElseIsNoTerms() {
    assertThatThrownBy(() -> TermsReader.read(json("{}"), TermsReader.prices(json("{}"))))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
