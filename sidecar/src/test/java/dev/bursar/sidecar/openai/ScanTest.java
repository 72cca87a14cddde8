package dev.bursar.sidecar.openai;

import static org.assertj.core.api.Assertions.assertThat;

import dev.bursar.api.json.Body;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Answers that are read while they pass, however they are cut. */
final class ScanTest {

  private static final String EVENTS =
      (": ping\n\n"
              + "data: {'choices':[],'prompt_filter_results':[]}\r\n\r\n"
              + "data: {'choices':[{'delta':{'role':'assistant','content':'Gr\u00fc\u00dfe"
              + " \ud83d\ude80'}}]}\n\n"
              + "event: x\n"
              + "data: {'choices':[{'delta':\n"
              + "data: {'tool_calls':[{'id':'c','function':{'arguments':'{}'}}]}}]}\n\n"
              + "data: no json\n\n"
              + "data:"
              + " {'choices':[],'usage':{'prompt_tokens':9,'completion_tokens':4,'prompt_tokens_details':{'cached_tokens':3}}}\n\n"
              + "data: [DONE]\n\n")
          .replace('\'', '"');

  /** What goes on of an answer that comes in parts of any length. */
  private static String passed(Scan scan, byte[] all, Random random) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (int at = 0; at < all.length; ) {
      int end = Math.min(all.length, at + 1 + random.nextInt(7));
      out.writeBytes(scan.take(Arrays.copyOfRange(all, at, end)));
      at = end;
    }
    out.writeBytes(scan.end());
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void eventsAreReadHoweverTheyAreCut() {
    byte[] all = EVENTS.getBytes(StandardCharsets.UTF_8);
    String stripped = EVENTS.replaceAll("data: [^\n]*prompt_tokens[^\n]*\n\n", "");
    for (long seed = 0; seed < 200; seed++) {
      EventScan scan = new EventScan(true);
      assertThat(passed(scan, all, new Random(seed))).as("seed %d", seed).isEqualTo(stripped);
      assertThat(scan.told()).isEqualTo(new Tokens(9, 3, 4));
      assertThat(scan.outputTokens()).as("12 bytes, 2, and 7 unread").isEqualTo(6);
      assertThat(passed(new EventScan(false), all, new Random(seed))).isEqualTo(EVENTS);
    }
  }

  /** As the standard has it: a line ends by CR, LF or both, and a mark may come before all. */
  @Test
  void linesEndAsTheyMayAndTheMarkAtTheBeginningBelongsToNone() {
    for (String end : List.of("\n", "\r", "\r\n")) {
      String told = "data: {'choices':[],'usage':{'prompt_tokens':9,'completion_tokens':2}}\n\n";
      String rest = "event: x\ndata: {'choices':[{'delta':\ndata: {'content':'abcd'}}]}\n\n";
      String first = ("\ufeff" + told).replace("\n", end).replace('\'', '"');
      String second = (rest + told).replace("\n", end).replace('\'', '"');
      byte[] all = (first + second).getBytes(StandardCharsets.UTF_8);
      for (long seed = 0; seed < 50; seed++) {
        EventScan scan = new EventScan(true);
        assertThat(passed(scan, all, new Random(seed)))
            .as("seed %d, %s", seed, end.codePoints().boxed().toList())
            .isEqualTo(rest.replace("\n", end).replace('\'', '"'));
        assertThat(scan.told()).isEqualTo(new Tokens(9, 0, 2));
        assertThat(scan.outputTokens()).isEqualTo(1);
        assertThat(passed(new EventScan(false), all, new Random(seed))).isEqualTo(first + second);
      }
      String one = "data: {}".concat(end).concat(end);
      EventScan scan = new EventScan(false);
      assertThat(
              new String(scan.take(one.getBytes(StandardCharsets.UTF_8)), StandardCharsets.UTF_8))
          .as("with its last byte")
          .isEqualTo(one);
    }
  }

