package dev.bursar.database;

import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Where a PostgreSQL is, and how to talk to it. {@link #connectionUrl()} carries everything that a
 * connection needs except user and password, so that every pool, whoever makes it, gets the same
 * timeouts.
 *
 * <p>The timeouts travel as the startup parameter {@code options}, which a connection pooler
 * between node and server (PgBouncer) has to be told to let through.
 *
 * @param jdbcUrl {@code jdbc:postgresql://host:port/database}, with parameters of the PostgreSQL
 *     driver if need be; those win over what is set here. Without user and password: {@link
 *     #of(String)} takes them out
 * @param user empty for the driver's own choice
 * @param password empty for none
 * @param poolSize connections in the pool of {@link Database}, from 1
 * @param applicationName how the server lists these connections
 */
public record DatabaseSettings(
    String jdbcUrl,
    String user,
    String password,
    int poolSize,
    String applicationName,
    DatabaseTimeouts timeouts) {

  private static final String SCHEME = "jdbc:postgresql:";
  private static final String PRIMARY = "primary";
  private static final int POOL_SIZE_STANDARD = 10;
  private static final int PORT_STANDARD = 5432;

  /**
   * @throws IllegalArgumentException if the URL isn't one of PostgreSQL, or {@code poolSize} is
   *     under 1
   */
  public DatabaseSettings {
    if (!jdbcUrl.startsWith(SCHEME)) {
      throw new IllegalArgumentException(
          "A database URL begins with %s//, for example %s//localhost:5432/bursar?user=bursar&password=…"
              .formatted(SCHEME, SCHEME));
    }
    if (poolSize < 1) {
      throw new IllegalArgumentException("poolSize is " + poolSize + ", from 1 would be accepted.");
    }
  }

  /**
   * Settings from a URL as a person writes it, {@code
   * jdbc:postgresql://host/database?user=u&password=p}; the rest is standard.
   *
   * @throws IllegalArgumentException if the URL isn't one of PostgreSQL
   */
  public static DatabaseSettings of(String jdbcUrl) {
    Map<String, String> parameters = parameters(jdbcUrl);
    String user = parameters.getOrDefault("user", "");
    String password = parameters.getOrDefault("password", "");
    parameters.remove("user");
    parameters.remove("password");
    return of(withParameters(address(jdbcUrl), parameters), user, password);
  }

  /**
   * Settings from a URL, user and password; the rest is standard.
   *
   * @throws IllegalArgumentException if the URL isn't one of PostgreSQL
   */
  public static DatabaseSettings of(String jdbcUrl, String user, String password) {
    return new DatabaseSettings(
        jdbcUrl, user, password, POOL_SIZE_STANDARD, "bursar", DatabaseTimeouts.STANDARD);
  }

  public DatabaseSettings withPoolSize(int size) {
    return new DatabaseSettings(jdbcUrl, user, password, size, applicationName, timeouts);
  }

  public DatabaseSettings withApplicationName(String name) {
    return new DatabaseSettings(jdbcUrl, user, password, poolSize, name, timeouts);
  }

  public DatabaseSettings withTimeouts(DatabaseTimeouts bounds) {
    return new DatabaseSettings(jdbcUrl, user, password, poolSize, applicationName, bounds);
  }

  /**
   * The complete URL, for this pool and for others: address, timeouts, keep-alive, batched inserts,
   * and that it is to be a primary; no user, no password.
   */
  public String connectionUrl() {
    Map<String, String> given = parameters(jdbcUrl);
    Map<String, String> all = new LinkedHashMap<>();
    all.put("ApplicationName", applicationName);
    all.put("connectTimeout", Long.toString(Math.max(1, timeouts.connection().toSeconds())));
    all.put("socketTimeout", Long.toString(timeouts.socket().toSeconds()));
    all.put("tcpKeepAlive", "true");
    // One insert of many rows instead of many inserts: the journal writes in batches.
    all.put("reWriteBatchedInserts", "true");
    // The order of commits, by which all is read, is the primary's; a standby shows others.
    all.put("targetServerType", PRIMARY);
    all.putAll(given);
    // Of two -c for one setting the server takes the later one, so that a given one wins here, too.
    all.put("options", (serverOptions() + " " + given.getOrDefault("options", "")).strip());
    return withParameters(address(jdbcUrl), all);
  }

  /** The port of the server. */
  public int port() {
    int port = uri().getPort();
    return port < 0 ? PORT_STANDARD : port;
  }

  /**
   * The same database by way of something on this machine that listens in: nothing is encrypted.
   *
   * @param port where that is
   */
  public DatabaseSettings through(int port) {
    Map<String, String> given = parameters(jdbcUrl);
    given.put("sslmode", "disable");
    given.put("gssEncMode", "disable");
    String there = "%s//127.0.0.1:%d%s".formatted(SCHEME, port, uri().getRawPath());
    return new DatabaseSettings(
        withParameters(there, given), user, password, poolSize, applicationName, timeouts);
  }

  private URI uri() {
    return URI.create(address().substring("jdbc:".length()));
  }

  /** Host, port and database, for messages: no parameters, hence no secrets. */
  public String address() {
    return address(jdbcUrl);
  }

  /** Without the password, and without the parameters, which may hold another secret. */
  @Override
  public String toString() {
    return "DatabaseSettings[%s, user=%s, poolSize=%d, applicationName=%s, %s]"
        .formatted(address(), user, poolSize, applicationName, timeouts);
  }

  private String serverOptions() {
    return "-c statement_timeout=%d -c lock_timeout=%d -c idle_in_transaction_session_timeout=%d"
        .formatted(
            timeouts.statement().toMillis(),
            timeouts.lock().toMillis(),
            timeouts.idleInTransaction().toMillis());
  }

  private static String address(String url) {
    int query = url.indexOf('?');
    return query < 0 ? url : url.substring(0, query);
  }

  private static Map<String, String> parameters(String url) {
    Map<String, String> parameters = new LinkedHashMap<>();
    int query = url.indexOf('?');
    if (query < 0) {
      return parameters;
    }
    for (String parameter : url.substring(query + 1).split("&", -1)) {
      if (!parameter.isEmpty()) {
        int equals = parameter.indexOf('=');
        String name = equals < 0 ? parameter : parameter.substring(0, equals);
        String value = equals < 0 ? "" : parameter.substring(equals + 1);
        parameters.put(name, URLDecoder.decode(value, StandardCharsets.UTF_8));
      }
    }
    return parameters;
  }

  private static String withParameters(String address, Map<String, String> parameters) {
    if (parameters.isEmpty()) {
      return address;
    }
    return parameters.entrySet().stream()
        .map(p -> p.getKey() + "=" + URLEncoder.encode(p.getValue(), StandardCharsets.UTF_8))
        .collect(Collectors.joining("&", address + "?", ""));
  }
}
