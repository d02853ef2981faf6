package dev.tcpecho.probe.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import org.apache.commons.cli.Options;
import org.junit.jupiter.api.Test;

class CommandRunnerTests {

    private final StringWriter err = new StringWriter();

    private int run(RuntimeException exception, Error error) {
        Command command = new Command() {

            @Override
            public CommandHelp help() {
                return new CommandHelp("probe", "", "Fails.", Map.of());
            }

            @Override
            public Options options() {
                return new Options();
            }

            @Override
            public int run(Arguments arguments, PrintWriter out, PrintWriter err) {
                if (error != null) {
                    throw error;
                }
                throw exception;
            }
        };
        return CommandRunner.run(
                command, new String[0], new PrintWriter(new StringWriter()), new PrintWriter(this.err, true));
    }

    /** Java would exit with 1, which says that something was lost. */
    @Test
    void failureOfTheClientItselfIsADefect() {
        assertThat(run(new IllegalStateException("a bug"), null)).isEqualTo(ExitCode.DEFECT);
        assertThat(run(null, new OutOfMemoryError("no heap"))).isEqualTo(ExitCode.DEFECT);
        assertThat(this.err.toString()).contains("a bug", "no heap");
    }
}
