package dev.tcpecho.management;

import dev.tcpecho.echo.OpenConnection;
import dev.tcpecho.server.EchoServer;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/**
 * {@link Endpoint @Endpoint} that lists open connections, those that hold the most first: {@value #DEFAULT_LIMIT},
 * unless it is asked for more or fewer. It shows clients' addresses, and so is not exposed by default.
 */
@Endpoint(id = "connections")
final class ConnectionsEndpoint {

    private static final int DEFAULT_LIMIT = 100;

    private static final Comparator<OpenConnection> MOST_HELD_THEN_OLDEST = Comparator.comparingLong(
                    OpenConnection::heldBytes)
            .thenComparing(OpenConnection::age)
            .reversed();

    private final EchoServer server;

    ConnectionsEndpoint(EchoServer server) {
        this.server = server;
    }

    @ReadOperation
    Connections connections(@Nullable Integer limit) {
        List<OpenConnection> open = this.server.connections();
        return new Connections(
                open.size(),
                open.stream()
                        .sorted(MOST_HELD_THEN_OLDEST)
                        .limit((limit == null) ? DEFAULT_LIMIT : Math.max(0, limit))
                        .toList());
    }

    /**
     * The answer.
     *
     * @param open how many connections are open
     * @param connections the first of them
     */
    record Connections(int open, List<OpenConnection> connections) {}
}
