package dev.tcpecho;

import dev.tcpecho.healthcheck.HealthCommand;
import dev.tcpecho.logging.LogQueues;
import dev.tcpecho.probe.Probe;
import dev.tcpecho.probe.cli.ExitCode;
import java.util.Arrays;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import reactor.netty.ReactorNetty;

/** The TCP echo service: every byte that a client sends comes back to it, in order, once. */
@SpringBootApplication(proxyBeanMethods = false)
@ConfigurationPropertiesScan
public class EchoApplication {

    /**
     * Starts the service, or its client.
     *
     * @param args properties as {@code --name=value}, for example {@code --echo.listeners.plain.port=7777}; or
     *     {@code probe} and its arguments, {@code health}, {@code --help} or {@code --version}, for which no Spring
     *     context is made
     */
    public static void main(String[] args) {
        if (args.length > 0 && args[0].equals("probe")) {
            System.exit(Probe.run(Arrays.copyOfRange(args, 1, args.length)));
        }
        if (args.length == 1 && args[0].equals("health")) {
            System.exit(HealthCommand.run());
        }
        for (String arg : args) {
            String help = ApplicationHelp.of(arg);
            if (!help.isEmpty()) {
                System.out.println(help);
                return;
            }
        }
        // The management server is not worth a transport of its own, least of all io_uring, which Reactor Netty
        // prefers.
        System.getProperties().putIfAbsent(ReactorNetty.NATIVE, "false");
        // Of java.nio, which the jar's manifest opens: before Netty decides who counts direct memory.
        System.getProperties().putIfAbsent("io.netty.tryReflectionSetAccessible", "true");
        for (String arg : args) {
            // A script may pass on a variable that is empty.
            if (!arg.isEmpty() && !arg.startsWith("--")) {
                System.err.println(
                        "'%s' is not a property. Write a property as --name=value, and a command before all else: probe, or health without options. See --help."
                                .formatted(arg));
                System.exit(ExitCode.BAD_USAGE);
            }
        }
        SpringApplication application = new SpringApplication(EchoApplication.class);
        // Here alone: tests read the log as soon as it is written, and close each context themselves.
        application.addListeners(new LogQueues());
        application.addInitializers(new StopOnExit());
        application.run(args);
    }
}