  @Test
  void whatIsToldInBetweenCountsAndTheTextThatComesAfterIt() {
    EventScan scan = new EventScan(false);
    String chunk = "data: {'choices':[{'delta':{'content':'%s'}}],'usage':{%s}}\n\n";
    take(scan, chunk.formatted("x".repeat(40), "'prompt_tokens':9,'completion_tokens':0"));
    assertThat(scan.reachedTokens()).as("as it says, whatever the text").isZero();
    take(scan, chunk.formatted("x", "'prompt_tokens':9,'completion_tokens':70"));
    assertThat(scan.reachedTokens()).isEqualTo(70);
    take(scan, "data: {'choices':[{'delta':{'content':'12345678'}}]}\n\n");
    assertThat(scan.reachedTokens()).isEqualTo(72);
    assertThat(scan.told()).isEqualTo(new Tokens(9, 0, 72));
    take(scan, "data: {'choices':[],'usage':{'prompt_tokens':9,'completion_tokens':90}}\n\n");
    assertThat(scan.reachedTokens()).as("it is over").isZero();
    assertThat(scan.told()).isEqualTo(new Tokens(9, 0, 90));
    assertThat(scan.isPartlyEstimated()).isFalse();
    take(scan, "data: {'choices':[{'delta':{'content':'1234'}}]}\n\n");
    assertThat(scan.reachedTokens()).as("unless more comes").isEqualTo(91);
    assertThat(scan.isPartlyEstimated()).isTrue();
    take(scan, "data: [DONE]\n\n");
    assertThat(scan.reachedTokens()).isZero();
  }

  @Test
  void whatAnAnswerSaysItUsesWithoutTextCountsAsLongAsItGoesOn() {
    EventScan scan = new EventScan(false);
    String chunk =
        "data: {'choices':[{'delta':{},'finish_reason':%s}],'usage':{'prompt_tokens':9,'completion_tokens':%d}}\n\n";
    take(scan, chunk.formatted("null", 0));
    assertThat(scan.reachedTokens()).isZero();
    take(scan, chunk.formatted("null", 70));
    assertThat(scan.reachedTokens()).as("reasoning that it does not show").isEqualTo(70);
    take(scan, "data: {'choices':[{'delta':{}}]}\n\n");
    assertThat(scan.reachedTokens()).as("it goes on").isEqualTo(70);
    take(scan, chunk.formatted("'stop'", 80));
    assertThat(scan.reachedTokens()).as("it is over").isZero();
    String last = "data: {'choices':[{'delta':{'content':'12345678'},'finish_reason':'stop'}]}\n\n";
    take(scan, last);
    assertThat(scan.reachedTokens()).as("with its last text, too").isZero();
  }

  @Test
  void whatIsToldAndEstimatedTogetherIsNoMoreThanCanBeSaid() {
    EventScan scan = new EventScan(false);
    String most = Long.toString(Body.UNITS_MAX);
    take(scan, "data: {'usage':{'prompt_tokens':1,'completion_tokens':" + most + "}}\n\n");
    take(scan, "data: {'choices':[{'delta':{'content':'12345678'}}]}\n\n");
    assertThat(scan.told()).isEqualTo(new Tokens(1, 0, Body.UNITS_MAX));
  }

