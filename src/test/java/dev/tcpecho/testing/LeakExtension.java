package dev.tcpecho.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.time.Duration;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Sets up what every test shares, and fails a test class that left a buffer unreleased. It leaks one itself and waits
 * for the record of that one: so the detector is known to be on, and what leaked earlier has been recorded too.
 */
public final class LeakExtension implements AfterAllCallback {

    static {
        // Before the first buffer: JUnit loads its extensions before the test classes.
        ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(new RecordingLeakDetector.Factory());
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
        Awaitility.setDefaultPollInterval(Duration.ofMillis(10));
        Awaitility.setDefaultTimeout(Duration.ofSeconds(30));
    }

    private static final String CANARY = "leaked on purpose by the leak extension";

    @Override
    public void afterAll(ExtensionContext context) {
        // Unlike any before, as the detector reports equal records once.
        String canary = CANARY + " " + UUID.randomUUID();
        leakOnPurpose(canary);
        await("the record of the buffer leaked on purpose").until(() -> {
            System.gc();
            // The detector reports when the next buffer is tracked.
            ByteBufAllocator.DEFAULT.directBuffer(1).release();
            return RecordingLeakDetector.RECORDS.removeIf(leak -> leak.contains(canary));
        });
        assertThat(RecordingLeakDetector.RECORDS).isEmpty();
    }

    private static void leakOnPurpose(String canary) {
        ByteBufAllocator.DEFAULT.directBuffer(1).touch(canary);
    }
}
