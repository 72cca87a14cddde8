package dev.bursar.api.http;

import dev.bursar.api.access.Access;
import java.util.concurrent.CompletionStage;

/**
 * One operation of the API.
 *
 * @param method the HTTP method
 * @param path the path as in the OpenAPI document, variables in braces
 * @param access what it asks of the caller's key
 * @param intake what bodies it takes, where its method has any
 * @param problems how it tells what went wrong
 * @param slow whether it may take longer than others, as what reads a lot does
 * @param handler what it does
 */
public record Endpoint(
    String method,
    String path,
    Access access,
    Intake intake,
    ProblemForm problems,
    boolean slow,
    Handler handler) {

  /** What an operation does. It may end the request by throwing or failing with a fault. */
  @FunctionalInterface
  public interface Handler {
    CompletionStage<Reply> handle(Call call);
  }

  public static Endpoint get(String path, Access access, Handler handler) {
    return new Endpoint("GET", path, access, Intake.JSON, ProblemForm.STANDARD, false, handler);
  }

  public static Endpoint post(String path, Access access, Handler handler) {
    return new Endpoint("POST", path, access, Intake.JSON, ProblemForm.STANDARD, false, handler);
  }

  /** One that takes other bodies than a JSON object. */
  public static Endpoint post(String path, Access access, Intake intake, Handler handler) {
    return new Endpoint("POST", path, access, intake, ProblemForm.STANDARD, false, handler);
  }

  public static Endpoint put(String path, Access access, Handler handler) {
    return new Endpoint("PUT", path, access, Intake.JSON, ProblemForm.STANDARD, false, handler);
  }

  public static Endpoint delete(String path, Access access, Handler handler) {
    return new Endpoint("DELETE", path, access, Intake.JSON, ProblemForm.STANDARD, false, handler);
  }

  /** The same, telling problems in another form. */
  public Endpoint telling(ProblemForm form) {
    return new Endpoint(method, path, access, intake, form, slow, handler);
  }

  /** The same, with more time. */
  public Endpoint slowly() {
    return new Endpoint(method, path, access, intake, problems, true, handler);
  }

  /** Whether its requests carry a body. */
  boolean takesBody() {
    return method.equals("POST") || method.equals("PUT");
  }
}
