package dev.bursar.api.http;

import dev.bursar.api.access.Access;
import dev.bursar.api.json.Body;
import dev.bursar.api.json.Names;
import dev.bursar.api.operation.Callers;
import dev.bursar.api.problem.Fault;
import dev.bursar.api.problem.Problem;
import dev.bursar.domain.access.AccessKey;
import dev.bursar.domain.enforcement.Caller;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A request on its way to the operation that it asks for: who calls, and with what. */
public final class Call {

  private final @Nullable AccessKey key;
  private final Map<String, String> variables;
  private final String rawQuery;
  private final Payload body;
  private final @Nullable String idempotencyKey;
  private final Head head;

  Call(
      @Nullable AccessKey key,
      Map<String, String> variables,
      String rawQuery,
      Payload body,
      @Nullable String idempotencyKey,
      Head head) {
    this.key = key;
    this.variables = variables;
    this.rawQuery = rawQuery;
    this.body = body;
    this.idempotencyKey = idempotencyKey;
    this.head = head;
  }

  /** The format that the client likes best; the first, if it does not say. */
  public Format format(Format... offered) {
    return Format.of(head.accept(), List.of(offered));
  }

  /** The key that calls. */
  public AccessKey key() {
    if (key == null) {
      throw new IllegalStateException("the operation asks for no key");
    }
    return key;
  }

  /**
   * Demands more of the key that calls than the operation does by itself.
   *
   * @throws Fault if its role does not allow that
   */
  public void demand(Access access) {
    demand(access, key());
  }

  static void demand(Access access, AccessKey key) {
    if (!access.allows(key.role())) {
      throw Problem.of(
              403,
              "forbidden",
              "a key with the role %s may not do this".formatted(key.role().word()))
          .fault();
    }
  }

  /** What it was authorized by, as sent, for what goes on for longer than the call. */
  public @Nullable String authorization() {
    return head.authorization();
  }

  /** The org in the path. */
  public String org() {
    return name("org");
  }

  /** A name in the path. */
  public String name(String variable) {
    return Names.checked(variable, text(variable));
  }

  /** Any text in the path. */
  public String text(String variable) {
    String value = variables.get(variable);
    if (value == null) {
      throw new IllegalArgumentException("no variable " + variable);
    }
    return value;
  }

  /** The request's object, which may have these fields and no others. */
  public Body body(Set<String> accepted) {
    return Body.of(body.fields(), accepted);
  }

  /** The request's body as it came, where the operation reads it itself. */
  public byte[] bytes() {
    return body.bytes();
  }

  /** As what the body came: one of the media types that the operation takes. */
  public String mediaType() {
    return body.mediaType();
  }

  /** Whether the client has what this tag names already. */
  boolean has(String etag) {
    String sent = head.ifNoneMatch();
    return sent != null
        && Arrays.stream(sent.split(",", -1))
            .map(String::strip)
            .anyMatch(each -> each.equals("*") || each.equals(etag) || each.equals("W/" + etag));
  }

  /** The trace that the call belongs to: 32 hexadecimal digits; or null. */
  public @Nullable String traceId() {
    return head.traceId();
  }

  /** The query parameters, which may be these and no others. */
  public Query query(Set<String> accepted) {
    return new Query(rawQuery, accepted);
  }

  /**
   * Which part of a list is asked for.
   *
   * @param list what is listed, and of whom
   */
  public Page page(String... list) {
    return page(query(Set.of("limit", "cursor")), list);
  }

  /** The same, for a list with parameters of its own. */
  public Page page(Query query, String... list) {
    return new Page(query, List.of(list));
  }

  /** Demands that a list that is asked for whole names no part of it. */
  public static void demandWhole(Query query) {
    for (String parameter : List.of("limit", "cursor")) {
      if (query.get(parameter) != null) {
        throw Problem.invalid(
                parameter, "is for pages of JSON; other formats hold all that passes the filter")
            .fault();
      }
    }
  }

  /** The names of a list's own parameters, with those that every list has. */
  public static Set<String> listParameters(String... own) {
    return Stream.concat(Stream.of("limit", "cursor"), Stream.of(own))
        .collect(Collectors.toUnmodifiableSet());
  }

  /** The client's idempotency key, or null. */
  public @Nullable String idempotencyKey() {
    return idempotencyKey;
  }

  /** This call, as ports want to know it. */
  public Caller caller() {
    return Callers.caller(key().id(), idempotencyKey, body.fields());
  }

  /** The same, where the operation reads the body itself. */
  public Caller callerWithBytes() {
    return Callers.caller(key().id(), idempotencyKey, body.bytes());
  }

  /** What an org looks like from outside, whether it exists or not. */
  public static Fault unknownOrg(String org) {
    return Problem.of(404, "org_not_found", "there is no org named " + org).at("org").fault();
  }
}
