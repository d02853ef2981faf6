package dev.tcpecho.testing;

import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * {@link ResourceLeakDetector} that keeps its records for a test to look at.
 *
 * @param <T> the type of resource
 */
final class RecordingLeakDetector<T> extends ResourceLeakDetector<T> {

    static final Queue<String> RECORDS = new ConcurrentLinkedQueue<>();

    RecordingLeakDetector(Class<?> resourceType, int samplingInterval) {
        super(resourceType, samplingInterval);
    }

    @Override
    protected void reportTracedLeak(String resourceType, String records) {
        RECORDS.add(resourceType + " leaked: " + records);
    }

    @Override
    protected void reportUntracedLeak(String resourceType) {
        RECORDS.add(resourceType + " leaked");
    }

    static final class Factory extends ResourceLeakDetectorFactory {

        @Override
        @SuppressWarnings("deprecation")
        public <T> ResourceLeakDetector<T> newResourceLeakDetector(
                Class<T> resource, int samplingInterval, long maxActive) {
            return new RecordingLeakDetector<>(resource, samplingInterval);
        }
    }
}
