package dev.tcpecho.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.jayway.jsonpath.JsonPath;
import dev.tcpecho.EchoApplication;
import dev.tcpecho.probe.cli.ExitCode;
import dev.tcpecho.testing.RunningService;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The command {@code probe watch} against the service, from its options to its exit codes. */
@Timeout(60)
class WatchCommandTests {

    private static RunningService service;

    private static String target;

    private final StringWriter out = new StringWriter();

    private final StringWriter err = new StringWriter();

    @BeforeAll
    static void start() {
        service = RunningService.start(
                "echo.listeners.greeting.port=0", "echo.listeners.greeting.behaviours.greeting=json");
        target = "127.0.0.1:" + service.address().getPort();
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    private int run(String... arguments) {
        return Probe.run(new PrintWriter(this.out, true), new PrintWriter(this.err, true), arguments);
    }

    @Test
    void serviceThatEchoesHasNoInterruption(@TempDir Path directory) throws Exception {
        Path histogram = directory.resolve("watch.hgrm");
        Locale locale = Locale.getDefault();
        try {
            Locale.setDefault(Locale.forLanguageTag("fa-IR"));
            assertThat(run(
                            "watch",
                            target,
                            "--duration",
                            "1s",
                            "--timeout",
                            "5s",
                            "--max-lost",
                            "0",
                            "--max-interruption",
                            "0s",
                            "--histogram",
                            histogram.toString()))
                    .isZero();
        } finally {
            Locale.setDefault(locale);
        }
        assertThat(this.out.toString())
                .contains(
                        "connected to 127.0.0.1:",
                        "watching %s with 64 bytes every 100ms".formatted(target),
                        "the connection that stays: messages: 10, lost: 0 (0 bytes), skipped: 0, under way at the end: 0",
                        "new connections: messages: 10, lost: 0 (0 bytes)",
                        "new connections: interruptions: 0\n",
                        "round trips: min ")
                .doesNotContainPattern("[\\p{Nd}&&[^0-9]]");
        assertThat(this.err.toString()).isEmpty();
        assertThat(Files.readString(histogram)).containsPattern("Total count    = +10\\]");
    }

    @Test
    void jsonIsTheEndAlone() {
        String greeting = "127.0.0.1:" + service.address("greeting").getPort();
        assertThat(run("watch", greeting, "--greeting", "--duration", "300ms", "--output", "json"))
                .isZero();
        assertThat(this.out.toString().lines()).hasSize(1);
        assertThat(JsonPath.<Integer>read(this.out.toString(), "$.established.messages"))
                .isEqualTo(3);
    }

    @Test
    void greetingThatIsNotExpectedIsAMismatch() {
        String greeting = "127.0.0.1:" + service.address("greeting").getPort();
        assertThat(run("watch", greeting, "--duration", "200ms")).isEqualTo(2);
        assertThat(this.out.toString()).contains(", mismatch; messages lost: ");
        assertThat(this.err.toString()).startsWith("probe watch: no message came back: byte 0 of a message");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
                    watch localhost | 'localhost' is not HOST:PORT with a port from 1 to 65535, for example localhost:25341
                    watch --interval 9ms | --interval is 9ms, but must be from 10ms to 1h
                    watch --interval 2h | --interval is 2h, but must be from 10ms to 1h
                    watch --duration 0s | --duration is 0s, but must be more than 0s, and 366d at the most
                    watch --duration 367d | --duration is 367d, but must be more than 0s, and 366d at the most
                    watch --size 0 | --size is 0, but must be from 1B to 16KB
                    watch --size 17KB | --size is 17KB, but must be from 1B to 16KB
                    watch --timeout 100s | --timeout and --interval let 1001 messages be under way at the same time, but no more than 1000 can be: shorten --timeout, or lengthen --interval
                    watch --max-interruption 500ms | --max-interruption is 500ms, but must be 0s, or --timeout or more, as no shorter stall is seen
                    watch --max-interruption -1s | --max-interruption is -1s, but must be 0s, or --timeout or more, as no shorter stall is seen
                    watch --max-lost -1 | --max-lost is -1, but must be 0 or more
                    watch --max-lost x | --max-lost is x, but must be a whole number
                    watch --listen x | --listen is x, but must be PORT or HOST:PORT with a port from 0 to 65535, for example 9100, localhost:9100 or [::1]:9100
                    watch --listen 192.0.2.7:9100 | --listen is 192.0.2.7:9100, but this host has no such address: choose one that it has, or a port alone
                    watch --count 3 | --count is not an option
                    """)
    void refusesBadUsageInOneSentence(String arguments, String sentence) {
        assertThat(run(arguments.split(" "))).isEqualTo(ExitCode.BAD_USAGE);
        assertThat(this.err.toString()).isEqualTo("probe watch: " + sentence + ". See probe watch --help.\n");
        assertThat(this.out.toString()).isEmpty();
    }

    @Test
    void startTellsThePortOfTheMetrics() {
        assertThat(run("watch", target, "--duration", "100ms", "--listen", "127.0.0.1:0", "--output", "ndjson"))
                .isZero();
        String start = this.out.toString().lines().findFirst().orElseThrow();
        assertThat(JsonPath.<String>read(start, "$.metricsAddress")).matches("127\\.0\\.0\\.1:[1-9]\\d+");
    }

    @Test
    void optionsBeforeTheCommandAreRefused() {
        assertThat(run("--size", "3", "watch", target)).isEqualTo(ExitCode.BAD_USAGE);
        assertThat(this.err.toString())
                .isEqualTo("probe: an option stands before the command watch: write watch first. See probe --help.\n");
    }

    @Test
    void helpTellsTheExitCodesAndItsOwnDefaults() {
        assertThat(run("watch", "--help")).isZero();
        assertThat(this.out.toString())
                .contains("HOST:PORT", "Default: 1s", "Default: 100ms", "2   no message came back in the whole run");
    }

    /** In a process of its own, as a signal ends the process. */
    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    void signalEndsTheWatchWithItsSummaryAndExitCode(String signal, @TempDir Path directory) throws Exception {
        Path output = directory.resolve("output");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        EchoApplication.class.getName(),
                        "probe",
                        "watch",
                        target,
                        "--timeout",
                        "5s",
                        "--max-lost",
                        "0")
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            await().atMost(30, TimeUnit.SECONDS)
                    .until(() -> Files.readString(output).contains("watching "));
            Thread.sleep(300);
            assertThat(new ProcessBuilder("kill", "-" + signal, String.valueOf(process.pid()))
                            .start()
                            .waitFor())
                    .isZero();
            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isZero();
            assertThat(Files.readString(output))
                    .contains("new connections: interruptions: 0\n", "the connection that stays: messages: ");
        } finally {
            process.destroyForcibly();
        }
    }
}
