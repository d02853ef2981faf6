package dev.tcpecho;

import java.util.Objects;

/** What the program prints when somebody asks for its help or its version, in place of a start. */
final class ApplicationHelp {

    private static final String HELP = """
            tcp-echo %s, a TCP echo service (RFC 862): every byte comes back, in order, once.

            Usage:
              java -jar tcp-echo.jar [--PROPERTY=VALUE...]   starts the service
              java -jar tcp-echo.jar probe [OPTIONS]         sends bytes to an echo service and compares the echo
              java -jar tcp-echo.jar probe watch [OPTIONS]   tells each interruption of the path to an echo service
              java -jar tcp-echo.jar probe load [OPTIONS]    loads an echo service, and compares every byte
              java -jar tcp-echo.jar health                  asks the service on this host if it is ready and live
              java -jar tcp-echo.jar --help, -h              prints this
              java -jar tcp-echo.jar --version, -V           prints the version

            Some properties, with their defaults:
              --echo.listeners.plain.port=25341              the port of the echo
              --server.port=8080                             the management port: health and metrics
              --echo.limits.connections=auto                 how many connections may be open
              --echo.transport=auto                          nio, epoll or io-uring
            The service also reads application.yml in the working directory and in its folder config. Environment
            variables are the same properties, for example ECHO_LISTENERS_PLAIN_PORT. The README has every property.""";

    private ApplicationHelp() {}

    /**
     * Returns the text that an argument asks for.
     *
     * @return the text, or an empty one if the argument asks for none
     */
    static String of(String argument) {
        return switch (argument) {
            case "--help", "-h" -> HELP.formatted(version());
            case "--version", "-V" -> "tcp-echo " + version();
            default -> "";
        };
    }

    /** Only the jar knows its version. */
    private static String version() {
        return Objects.requireNonNullElse(
                ApplicationHelp.class.getPackage().getImplementationVersion(), "(not packaged)");
    }
}
