package dev.bursar.sidecar.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.bursar.api.problem.Fault;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What a call may cost, and what of it is sent on otherwise. */
final class CallReaderTest {

  private static ModelCall read(Operation operation, String body) {
    return CallReader.read(
        operation, body.replace('\'', '"').getBytes(StandardCharsets.UTF_8), 1_000);
  }

  private static ModelCall chat(String body) {
    return read(Operation.CHAT_COMPLETIONS, body);
  }

  private static String sent(String body) {
    return new String(chat(body).body(), StandardCharsets.UTF_8).replace('"', '\'');
  }

  @Test
  void outputIsWhatTheClientBoundsItToForEachChoice() {
    assertThat(chat("{'model':'m'}").outputTokens()).isEqualTo(1_000);
    assertThat(chat("{'model':'m'}").isBounded()).isFalse();
    assertThat(chat("{'model':'m','max_tokens':7}").outputTokens()).isEqualTo(7);
    assertThat(chat("{'model':'m','max_tokens':7}").isBounded()).isTrue();
    assertThat(chat("{'max_tokens':7,'max_completion_tokens':9,'n':3,'model':'m'}").outputTokens())
        .isEqualTo(27);
    assertThat(read(Operation.RESPONSES, "{'model':'m','max_output_tokens':8}").outputTokens())
        .isEqualTo(8);
    assertThat(read(Operation.COMPLETIONS, "{'model':'m','prompt':['a','b'],'best_of':2}"))
        .satisfies(it -> assertThat(it.outputTokens()).isEqualTo(4_000));
    assertThat(read(Operation.COMPLETIONS, "{'model':'m','prompt':[5,6,7]}"))
        .satisfies(it -> assertThat(it.outputTokens()).isEqualTo(1_000))
        .satisfies(it -> assertThat(it.inputTokens()).isEqualTo(3));
    assertThat(read(Operation.EMBEDDINGS, "{'model':'m','input':'abcd'}").outputTokens()).isZero();
  }

  @Test
  void inputIsAQuarterOfItsBytesAndMediaByThePiece() {
    assertThat(chat("{'model':'m','messages':[{'content':'%s'}]}".formatted("a".repeat(393))))
        .satisfies(it -> assertThat(it.inputTokens()).isEqualTo(100));
    assertThat(
            chat(
                "{'model':'m','messages':[{'content':'%s'}]}"
                    .formatted("\u00e4".repeat(196) + "a")))
        .satisfies(it -> assertThat(it.inputTokens()).isEqualTo(100));
    assertThat(
            chat(
                "{'model':'m','messages':[{'image_url':{'url':'data:image/png;base64,%s'}}]}"
                    .formatted("A".repeat(50_000))))
        .satisfies(it -> assertThat(it.inputTokens()).isEqualTo(1_003));
    assertThat(chat("{'model':'m','user':'%s'}".formatted("u".repeat(500))).inputTokens())
        .as("options are no text")
        .isZero();
    assertThat(read(Operation.EMBEDDINGS, "{'model':'m','input':[[1,2],[3]]}").inputTokens())
        .isEqualTo(3);
  }

  /** What a model reads as a text is no picture, whatever it begins with. */
  @Test
  void nobodyMakesACallCheaperByItsForm() {
    String text = "data: " + "word ".repeat(10_000);
    for (String request :
        new String[] {
          "{'model':'m','messages':[{'content':'%s'}]}",
          "{'model':'m','messages':[{'image_url':'%s'}]}",
          "{'model':'m','tools':[{'data':{'description':'%s'}}]}"
        }) {
      assertThat(chat(request.formatted(text)).inputTokens()).isGreaterThan(12_000);
    }
    assertThat(chat("{'model':'m','max_output_tokens':1}"))
        .satisfies(it -> assertThat(it.outputTokens()).isEqualTo(1_000))
        .satisfies(it -> assertThat(it.isBounded()).isFalse());
    assertThat(chat("{'model':'m','max_completion_tokens':0,'max_tokens':90000}").outputTokens())
        .isEqualTo(90_000);
    for (String field : new String[] {"stream", "background"}) {
      assertThatThrownBy(() -> chat("{'model':'m','%s':'true'}".formatted(field)))
          .isInstanceOfSatisfying(
              Fault.class, it -> assertThat(it.problem().field()).isEqualTo(field));
    }
  }

  @Test
  void aStreamIsAskedForItsUsageAndNothingElseChanges() {
    String asked = "'stream_options':{'include_usage':true}";
    assertThat(sent("{'model':'m','stream':true}"))
        .isEqualTo("{" + asked + ",'model':'m','stream':true}");
    assertThat(sent("{ 'stream':true,'x':1.50,'model':'m','stream_options':null}"))
        .isEqualTo("{ 'stream':true,'x':1.50,'model':'m'," + asked + "}");
    assertThat(sent("{'model':'m','stream_options':{},'stream':true}"))
        .isEqualTo("{'model':'m'," + asked + ",'stream':true}");
    assertThat(
            sent("{'model':'m','stream_options':{'include_usage': false ,'y':{}},'stream':true}"))
        .isEqualTo("{'model':'m','stream_options':{'include_usage': true ,'y':{}},'stream':true}");
    assertThat(sent("{'model':'\u00e4','stream_options':{ 'y':[1]},'stream':true}"))
        .isEqualTo(
            "{'model':'\u00e4','stream_options':{'include_usage':true, 'y':[1]},'stream':true}");
    assertThat(chat("{'model':'m','stream':true}").addsUsage()).isTrue();
    for (String untouched :
        new String[] {
          "{'model':'m'}",
          "{'model':'m','stream':false}",
          "{'model':'m','stream':true,'stream_options':{'include_usage':true}}"
        }) {
      assertThat(sent(untouched)).isEqualTo(untouched);
      assertThat(chat(untouched).addsUsage()).isFalse();
    }
    assertThat(read(Operation.RESPONSES, "{'model':'m','stream':true}").addsUsage()).isFalse();
  }

  @Test
  void whatTellsNobodyWhatItUsedIsRefused() {
    assertThatThrownBy(() -> read(Operation.RESPONSES, "{'model':'m','background':true}"))
        .isInstanceOfSatisfying(
            Fault.class, it -> assertThat(it.problem().code()).isEqualTo("not_metered"));
  }
}
