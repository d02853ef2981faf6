package dev.tcpecho;

import org.springframework.boot.SpringApplication;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;

/**
 * {@link ApplicationContextInitializer} that stops the echo when the process ends, if the context is not closed. Spring
 * does not close a context while the thread that starts it waits, as that may be a call of {@link System#exit(int)}.
 * That thread also waits while a first request creates the beans of the management port, and listeners are open then.
 */
final class StopOnExit implements ApplicationContextInitializer<ConfigurableApplicationContext> {

    @Override
    public void initialize(ConfigurableApplicationContext context) {
        // Spring Boot runs this when it has closed every context that it could.
        SpringApplication.getShutdownHandlers().add(() -> stop(context));
    }

    private static void stop(ConfigurableApplicationContext context) {
        // A closed context has no such bean any more, and one that failed early has none yet.
        if (context.getBeanFactory().getSingleton("echoServer") instanceof SmartLifecycle server) {
            server.stop();
        }
    }
}
