package dev.tcpecho;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.tcpecho.testing.RunningService;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** What the log tells of a start. */
@ExtendWith(OutputCaptureExtension.class)
class StartLinesTests {

    private static final String WORKING_DIRECTORY =
            "; working directory " + Path.of("").toAbsolutePath() + "\n";

    @Test
    void eachConfigurationFileThatWasReadIsNamedTheStrongestFirst(CapturedOutput output, @TempDir Path directory)
            throws Exception {
        Path imported = Files.writeString(directory.resolve("imported.properties"), "echo.limits.connections=7\n");
        Path tree = Files.createDirectory(directory.resolve("tree"));
        Files.writeString(tree.resolve("echo.limits.connections-per-address"), "3");
        Path file = Files.writeString(
                directory.resolve("application.yml"),
                "spring.config.import: ['%s', 'configtree:%s/']\n---\necho.drain.delay: 0s\n"
                        .formatted(imported.toUri(), tree));
        try (RunningService service = RunningService.start("spring.config.additional-location=" + directory.toUri())) {
            assertThat(service.server().isRunning()).isTrue();
        }
        assertThat(output)
                .containsPattern(
                        "Echo configuration read from %s, %s, %s, \\S+application.yml".formatted(file, tree, imported))
                .contains(WORKING_DIRECTORY);
    }

    /** Whoever wonders why a property has no effect looks for the file, be the start a success or not. */
    @Test
    void theFilesAreNamedBeforeTheirValuesCanStopTheStart(CapturedOutput output) {
        assertThat(catchThrowable(() -> RunningService.start("echo.limits.connections=0")))
                .isNotNull();
        assertThat(output)
                .containsPattern("Echo configuration read from \\S+application.yml")
                .contains(WORKING_DIRECTORY);
    }

    @Test
    void manyListenersAreToldTenInALine(CapturedOutput output) {
        String[] ports = IntStream.range(10, 30)
                .mapToObj("echo.listeners.l%s.port=0"::formatted)
                .toArray(String[]::new);
        try (RunningService service = RunningService.start(ports)) {
            List<String> lines = output.toString()
                    .lines()
                    .filter(line -> line.contains("Echo listeners ") || line.contains("Echo started: "))
                    .toList();
            assertThat(lines).hasSize(4);
            assertThat(lines.get(0)).contains(": Echo listeners 1 to 10 of 21: l10 on [::]:", ", l19 on [::]:");
            assertThat(lines.get(1)).contains(": Echo listeners 11 to 20 of 21: l20 on [::]:", ", l29 on [::]:");
            assertThat(lines.get(2))
                    .endsWith(": Echo listeners 21 to 21 of 21: plain on [::]:"
                            + service.address().getPort());
            assertThat(lines.get(3)).contains(": Echo started: 21 listeners; transport ", "; management on port ");
        }
    }
}
