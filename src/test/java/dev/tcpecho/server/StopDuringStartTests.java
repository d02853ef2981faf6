package dev.tcpecho.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tcpecho.testing.ServiceProcess;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextRefreshedEvent;

/** A process that ends while the thread that starts it waits for a lock drains its connections all the same. */
class StopDuringStartTests {

    private static final Duration END = Duration.ofMinutes(1);

    @Test
    void connectionsAreDrainedWhileTheStartGoesOn() throws Exception {
        try (ServiceProcess service = start("held.fails=false", "echo.drain.delay=3s", "echo.drain.quiet=20s")) {
            try (EchoClient client = EchoClient.connect(service.address("plain"))) {
                echo(client);
                service.terminate();
                service.awaitOutput("Held start goes on");
                // Not ready; Spring makes no bean for the management port any more, so that it may answer 500.
                assertThat(service.get("/actuator/health/readiness").statusCode())
                        .isIn(500, 503);
                service.awaitOutput("Echo stopping: connections still open: 1");
                echo(client);
                client.halfClose();
                assertThat(client.readToEnd()).isEmpty();
            }
            assertStopped(service);
        }
    }

    @Test
    void connectionsAreDrainedWhenTheStartThenFails() throws Exception {
        try (ServiceProcess service = start("held.fails=true", "echo.drain.quiet=1s")) {
            try (EchoClient client = EchoClient.connect(service.address("plain"))) {
                echo(client);
                service.terminate();
                service.awaitOutput("Held start goes on");
                echo(client);
                assertThat(client.readToEnd()).isEmpty();
            }
            assertStopped(service);
        }
    }

    private static ServiceProcess start(String... properties) throws Exception {
        String[] all = new String[properties.length + 1];
        all[0] = "spring.main.sources=" + HeldStart.class.getName();
        System.arraycopy(properties, 0, all, 1, properties.length);
        ServiceProcess service = ServiceProcess.start(all);
        service.awaitOutput("Held start waits");
        return service;
    }

    private static void echo(EchoClient client) throws Exception {
        client.send(new byte[] {1, 2, 3});
        assertThat(client.read(3)).containsExactly(1, 2, 3);
    }

    private static void assertStopped(ServiceProcess service) throws Exception {
        assertThat(service.awaitExit(END)).isEqualTo(143);
        assertThat(service.output())
                .containsOnlyOnce("Echo draining: ")
                .containsOnlyOnce("Echo stopped: connections that were still open and had to be closed: 0");
    }

    /** Has the start wait for a lock, with the listeners open, until the service drains. */
    static class HeldStart implements ApplicationListener<ContextRefreshedEvent> {

        private final ReentrantLock lock = new ReentrantLock();

        private final EchoServer server;

        private final boolean fails;

        HeldStart(EchoServer server, @Value("${held.fails}") boolean fails) {
            this.server = server;
            this.fails = fails;
        }

        @Override
        public void onApplicationEvent(ContextRefreshedEvent event) {
            CountDownLatch held = new CountDownLatch(1);
            EchoClient.THREADS.execute(() -> hold(held));
            try {
                held.await();
            } catch (InterruptedException ex) {
                throw new IllegalStateException(ex);
            }
            System.out.println("Held start waits");
            this.lock.lock();
            System.out.println("Held start goes on");
            if (this.fails) {
                throw new IllegalStateException("Held start fails");
            }
        }

        private void hold(CountDownLatch held) {
            this.lock.lock();
            try {
                held.countDown();
                while (!this.server.isDraining()) {
                    Thread.sleep(10);
                }
            } catch (InterruptedException ex) {
                Thread.currentThread().interrupt();
            } finally {
                this.lock.unlock();
            }
        }
    }
}
