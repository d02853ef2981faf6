package dev.tcpecho.server;

import static org.assertj.core.api.Assumptions.assumeThat;

import dev.tcpecho.transport.Transport;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Runs the tests of a class once on each transport that this machine has, each time against one echo. */
@ParameterizedClass
@EnumSource(Transport.class)
abstract class OnEachTransport {

    static RunningEcho echo;

    @Parameter
    Transport transport;

    @BeforeParameterizedClassInvocation
    static void start(Transport transport) {
        assumeThat(transport.unavailabilityCause()).isNull();
        echo = RunningEcho.start(transport);
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        echo.close();
    }
}