  /** The event before is kept from the client; the line's end is cut where the bound is. */
  @Test
  void aLongEventHasAllOfItsLinesEndWhereItIsPassedInParts() {
    String told = "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":9}}\n\n";
    String event = "data: " + "x".repeat((1 << 16) - 7) + "\r\ndata: y\r\n\r\n";
    EventScan scan = new EventScan(true);
    byte[] all = (told + event).getBytes(StandardCharsets.UTF_8);
    assertThat(passed(scan, all, new Random(1))).isEqualTo(event);
  }

  @Test
  void ofALongEventLittleIsHeldBack() {
    EventScan scan = new EventScan(true);
    byte[] half = ("data: {\"b64\":\"" + "x".repeat(1 << 20)).getBytes(StandardCharsets.UTF_8);
    assertThat(scan.take(half)).hasSizeGreaterThan(half.length - (1 << 16) - 1);
    take(scan, "','usage':{'input_tokens':5,'output_tokens':6}}\n\n");
    assertThat(scan.told()).isEqualTo(new Tokens(5, 0, 6));
  }

  private static void take(EventScan scan, String events) {
    scan.take(events.replace('\'', '"').getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void longTextsAreCountedAndWhatComesAfterThemIsRead() {
    String picture = "QUJD".repeat(300_000);
    String told = "'usage':{'input_tokens':5000,'output_tokens':4000}";
    String all =
        ("data: {'delta':'"
                + "\u00fc".repeat(1_500_000)
                + "'}\n\n"
                + "data: {'response':{'output':[{'b64':'"
                + picture
                + "'}],"
                + told
                + "}}\n\n")
            .replace('\'', '"');
    EventScan scan = new EventScan(true);
    assertThat(passed(scan, all.getBytes(StandardCharsets.UTF_8), new Random(1))).isEqualTo(all);
    assertThat(scan.outputTokens()).isEqualTo(Tokens.ofBytes(3_000_000));
    assertThat(scan.told()).isEqualTo(new Tokens(5_000, 0, 4_000));

    String whole =
        ("{'data':[{'b64':'"
                + picture
                + "'}],'choices':[{'message':{'content':'"
                + "\\u00e4\\\\".repeat(20_000)
                + "x'}}],"
                + told
                + "}")
            .replace('\'', '"');
    JsonScan one = new JsonScan();
    assertThat(passed(one, whole.getBytes(StandardCharsets.UTF_8), new Random(1))).isEqualTo(whole);
    assertThat(one.told()).isEqualTo(new Tokens(5_000, 0, 4_000));
    assertThat(one.outputTokens()).isPositive().isLessThan(Tokens.ofBytes(200_000));
  }

  @Test
  void anEventThatIsTooLongWithoutItsTextsIsTextForAllThatIsKnown() {
    String all =
        ("data: {'delta':[" + "1,".repeat(1 << 20) + "1]}\n\ndata: {'delta':'abcd'}\n\n")
            .replace('\'', '"');
    EventScan scan = new EventScan(true);
    assertThat(passed(scan, all.getBytes(StandardCharsets.UTF_8), new Random(1))).isEqualTo(all);
    int last = "data: {'delta':'abcd'}\n\n".length();
    assertThat(scan.outputTokens()).isEqualTo(Tokens.ofBytes(all.length() - last + 4));
  }

  @Test
  void theLastEventNeedsNoBlankLine() {
    String all =
        "data: {'response':{'usage':{'input_tokens':5,'output_tokens':6}}}".replace('\'', '"');
    EventScan scan = new EventScan(true);
    assertThat(passed(scan, all.getBytes(StandardCharsets.UTF_8), new Random(1))).isEqualTo(all);
    assertThat(scan.told()).isEqualTo(new Tokens(5, 0, 6));
  }

  @Test
  void oneObjectIsReadHoweverItIsCut() {
    String all =
        ("{'usage_not':{'prompt_tokens':1},'choices':[{'message':{'role':'assistant','content':'\u00e4\u00e4'},"
                + "'usage':{'prompt_tokens':2}}],'usage':{'prompt_tokens':9,'deep':{'deeper':{'prompt_tokens':3}},"
                + "'completion_tokens':4,'prompt_tokens_details':{'cached_tokens':20}},'data':[0.25]}")
            .replace('\'', '"');
    for (long seed = 0; seed < 200; seed++) {
      JsonScan scan = new JsonScan();
      assertThat(passed(scan, all.getBytes(StandardCharsets.UTF_8), new Random(seed)))
          .isEqualTo(all);
      assertThat(scan.told()).as("no more is cached than there is").isEqualTo(new Tokens(9, 9, 4));
      assertThat(scan.outputTokens()).isEqualTo(1);
    }
  }

  @Test
  void whatCanNotBeReadIsTextForAllThatIsKnown() {
    JsonScan scan = new JsonScan();
    passed(scan, "<html>".getBytes(StandardCharsets.UTF_8), new Random(3));
    assertThat(scan.outputTokens()).isEqualTo(2);
    JsonScan longText = new JsonScan();
    byte[] all =
        ("{\"choices\":[\"" + "x".repeat(2 << 20) + "\"}").getBytes(StandardCharsets.UTF_8);
    passed(longText, all, new Random(3));
    assertThat(longText.outputTokens()).isEqualTo(Tokens.ofBytes(all.length));
  }

  @Test
  void whatIsNoJsonTellsNothing() {
    for (String all :
        new String[] {
          "", "<html>", "[1,2]", "5", "{\"usage\":7}", "{\"usage\":{\"prompt_tokens\":-4}}"
        }) {
      JsonScan scan = new JsonScan();
      assertThat(passed(scan, all.getBytes(StandardCharsets.UTF_8), new Random(3))).isEqualTo(all);
      assertThat(scan.told()).as(all).isNull();
    }
  }
}
