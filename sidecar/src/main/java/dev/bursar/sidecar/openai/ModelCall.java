package dev.bursar.sidecar.openai;

/**
 * A call of a model, as far as it says what it may cost.
 *
 * @param model the model that it names
 * @param inputTokens of the request, estimated
 * @param outputTokens of the answer, at most, or as many as are usual
 * @param isBounded whether the client has set that bound, so that the model keeps to it
 * @param addsUsage whether the stream tells what was used only because the proxy asks it to
 * @param body as it is sent on
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, and sent once
record ModelCall(
    String model,
    long inputTokens,
    long outputTokens,
    boolean isBounded,
    boolean addsUsage,
    byte[] body) {

  /** What is set aside for it. */
  Tokens estimated() {
    return new Tokens(inputTokens, 0, outputTokens);
  }
}
