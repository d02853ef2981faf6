package dev.tcpecho.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/**
 * Clients that end badly leave nothing behind: descriptors and gauges go back to where they were, and each end has its
 * reason, and no line in the log. Buffers are watched by the leak extension.
 */
@ExtendWith(OutputCaptureExtension.class)
class LeavesNothingBehindTests extends OnEachTransport {

    private static final int CLIENTS = 20;

    private static final int MIB = 1024 * 1024;

    private int loggedBefore;

    @BeforeEach
    void rememberLog(CapturedOutput output) {
        this.loggedBefore = output.length();
    }

    @AfterEach
    void logsNothing(CapturedOutput output) {
        assertThat(output.subSequence(this.loggedBefore, output.length()))
                .asString()
                .isEmpty();
    }

    @Test
    void connectAndClose() throws Exception {
        assertLeavesNothing("probe", EchoClient::close);
    }

    @Test
    void connectAndReset() throws Exception {
        assertLeavesNothing("probe", EchoClient::reset);
    }

    @Test
    void resetAfterAnEcho() throws Exception {
        assertLeavesNothing("reset", client -> {
            client.send(new byte[] {1});
            client.read(1);
            client.reset();
        });
    }

    @Test
    void resetWhilePushedBack() throws Exception {
        assertLeavesNothing("reset", client -> {
            sendUntilPushedBack(client);
            client.reset();
        });
    }

    @Test
    void closeWithoutReadingTheEcho() throws Exception {
        assertLeavesNothing("reset", client -> {
            sendUntilPushedBack(client);
            client.close();
        });
    }

    @Test
    void endOfStreamAndThenResetWithoutReadingTheEcho() throws Exception {
        assertLeavesNothing("reset", client -> {
            sendUntilPushedBack(client);
            client.halfClose();
            client.reset();
        });
    }

    private static void sendUntilPushedBack(EchoClient client) {
        long lost = echo.held();
        client.sendInBackground(new byte[32 * MIB]);
        // For a while, as an echo under way is held for a moment too.
        await().during(Duration.ofMillis(100)).until(() -> echo.held() - lost > 0);
    }

    private static void assertLeavesNothing(String reason, Scenario scenario) throws Exception {
        awaitRest();
        long descriptors = openDescriptors();
        long accepted = echo.accepted();
        long closed = echo.closed(reason);
        for (int i = 0; i < CLIENTS; i++) {
            try (EchoClient client = EchoClient.connect(echo.address())) {
                scenario.run(client);
            }
            awaitRest();
        }
        await().untilAsserted(() -> assertThat(echo.closed(reason) - closed).isEqualTo(CLIENTS));
        await().untilAsserted(() -> assertThat(openDescriptors()).isLessThanOrEqualTo(descriptors));
        assertThat(echo.accepted() - accepted).isEqualTo(CLIENTS);
    }

    private static void awaitRest() {
        await().untilAsserted(() -> assertThat(echo.active()).isZero());
    }

    private static long openDescriptors() {
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/self/fd"))) {
            return descriptors.count();
        } catch (IOException ex) {
            throw new UncheckedIOException(ex);
        }
    }

    @FunctionalInterface
    private interface Scenario {

        void run(EchoClient client) throws Exception;
    }
}
