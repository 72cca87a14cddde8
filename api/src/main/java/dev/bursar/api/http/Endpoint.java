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
 * @param concerns which leases it may take something away from
 * @param handler what it does
 */
public record Endpoint(
    String method,
    String path,
    Access access,
    Intake intake,
    ProblemForm problems,
    boolean slow,
    Concerns concerns,
    Handler handler) {

  /** Which leases may be worth less after an operation, so that their holders are told. */
  public enum Concerns {
    /** None. */
    NO_LEASE,
    /** The one in its path. */
    ONE_LEASE,
    /** Those of the org in its path. */
    AN_ORG,
    /** Those of all orgs. */
    ALL_ORGS
  }

  /** What an operation does. It may end the request by throwing or failing with a fault. */
  @FunctionalInterface
  public interface Handler {
    CompletionStage<Reply> handle(Call call);
  }

  private static Endpoint of(
      String method, String path, Access access, Intake intake, Handler handler) {
    return new Endpoint(
        method, path, access, intake, ProblemForm.STANDARD, false, Concerns.NO_LEASE, handler);
  }

  public static Endpoint get(String path, Access access, Handler handler) {
    return of("GET", path, access, Intake.JSON, handler);
  }

  public static Endpoint post(String path, Access access, Handler handler) {
    return of("POST", path, access, Intake.JSON, handler);
  }

  /** One that takes other bodies than a JSON object. */
  public static Endpoint post(String path, Access access, Intake intake, Handler handler) {
    return of("POST", path, access, intake, handler);
  }

  public static Endpoint put(String path, Access access, Handler handler) {
    return of("PUT", path, access, Intake.JSON, handler);
  }

  public static Endpoint delete(String path, Access access, Handler handler) {
    return of("DELETE", path, access, Intake.JSON, handler);
  }

  /** The same, telling problems in another form. */
  public Endpoint telling(ProblemForm form) {
    return new Endpoint(method, path, access, intake, form, slow, concerns, handler);
  }

  /** The same, with more time. */
  public Endpoint slowly() {
    return new Endpoint(method, path, access, intake, problems, true, concerns, handler);
  }

  /** The same, which may take something away from leases. */
  public Endpoint concerning(Concerns leases) {
    return new Endpoint(method, path, access, intake, problems, slow, leases, handler);
  }

  /** The same, done in another way. */
  public Endpoint handledBy(Handler other) {
    return new Endpoint(method, path, access, intake, problems, slow, concerns, other);
  }

  /** Whether its requests carry a body. */
  boolean takesBody() {
    return method.equals("POST") || method.equals("PUT");
  }
}
