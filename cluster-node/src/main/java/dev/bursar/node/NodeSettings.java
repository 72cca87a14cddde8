package dev.bursar.node;

import dev.bursar.database.DatabaseSettings;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a node is started with.
 *
 * @param database the PostgreSQL that holds journal and read models; it need not be migrated
 * @param host the address to listen on
 * @param port the port to listen on; 0 for any free one
 * @param catalog the files of the catalog; none for the one in the configuration
 * @param spanMapping the file that says how spans are read into usage; null for the one in the
 *     configuration
 * @param operatorKey the secret of an operator's key that is to exist, or null
 * @param testClockStart where the clock stands until it is moved; null for the system's clock
 * @param name of the process: no other has it, nor had it
 * @param former the name of the process whose place it takes, which has ended; null if there is
 *     none
 * @param signingKey the file of the key that signs the heads of ledgers; made if it is not there
 */
public record NodeSettings(
    DatabaseSettings database,
    String host,
    int port,
    List<Path> catalog,
    @Nullable Path spanMapping,
    @Nullable String operatorKey,
    @Nullable Instant testClockStart,
    String name,
    @Nullable String former,
    Path signingKey) {}
