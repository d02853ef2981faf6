package dev.tcpecho.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tcpecho.testing.ServiceProcess;
import dev.tcpecho.transport.Transport;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * What came in time is read before a time is up, also when the process was stopped meanwhile, as a debugger and a
 * frozen container stop it. A process for each transport is stopped and goes on at the same time.
 */
@EnabledOnOs(OS.LINUX)
class StoppedProcessTests {

    private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(3);

    private static final Duration HEADER_TIMEOUT = Duration.ofSeconds(3);

    private static final Duration LIFETIME = Duration.ofSeconds(10);

    private static final Duration QUIET = Duration.ofSeconds(3);

    private static final byte[] HEADER =
            "PROXY TCP4 192.0.2.7 198.51.100.1 1 2\r\n".getBytes(StandardCharsets.US_ASCII);

    private final List<ServiceProcess> services = new ArrayList<>();

    private final List<EchoClient> clients = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        for (Transport transport : Transport.values()) {
            if (transport.unavailabilityCause() == null) {
                this.services.add(ServiceProcess.start(
                        "echo.transport=" + transport,
                        "echo.listeners.proxied.port=0",
                        "echo.listeners.proxied.proxy-protocol=required",
                        "echo.listeners.proxied.trusted-proxies=127.0.0.0/8",
                        "echo.limits.idle-timeout=%sms".formatted(IDLE_TIMEOUT.toMillis()),
                        "echo.limits.lifetime=%sms".formatted(LIFETIME.toMillis()),
                        "echo.drain.quiet=%sms".formatted(QUIET.toMillis())));
            }
        }
        this.services.forEach(service -> service.awaitOutput("Started EchoApplication"));
    }

    @AfterEach
    void end() throws Exception {
        for (EchoClient client : this.clients) {
            client.close();
        }
        this.services.forEach(ServiceProcess::close);
    }

    private EchoClient connect(ServiceProcess service, String listener) throws Exception {
        EchoClient client = EchoClient.connect(service.address(listener));
        this.clients.add(client);
        return client;
    }

    private List<EchoClient> connectAll(String listener) throws Exception {
        List<EchoClient> connected = new ArrayList<>();
        for (ServiceProcess service : this.services) {
            connected.add(connect(service, listener));
        }
        return connected;
    }

    private static void sendAll(List<EchoClient> clients, byte... bytes) throws Exception {
        for (EchoClient client : clients) {
            client.send(bytes);
        }
    }

    private static void assertAllEcho(List<EchoClient> clients, int... bytes) throws Exception {
        for (EchoClient client : clients) {
            assertThat(client.read(bytes.length)).containsExactly(bytes);
        }
    }

    private void signal(String signal) throws Exception {
        List<String> command = new ArrayList<>(List.of("kill", "-" + signal));
        this.services.forEach(service -> command.add(String.valueOf(service.pid())));
        assertThat(new ProcessBuilder(command).start().waitFor()).isZero();
    }

    /** Lets the processes go on when a time that began before they were stopped is surely up. */
    private void goOnAfter(Duration time, long startNanos) throws Exception {
        TimeUnit.NANOSECONDS.sleep(time.plusMillis(300).toNanos() - (System.nanoTime() - startNanos));
        signal("CONT");
    }

    @Test
    void whatCameBeforeATimeIsUpIsEchoed() throws Exception {
        List<EchoClient> proxied = connectAll("proxied");
        List<EchoClient> plain = connectAll("plain");
        sendAll(plain, (byte) 1);
        assertAllEcho(plain, 1);
        long start = System.nanoTime();

        signal("STOP");
        sendAll(plain, (byte) 2);
        sendAll(proxied, HEADER);
        sendAll(proxied, (byte) 3);
        goOnAfter(HEADER_TIMEOUT, start);
        assertAllEcho(plain, 2);
        assertAllEcho(proxied, 3);

        signal("STOP");
        sendAll(plain, (byte) 4);
        goOnAfter(LIFETIME, start);
        assertAllEcho(plain, 4);

        List<EchoClient> last = connectAll("plain");
        sendAll(last, (byte) 5);
        assertAllEcho(last, 5);
        signal("TERM");
        this.services.forEach(service -> service.awaitOutput("Echo stopping"));
        start = System.nanoTime();
        signal("STOP");
        sendAll(last, (byte) 6);
        goOnAfter(QUIET, start);
        assertAllEcho(last, 6);
    }
}
