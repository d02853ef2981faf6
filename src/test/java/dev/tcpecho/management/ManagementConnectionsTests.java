package dev.tcpecho.management;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tcpecho.server.ProcessResources;
import io.netty.channel.DefaultChannelId;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which connection of the management port is closed for a new one. */
class ManagementConnectionsTests {

    private final ManagementConnections connections = new ManagementConnections(new ManagementRefusals());

    private final EmbeddedChannel listening = new EmbeddedChannel(this.connections);

    @AfterEach
    void close() {
        this.listening.finishAndReleaseAll();
    }

    private EmbeddedChannel accept() {
        EmbeddedChannel accepted = new EmbeddedChannel();
        this.listening.writeInbound(accepted);
        return accepted;
    }

    private void acceptAsManyAsMayBeOpen() {
        for (int i = 0; i < ProcessResources.MANAGEMENT_CONNECTIONS; i++) {
            accept();
        }
    }

    @Test
    void oneThatWaitsForAnAnswerStaysOpenWhileOthersSendNothing() {
        EmbeddedChannel healthCheck = accept();
        this.connections.requested(healthCheck);
        acceptAsManyAsMayBeOpen();
        acceptAsManyAsMayBeOpen();
        assertThat(healthCheck.isOpen()).isTrue();

        this.connections.answered(healthCheck);
        acceptAsManyAsMayBeOpen();
        healthCheck.runPendingTasks();
        assertThat(healthCheck.isOpen()).isFalse();
    }

    @Test
    void oneThatWaitsForAnAnswerIsClosedIfAllDo() {
        EmbeddedChannel first = accept();
        this.connections.requested(first);
        for (int i = 1; i < ProcessResources.MANAGEMENT_CONNECTIONS; i++) {
            this.connections.requested(accept());
        }
        assertThat(first.isOpen()).isTrue();
        accept();
        first.runPendingTasks();
        assertThat(first.isOpen()).isFalse();
    }

    /** As in a burst, where each is accepted before the event loops have registered any. */
    @Test
    void onesThatWereNotRegisteredWhenTheyBecameTooManyAreClosedLater() throws Exception {
        List<EmbeddedChannel> burst = new ArrayList<>();
        for (int i = 0; i < 2 * ProcessResources.MANAGEMENT_CONNECTIONS; i++) {
            EmbeddedChannel accepted = new EmbeddedChannel(DefaultChannelId.newInstance(), false, false);
            this.listening.writeInbound(accepted);
            burst.add(accepted);
        }
        for (EmbeddedChannel accepted : burst) {
            accepted.register();
            this.connections.registered();
        }
        burst.forEach(EmbeddedChannel::runPendingTasks);
        assertThat(burst).filteredOn(EmbeddedChannel::isOpen).hasSize(ProcessResources.MANAGEMENT_CONNECTIONS);
    }
}
